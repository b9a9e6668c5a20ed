import { describe, expect, it } from 'vitest';
import { enrolWords } from '../../../services/portal/enrol/words/words.ts';
import { securityWords } from '../../../services/portal/security/words/words.ts';
import { languages } from '../../../services/portal/words.ts';
import { sharedWords } from '../../../services/portal/words/shared.ts';

const plural = new Set(['zero', 'one', 'two', 'few', 'many', 'other']);

/** Every text with its place; forms of a plural are one place. */
function textsOf(words: object, path = ''): [string, string][] {
  return Object.entries(words).flatMap(([name, value]) => {
    const place = plural.has(name) ? path : `${path}.${name}`;
    return typeof value === 'string' ? [[place, value] as [string, string]] : textsOf(value as object, place);
  });
}
const namesIn = (text: string) =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).toSorted((a, b) => a.localeCompare(b));

describe.each([
  ['enrolment', enrolWords],
  ['the Security tab', securityWords],
] as const)('the words of %s', (_, words) => {
  it.each(languages)('name in %s what they name in English, and leave nothing empty', (language) => {
    const english = new Map(textsOf(words.en));
    const texts = textsOf(words[language]);
    expect(new Set(texts.map(([place]) => place))).toEqual(new Set(english.keys()));
    for (const [place, text] of texts) {
      expect([place, text.trim()]).not.toEqual([place, '']);
      expect([place, namesIn(text)]).toEqual([place, namesIn(english.get(place) ?? '')]);
    }
  });

  it.each(languages.filter((language) => language !== 'en'))('are translated in %s', (language) => {
    const english = new Map(textsOf(words.en));
    const same = textsOf(words[language]).filter(([place, text]) => english.get(place) === text && text.includes(' '));
    expect(same).toEqual([]);
  });

  it.each(['zh', 'zh-Hant'] as const)('are pointed in %s as its readers write', (language) => {
    const foreign = textsOf({ ...words[language], shared: sharedWords[language] }).filter(([, text]) =>
      /\p{Script=Han}[,?!;:]/u.test(text),
    );
    expect(foreign).toEqual([]);
  });
});
