import { describe, expect, it } from 'vitest';
import { durationText } from '../../../services/portal/login/durations.ts';
import { loginWords } from '../../../services/portal/login/words/words.ts';
import { methodWords } from '../../../services/portal/method-words.ts';
import { languages } from '../../../services/portal/words.ts';

/** Every text of a tree of words by its path; of a plural the form that every language has. */
function textsOf(words: object, path = ''): [string, string][] {
  return Object.entries(words).flatMap(([name, value]): [string, string][] => {
    const at = `${path}.${name}`;
    if (typeof value === 'string') return [[at, value]];
    const { other } = value as { other?: string };
    return name.endsWith('Left') && other !== undefined ? [[at, other]] : textsOf(value as object, at);
  });
}
const slotsOf = (text: string) =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).toSorted((a, b) => a.localeCompare(b));

describe('the words of the login step', () => {
  it.each(languages)('in %s say all that English says, and name the same values', (language) => {
    const [texts, english] = [textsOf(loginWords[language]), textsOf(loginWords.en)];
    expect(texts.map(([path]) => path).toSorted()).toEqual(english.map(([path]) => path).toSorted());
    const own = new Map(texts);
    for (const [path, text] of english) expect([path, slotsOf(own.get(path) ?? '')]).toEqual([path, slotsOf(text)]);
    for (const [path, text] of texts) expect([path, text.trim().length > 0]).toEqual([path, true]);
  });

  it.each(languages)('in %s have a form of their own for each number that the language tells apart', (language) => {
    const rules = new Intl.PluralRules(language);
    for (const forms of [loginWords[language].attemptsLeft, loginWords[language].codesLeft])
      for (const n of [0, 1, 2, 5, 21]) {
        const rule = rules.select(n);
        expect(rule in forms || (rule === 'many' && language !== 'uk')).toBe(true);
      }
  });

  it('are not left in English', () => {
    for (const language of languages.filter((one) => one !== 'en')) {
      const same = textsOf(loginWords[language]).filter(
        ([path, text]) => new Map(textsOf(loginWords.en)).get(path) === text,
      );
      expect([language, same.map(([path]) => path).filter((path) => path !== '.label')]).toEqual([language, []]);
      expect(Object.keys(methodWords[language])).toEqual(Object.keys(methodWords.en));
    }
  });

  it('tell a wait in whole units, never less than it takes', () => {
    expect(durationText('en', 0.2)).toBe('1 second');
    expect(durationText('en', 28.1)).toBe('29 seconds');
    expect(durationText('de', 121)).toBe('3 Minuten');
    expect(durationText('en', 1_800)).toBe('30 minutes');
    expect(durationText('es', 86_400)).toBe('24 horas');
  });
});
