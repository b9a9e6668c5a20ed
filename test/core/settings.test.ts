import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSettings, type OutsideChecks } from '#core/settings-input.ts';
import { settingsTable, type Level } from '#core/settings-table.ts';

/** Templates with a word that is forbidden here are bad; what templates may say is tested with them. */
const outside: OutsideChecks = {
  template: (source, kind) => (source.includes('bad') ? [`line 1, column 1: ${kind}`] : []),
};
const working = (['sms', 'email'] as const).map((channel) => ({
  name: 'sandbox',
  channel,
  working: true,
  checkedAt: 0,
}));
/** Of a level that stated nothing so far, under a platform that locks nothing. */
const faultsOf = (input: unknown, level: Level = 'platform') =>
  checkSettings(input, { level, platform: {}, before: {}, providers: working, outside }).map(({ field, message }) => ({
    field,
    message,
  }));
const at = (path: string, value: unknown): Record<string, unknown> =>
  path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as Record<string, unknown>;
const rowOf = (path: string) => {
  const row = settingsTable.find((one) => one.path === path);
  if (!row) throw new Error(`${path} is no setting`);
  return row;
};
const messageOf = (path: string) => rowOf(path).check(undefined, outside)[0]?.message ?? '';

const integers = settingsTable.flatMap(({ path }) => {
  const [, min, max] = /whole number from (\d+) to (\d+)/.exec(messageOf(path)) ?? [];
  return min === undefined ? [] : [[path, Number(min), Number(max)] as const];
});

describe('The table of settings', () => {
  it.each([
    ['methods.sms.codeDigits', 6, 4, 10],
    ['methods.email.codeDigits', 6, 4, 10],
    ['methods.sms.codeLifetimeSeconds', 300, 30, 600],
    ['methods.email.codeLifetimeSeconds', 300, 30, 600],
    ['attemptsPerChallenge', 5, 1, 10],
    ['sendsPerChallenge', 5, 1, 10],
    ['resendMinSeconds', 30, 0, 3_600],
  ] as const)('has %s: %i, from %i to %i', (path, initial, min, max) => {
    expect(rowOf(path).initial).toBe(initial);
    expect(messageOf(path)).toBe(`must be a whole number from ${min} to ${max}`);
  });

  it.each([
    ['quotas.tenantPerSecond', 50],
    ['quotas.tenantPerDay', 20_000],
    ['quotas.clientIpPerHour', 30],
    ['quotas.prefixPerHour', 60],
    ['quotas.destinationPerHour', 5],
    ['quotas.destinationPerDay', 15],
    ['quotas.platformDestinationPerDay', 60],
  ] as const)('has %s: %i', (path, initial) => {
    expect(rowOf(path).initial).toBe(initial);
  });

  it('names each setting once, with a default that it takes itself and a meaning', () => {
    expect(new Set(settingsTable.map(({ path }) => path)).size).toBe(settingsTable.length);
    for (const { path, initial, about, only } of settingsTable) {
      expect(faultsOf(at(path, initial), only)).toEqual([]);
      expect(about.length).toBeGreaterThan(10);
    }
  });
});

describe('A number', () => {
  it.each(integers)('%s is whole and from %i to %i', (path, min, max) => {
    const fault = [{ field: path, message: `must be a whole number from ${min} to ${max}` }];
    for (const good of [min, max, Math.floor((min + max) / 2)]) expect(faultsOf(at(path, good))).toEqual([]);
    for (const bad of [min - 1, max + 1, min + 0.5, NaN, Infinity, String(min), null, true, [min], { min }])
      expect(faultsOf(at(path, bad))).toEqual(fault);
  });

  it('of the table is one of many', () => {
    expect(integers.length).toBeGreaterThanOrEqual(14);
  });
});

describe('A text', () => {
  it('has at most so many characters, and no control characters', () => {
    expect(faultsOf(at('branding.name', 'x'.repeat(60)))).toEqual([]);
    for (const bad of ['x'.repeat(61), 'a\nb', 'a\0', 'a\u2028b', 'a\u202eb', 7, null])
      expect(faultsOf(at('branding.name', bad))).toMatchObject([{ field: 'branding.name' }]);
  });

  it.each(['smsOrigin', 'emailOrigin'])('as host for %s is a host name in lower case', (path) => {
    for (const good of ['', 'example.com', 'login.example.co', 'a-b.example.com', 'xn--bcher-kva.de'])
      expect(faultsOf(at(path, good))).toEqual([]);
    const bad = [
      'localhost',
      'Example.com',
      'https://example.com',
      'example.com/',
      'example.com:80',
      '192.0.2.1',
      'a..b',
    ];
    bad.push('-a.com', 'a-.com', `${'a'.repeat(64)}.com`, `${'a.'.repeat(127)}com`, 'example.com\n', 'exa mple.com');
    for (const host of bad) expect(faultsOf(at(path, host))).toMatchObject([{ field: path }]);
  });
});

describe('The brand on pages', () => {
  const refused = (path: string, bad: readonly unknown[]) => {
    for (const value of bad) expect([value, faultsOf(at(path, value))]).toMatchObject([value, [{ field: path }]]);
  };

  it('has a logo at an https URL whose host is a name and nothing more', () => {
    for (const good of ['', 'https://cdn.example.com/logo.svg?v=2', `https://a.example/${'x'.repeat(282)}`])
      expect(faultsOf(at('branding.logo', good))).toEqual([]);
    const bad = [
      'http://a.example/x.png',
      'data:image/png;base64,AA',
      'javascript:alert(1)',
      'logo.png',
      '//a.example/x',
    ];
    bad.push('https://a;form-action.example/', 'https://*.example/', 'https://u:p@a.example/', 'mailto:a@b.example');
    refused('branding.logo', [...bad, `https://a.example/${'x'.repeat(283)}`, 'https://a.example/a b', 7, null]);
  });

  it('has a support link by https or mailto', () => {
    for (const good of ['', 'https://help.example.com/2fa#top', 'mailto:help@example.com?subject=Help'])
      expect(faultsOf(at('branding.supportUrl', good))).toEqual([]);
    const bad = ['http://a.example', 'javascript:alert(1)', ' https://a.example', 'mailto:', 'mailto:a', 'tel:123'];
    refused('branding.supportUrl', [...bad, 'mailto:a@b.example,c@d.example', 'data:text/html,x', {}]);
  });

  it('has a colour of six hexadecimal digits', () => {
    for (const good of ['', '#2f5bd3', '#ABCDEF']) expect(faultsOf(at('branding.colour', good))).toEqual([]);
    refused('branding.colour', ['#fff', 'red', '2f5bd3', '#2f5bd3;', '#2f5bdg', 0]);
  });
});

describe('A list', () => {
  it('of countries has codes of two capital letters', () => {
    expect(faultsOf({ countries: ['DE', 'US'] })).toEqual([]);
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
    const codes = letters.split('').flatMap((first) => letters.split('').map((second) => first + second));
    expect(faultsOf({ countries: codes.slice(0, 250) })).toEqual([]);
    expect(faultsOf({ countries: ['DE', 'DE'] })).toHaveLength(1);
    for (const bad of ['DE', ['de'], ['DEU'], ['D'], [''], [7], [null], [['DE']], { 0: 'DE', length: 1 }])
      expect(faultsOf({ countries: bad })).toMatchObject([{ field: 'countries' }]);
    expect(faultsOf({ countries: codes.slice(0, 251) })).toHaveLength(1);
  });

  it.each(['providers.sms', 'providers.email'])('%s has at most 8 different names', (path) => {
    expect(faultsOf(at(path, ['twilio', 'webhook']))).toEqual([]);
    expect(
      faultsOf(
        at(
          path,
          Array.from({ length: 8 }, (_, index) => `p${index}`),
        ),
      ),
    ).toEqual([]);
    const nine = Array.from({ length: 9 }, (_, index) => `p${index}`);
    for (const bad of [nine, ['twilio', 'twilio'], ['Twilio'], [''], ['x'.repeat(33)], [1], 'twilio', null])
      expect(faultsOf(at(path, bad))).toMatchObject([{ field: path }]);
  });
});

describe('Templates', () => {
  it('are listed by locale, and their own faults carry their place', () => {
    expect(faultsOf(at('methods.sms.template', { de: 'gut', 'pt-BR': 'bom', 'zh-Hant-TW': '好' }))).toEqual([]);
    expect(faultsOf(at('methods.sms.template', { de: 'bad', en: 'good', fr: 7 }))).toEqual([
      { field: 'methods.sms.template.de', message: 'line 1, column 1: sms' },
      { field: 'methods.sms.template.fr', message: 'must be a text' },
    ]);
    expect(faultsOf(at('methods.email.subject', { de: 'bad' }))).toEqual([
      { field: 'methods.email.subject.de', message: 'line 1, column 1: email-subject' },
    ]);
  });

  it('of mails have a text, perhaps HTML, and nothing else', () => {
    expect(faultsOf(at('methods.email.template', { de: { text: 'gut' }, en: { text: 'good', html: 'good' } }))).toEqual(
      [],
    );
    const mails = { de: { text: 'bad', html: 'bad' }, en: { html: 'good' }, fr: { text: 1, html: 2, css: 3 }, it: 'x' };
    expect(faultsOf(at('methods.email.template', mails))).toEqual([
      { field: 'methods.email.template.de.text', message: 'line 1, column 1: email-text' },
      { field: 'methods.email.template.de.html', message: 'line 1, column 1: email-html' },
      { field: 'methods.email.template.en.text', message: 'must be a text' },
      { field: 'methods.email.template.fr.css', message: 'is no setting' },
      { field: 'methods.email.template.fr.text', message: 'must be a text' },
      { field: 'methods.email.template.fr.html', message: 'must be a text' },
      { field: 'methods.email.template.it', message: 'must be {text, html?}' },
    ]);
  });

  it.each(['', 'd', 'deutsch', 'de_DE', 'de-', 'de-a', '__proto__', 'constructor', '../de', 'de\n'])(
    'have no locale %j',
    (locale) => {
      const fault = { field: `methods.sms.template.${locale}`, message: 'must be a locale such as de or pt-BR' };
      expect(faultsOf(at('methods.sms.template', JSON.parse(`{${JSON.stringify(locale)}:"x"}`)))).toEqual([fault]);
    },
  );

  it('are of at most 50 locales', () => {
    const locales = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`en-${String(index).padStart(2, '0')}`, 'x']));
    expect(faultsOf(at('methods.sms.template', locales(50)))).toEqual([]);
    expect(faultsOf(at('methods.sms.template', locales(51)))).toMatchObject([{ field: 'methods.sms.template' }]);
  });
});

describe('All that is wrong', () => {
  it('is told at once, each by its field, and what is right is not', () => {
    const input = {
      resendMinSeconds: -1,
      sendsPerChallenge: 5,
      unknown: { deeply: 1 },
      methods: { sms: { codeDigits: 11, codeLifetimeSeconds: 300, colour: 'red' }, pigeon: {} },
      quotas: { tenantPerDay: 'many', tenantPerSecond: 10 },
      branding: [],
    };
    expect(faultsOf(input).map(({ field, message }) => `${field} ${message}`)).toEqual([
      'resendMinSeconds must be a whole number from 0 to 3600',
      'unknown is no setting',
      'methods.sms.codeDigits must be a whole number from 4 to 10',
      'methods.sms.colour is no setting',
      'methods.pigeon is no setting',
      'quotas.tenantPerDay must be a whole number from 1 to 1000000000',
      'branding must be an object',
    ]);
  });

  it.each([[null], [undefined], ['text'], [7], [[]], [[{}]], [true]])('is the whole when that is %j', (input) => {
    expect(faultsOf(input)).toEqual([{ field: 'settings', message: 'must be an object' }]);
  });

  it('is nothing where nothing is set', () => {
    expect(faultsOf({})).toEqual([]);
    expect(faultsOf({ methods: {}, quotas: {} })).toEqual([]);
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'includes the property of every object %s, which does no harm',
    (name) => {
      expect(faultsOf(JSON.parse(`{"${name}":{"polluted":1}}`))).toEqual([{ field: name, message: 'is no setting' }]);
      expect(faultsOf(JSON.parse(`{"methods":{"sms":{"${name}":{"polluted":1}}}}`))).toEqual([
        { field: `methods.sms.${name}`, message: 'is no setting' },
      ]);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    },
  );

  it('includes names that would pass for another place', () => {
    expect(faultsOf({ 'methods.sms': { codeDigits: 8 } })).toEqual([
      { field: 'methods.sms', message: 'is no setting' },
    ]);
    expect(faultsOf({ methods: { 'sms.codeDigits': 8 } })).toMatchObject([{ field: 'methods.sms.codeDigits' }]);
    expect(faultsOf({ '': { sendsPerChallenge: 5 } })).toEqual([{ field: 'settings', message: 'is no setting' }]);
    expect(faultsOf(JSON.parse(`${'{"":'.repeat(50_000)}1${'}'.repeat(50_000)}`))).toHaveLength(1);
  });

  it('never makes the check throw, whatever is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom<Level>('platform', 'tenant'), (input, level) => {
        expect(Array.isArray(faultsOf(input, level))).toBe(true);
      }),
    );
  });

  it('is told in bounded words, for inputs of any size', () => {
    const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`no-setting-${index}`, 1]));
    expect(faultsOf(many)).toHaveLength(50_000);
    const long = faultsOf({ ['x'.repeat(300_000)]: 1, methods: { sms: { template: { ['y'.repeat(300_000)]: 1 } } } });
    expect(long).toHaveLength(2);
    for (const { field, message } of long) expect(field.length + message.length).toBeLessThan(300);
    const deep = JSON.parse(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`);
    expect(faultsOf(deep)).toEqual([{ field: 'a', message: 'is no setting' }]);
  });
});
