import { describe, expect, it } from 'vitest';
import { checkSettings, type SettingsContext } from '#core/settings-input.ts';
import { effectiveSettings, type OwnSettings } from '#core/settings.ts';
import { settingsTable } from '#core/settings-table.ts';

const works = { name: 'one', channel: 'sms' as const, working: true };
const broken = { name: 'two', channel: 'sms' as const, working: false, reason: 'credentials' };

function faultsOf(input: unknown, context: Partial<SettingsContext> = {}) {
  return checkSettings(input, {
    level: 'tenant',
    platform: {},
    before: {},
    providers: [],
    outside: { template: () => [] },
    ...context,
  });
}
const fieldsOf = (input: unknown, context: Partial<SettingsContext> = {}) =>
  faultsOf(input, context).map(({ field }) => field);

describe('Settings', () => {
  it('are good when they say nothing', () => {
    expect(faultsOf({})).toEqual([]);
    expect(faultsOf({}, { level: 'platform' })).toEqual([]);
  });

  it.each([[null], [[]], ['text'], [7]])('are an object and not %j', (input) => {
    expect(faultsOf(input)).toEqual([{ field: 'settings', message: 'must be an object' }]);
  });

  it('tell one wrong field among fifty, and nothing about the others', () => {
    const offered = { offered: true };
    const good = {
      methods: {
        totp: { ...offered, issuer: 'Acme', digits: 8, algorithm: 'sha256' },
        backupCodes: { ...offered, quantity: 8 },
        sms: { offered: false, template: { en: 'x' }, codeDigits: 8, codeLifetimeSeconds: 60 },
        email: { offered: false, subject: {}, template: {}, codeDigits: 8, codeLifetimeSeconds: 60 },
      },
      resendMinSeconds: 20,
      sendsPerChallenge: 3,
      attemptsPerChallenge: 3,
      attemptsPerLogin: 5,
      checkRate: { attempts: 5, windowSeconds: 600 },
      failuresBeforeLock: 5,
      lockSeconds: 600,
      loginLifetimeSeconds: 300,
      enforcement: { mode: 'groups', groups: ['admins'], graceSeconds: 3_600 },
      returnUrls: ['https://a.example/'],
      branding: { name: 'Acme' },
      countries: ['DE'],
    };
    expect(faultsOf(good)).toEqual([]);
    expect(fieldsOf({ ...good, lockSeconds: '600' })).toEqual(['lockSeconds']);
  });

  it('are told all at once: by the table, by the locks and by what must fit together', () => {
    const input = {
      attemptsPerLogin: 0,
      colour: 'red',
      lockSeconds: 60,
      enforcement: { mode: 'groups' },
      methods: { backupCodes: { offered: true }, totp: { offered: false }, email: { offered: false, codeDigits: 99 } },
    };
    const platform = { locked: ['lockSeconds'], methods: { sms: { offered: false } } };
    expect(fieldsOf(input, { platform }).toSorted()).toEqual([
      'attemptsPerLogin',
      'colour',
      'enforcement.groups',
      'enforcement.mode',
      'lockSeconds',
      'methods.backupCodes.offered',
      'methods.email.codeDigits',
    ]);
  });

  it('name each level’s own fields to nobody else', () => {
    expect(fieldsOf({ locked: [], quotas: { platformDestinationPerDay: 5 } })).toEqual([
      'locked',
      'quotas.platformDestinationPerDay',
    ]);
    expect(fieldsOf({ useSystemSettings: true }, { level: 'platform' })).toEqual(['useSystemSettings']);
  });

  it.each([
    ['http://a.example/'],
    ['https://a.example/?next=x'],
    ['https://a.example/#here'],
    ['https://user@a.example/'],
    ['/back'],
    [7],
  ])('lead back to no %j', (url) => {
    expect(fieldsOf({ returnUrls: ['https://a.example/app', url] })).toEqual(['returnUrls.1']);
  });
});

describe('What must fit together', () => {
  const nothing = { totp: { offered: false }, sms: { offered: false }, email: { offered: false } };

  it('is groups with the mode of that name', () => {
    expect(fieldsOf({ enforcement: { mode: 'groups' } })).toEqual(['enforcement.groups']);
    expect(fieldsOf({ enforcement: { mode: 'groups', groups: [] } })).toEqual(['enforcement.groups']);
    expect(fieldsOf({ enforcement: { mode: 'groups', groups: ['a'] } })).toEqual([]);
    expect(fieldsOf({ enforcement: { mode: 'groups' } }, { platform: { enforcement: { groups: ['a'] } } })).toEqual([]);
    expect(fieldsOf({ enforcement: { mode: 'all' } })).toEqual([]);
  });

  it('is enforcement with a method that can be enrolled', () => {
    const methods = { ...nothing, backupCodes: { offered: false } };
    expect(fieldsOf({ methods, enforcement: { mode: 'all' } })).toEqual(['enforcement.mode']);
    expect(fieldsOf({ methods, enforcement: { mode: 'off' } })).toEqual([]);
    const withApp = { ...methods, totp: { offered: true } };
    expect(fieldsOf({ methods: withApp, enforcement: { mode: 'all' } })).toEqual([]);
    expect(fieldsOf({ enforcement: { mode: 'all' } }, { platform: { methods } })).toEqual(['enforcement.mode']);
  });

  it('is backup codes beside another method', () => {
    expect(fieldsOf({ methods: nothing })).toEqual(['methods.backupCodes.offered']);
    expect(fieldsOf({ methods: { ...nothing, backupCodes: { offered: true } } })).toEqual([
      'methods.backupCodes.offered',
    ]);
    expect(fieldsOf({ methods: { ...nothing, email: { offered: true } } }, { providers: [] })).toEqual([
      'methods.email.offered',
    ]);
    expect(fieldsOf({ methods: { ...nothing, totp: { offered: true } } })).toEqual([]);
  });

  it('is not asked of a field that is wrong in itself', () => {
    expect(fieldsOf({ enforcement: { mode: 'groups', groups: 'admins' } })).toEqual(['enforcement.groups']);
    expect(fieldsOf({ enforcement: { mode: 'groups', groups: [7] } })).toEqual(['enforcement.groups']);
    expect(fieldsOf({ methods: 'all', enforcement: { mode: 'all' } })).toEqual(['methods']);
  });
});

describe('A lock of the platform', () => {
  const platform = {
    locked: ['attemptsPerChallenge', 'branding'],
    attemptsPerChallenge: 4,
    branding: { name: 'Acme' },
  };

  it('refuses what is looser, with the reason and the platform’s value', () => {
    expect(faultsOf({ attemptsPerChallenge: 5 }, { platform })).toEqual([
      {
        field: 'attemptsPerChallenge',
        message: 'is locked by the platform at 4: a tenant may only set lower',
        reason: 'locked',
      },
    ]);
    expect(faultsOf({ branding: { name: 'Other' } }, { platform })).toEqual([
      {
        field: 'branding.name',
        message: 'is locked by the platform at "Acme": a tenant cannot change it',
        reason: 'locked',
      },
    ]);
  });

  it('takes what is the same or stricter', () => {
    expect(faultsOf({ attemptsPerChallenge: 4, branding: { name: 'Acme' } }, { platform })).toEqual([]);
    expect(faultsOf({ attemptsPerChallenge: 1 }, { platform })).toEqual([]);
  });

  it('refuses nothing that takes no effect, until it is to take effect again', () => {
    const own = { attemptsPerChallenge: 5, enforcement: { mode: 'groups' } };
    expect(faultsOf({ ...own, useSystemSettings: true }, { platform })).toEqual([]);
    expect(fieldsOf({ ...own, useSystemSettings: true, lockSeconds: 1 }, { platform })).toEqual(['lockSeconds']);
    expect(fieldsOf({ ...own, useSystemSettings: false }, { platform })).toEqual([
      'attemptsPerChallenge',
      'enforcement.groups',
    ]);
  });

  it('names something that tenants have', () => {
    const locked = [
      'lockSeconds',
      'methods.sms',
      'methods.fax',
      'locked',
      'quotas.platformDestinationPerDay',
      'quotas',
    ];
    expect(fieldsOf({ locked }, { level: 'platform' })).toEqual(['locked.2', 'locked.3', 'locked.4']);
    expect(fieldsOf({ locked: 'all' }, { level: 'platform' })).toEqual(['locked']);
    expect(fieldsOf({ locked: ['lockSeconds', 'lockSeconds'] }, { level: 'platform' })).toEqual(['locked']);
  });
});

describe('A method whose messages nobody can send', () => {
  const on = { methods: { sms: { offered: true } } };
  const off = { methods: { sms: { offered: false } } };

  it('cannot be switched on', () => {
    expect(faultsOf(on)).toEqual([
      {
        field: 'methods.sms.offered',
        message: 'cannot be offered: no provider for it is known',
        reason: 'provider-not-working',
      },
    ]);
    expect(faultsOf(on, { before: off, providers: [broken] })).toMatchObject([
      { message: 'cannot be offered: no provider for it works: two (credentials)' },
    ]);
    expect(faultsOf(on, { level: 'platform', providers: [broken] })).toHaveLength(1);
  });

  it('can be once one provider works, of this channel and among the chosen', () => {
    expect(faultsOf(on, { providers: [broken, works] })).toEqual([]);
    expect(faultsOf(on, { providers: [{ ...works, channel: 'email' }] })).toHaveLength(1);
    const chosen = (...sms: string[]) => ({ ...on, providers: { sms } });
    expect(faultsOf(chosen('two'), { providers: [broken, works] })).toHaveLength(1);
    expect(faultsOf(chosen('two', 'one'), { providers: [broken, works] })).toEqual([]);
    // Names that the operator does not have are passed over by the delivery workers as well.
    expect(faultsOf(chosen('three'), { providers: [works] })).toEqual([]);
  });

  it.each<[string, OwnSettings, OwnSettings]>([
    ['is inherited', { methods: { sms: { codeDigits: 8 } } }, {}],
    ['is switched off', off, on],
    ['stays as it was while something else changes', { ...on, lockSeconds: 60 }, on],
    ['takes no effect', { ...on, useSystemSettings: true }, {}],
  ])('is let be where it %s', (_, after, before) => {
    expect(faultsOf(after, { before, providers: [broken] })).toEqual([]);
  });

  it('is told when something about it changes while it stays on', () => {
    const after = { methods: { sms: { offered: true, codeDigits: 8 } } };
    expect(faultsOf(after, { before: on, providers: [broken] })).toHaveLength(1);
    expect(faultsOf({ ...on, providers: { sms: ['two'] } }, { before: on, providers: [broken] })).toHaveLength(1);
  });
});

describe('Weaknesses of the model that settings must not have', () => {
  const place = (path: string, value: unknown) =>
    path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as OwnSettings;
  const levelOf = (path: string) => settingsTable.find((row) => row.path === path)?.only ?? 'tenant';

  it('2: guesses are limited and methods lock by default, and nothing can switch that off', () => {
    const { settings } = effectiveSettings(undefined, undefined);
    expect(settings).toMatchObject({
      checkRate: { attempts: 10, windowSeconds: 900 },
      failuresBeforeLock: 10,
      lockSeconds: 1_800,
      attemptsPerLogin: 10,
      attemptsPerChallenge: 5,
    });
    for (const path of ['checkRate.attempts', 'checkRate.windowSeconds', 'failuresBeforeLock', 'lockSeconds']) {
      for (const none of [0, null, -1, Infinity]) expect([path, fieldsOf(place(path, none))]).toEqual([path, [path]]);
    }
  });

  it('22: every number has an end at both sides', () => {
    const numbers = settingsTable.filter(({ initial }) => typeof initial === 'number');
    expect(numbers.length).toBeGreaterThan(20);
    for (const { path } of numbers) {
      for (const value of [-1, 0.5, Number.MAX_SAFE_INTEGER, '6', null]) {
        const fields = fieldsOf(place(path, value), { level: levelOf(path) });
        expect([path, value, fields]).toEqual([path, value, [path]]);
      }
    }
  });

  it('23: nothing is taken unchecked, and no list holds anything twice', () => {
    for (const path of ['enforcement.groups', 'countries', 'returnUrls', 'providers.sms', 'locked']) {
      const twice = { countries: ['DE', 'DE'], returnUrls: ['https://a.example/', 'https://a.example/'] };
      const value = path in twice ? twice[path as keyof typeof twice] : ['lockSeconds', 'lockSeconds'];
      const fields = fieldsOf(place(path, value), { level: levelOf(path) });
      expect([path, fields.length]).toEqual([path, 1]);
    }
    expect(fieldsOf({ twoFaSettings: { providers: [] } })).toEqual(['twoFaSettings']);
  });

  it('28: whatever is garbled has its field, and nothing throws', () => {
    const garbled = [null, [], 7, 'x', true, { a: 1 }, [[]], [null], { '': '' }];
    for (const { path, only } of settingsTable) {
      for (const value of garbled) {
        const fields = fieldsOf(place(path, value), { level: only ?? 'tenant' });
        expect(fields.every((field) => typeof field === 'string' && field.length > 0)).toBe(true);
      }
    }
    expect(fieldsOf(JSON.parse('{"__proto__": {"attemptsPerLogin": 1}, "constructor": 1}')).toSorted()).toEqual([
      '__proto__',
      'constructor',
    ]);
  });
});
