import { describe, expect, it } from 'vitest';
import { differences } from '#core/settings-difference.ts';
import { effectiveSettings, type OwnSettings } from '#core/settings.ts';
import { settingsTable } from '#core/settings-table.ts';
import { spokenPaths } from '#core/settings-words.ts';

const between = (before: OwnSettings, after: OwnSettings, platform: OwnSettings = {}) =>
  differences(effectiveSettings(platform, before), effectiveSettings(platform, after));
const wordsOf = (before: OwnSettings, after: OwnSettings) => between(before, after).map(({ words }) => words);

describe('The difference that a change of settings makes', () => {
  it('is told value by value, with who gives it then and in words', () => {
    const before = { methods: { sms: { codeLifetimeSeconds: 120 } }, branding: { name: 'Acme' } };
    const after = { methods: { email: { offered: false } }, branding: { name: 'Acme' } };
    expect(between(before, after, { methods: { sms: { codeLifetimeSeconds: 240 } } })).toEqual([
      {
        field: 'methods.sms.codeLifetimeSeconds',
        from: 120,
        to: 240,
        level: 'platform',
        words: 'codes sent by SMS live 240 s instead of 120 s',
      },
      {
        field: 'methods.email.offered',
        from: true,
        to: false,
        level: 'tenant',
        words: 'email addresses may not be enrolled, and pass no login',
      },
    ]);
  });

  it('is none where a value only changes hands, or is written in another order', () => {
    expect(between({}, { attemptsPerChallenge: 5 })).toEqual([]);
    const [one, other] = [
      { en: '{{code}}', de: 'Code {{code}}' },
      { de: 'Code {{code}}', en: '{{code}}' },
    ];
    expect(between({ methods: { sms: { template: one } } }, { methods: { sms: { template: other } } })).toEqual([]);
  });

  it('is what takes effect: nothing of what a lock or the system’s settings override', () => {
    const platform = { locked: ['attemptsPerChallenge'] };
    expect(between({ attemptsPerChallenge: 8 }, { attemptsPerChallenge: 9 }, platform)).toEqual([]);
    const handedOver = between({ attemptsPerChallenge: 3 }, { useSystemSettings: true, attemptsPerChallenge: 3 });
    expect(handedOver.map(({ field, to }) => [field, to])).toEqual([
      ['useSystemSettings', true],
      ['attemptsPerChallenge', 5],
    ]);
  });

  it.each<[OwnSettings, OwnSettings, string]>([
    [{}, { countries: ['DE', 'AT'] }, 'SMS go to numbers of DE, AT instead of all countries'],
    [{ countries: ['DE'] }, {}, 'SMS go to numbers of all countries instead of DE'],
    [{}, { branding: { name: 'Acme' } }, `the name in messages and on pages is "Acme" instead of the tenant's own`],
    [{}, { enforcement: { mode: 'all' } }, 'a second factor is demanded of everybody instead of nobody'],
    [{}, { methods: { totp: { algorithm: 'sha512' } } }, 'new authenticator apps use sha512 instead of sha1'],
    [{}, { notices: { 'method-locked': false } }, 'no notice goes out of method-locked'],
    [{}, { methods: { sms: { template: { de: 'x {{code}}' } } } }, 'the text of SMS is new in de'],
  ])('reads well: %j → %j', (before, after, words) => {
    expect(wordsOf(before, after)).toEqual([words]);
  });

  it('names the locales of templates, and cuts what is long', () => {
    const before = { methods: { email: { subject: { de: 'a', en: 'b', fr: 'c' } } } };
    const after = { methods: { email: { subject: { de: 'a', en: 'x', it: 'y' } } } };
    expect(wordsOf(before, after)).toEqual(['the subject of mails is another in en, gone in fr, new in it']);
    const many = Array.from({ length: 100 }, (_, index) => `group-${index}`);
    expect(wordsOf({}, { enforcement: { groups: many } })[0]?.length).toBeLessThan(200);
  });

  it('keeps a value as it is that looks like a pattern of replacement', () => {
    expect(wordsOf({}, { branding: { name: '$& {} $1' } })[0]).toContain('"$& {} $1"');
  });

  it('has a sentence for every setting, and for nothing else', () => {
    expect(spokenPaths.toSorted()).toEqual(settingsTable.map(({ path }) => path).toSorted());
  });
});
