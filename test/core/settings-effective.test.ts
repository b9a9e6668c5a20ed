import { describe, expect, it } from 'vitest';
import { effectiveSettings, type OwnSettings } from '#core/settings.ts';
import { settingsTable } from '#core/settings-table.ts';

const at = (platform: OwnSettings, tenant: OwnSettings | undefined, path: string) => {
  const { settings, levels, overridden } = effectiveSettings(platform, tenant);
  const value = path.split('.').reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], settings);
  return { value, level: levels[path], overridden: overridden.includes(path) };
};

describe('What takes effect', () => {
  it('is the default where nobody has said anything, for every setting there is', () => {
    const { levels, locked, overridden } = effectiveSettings(undefined, undefined);
    expect(Object.keys(levels)).toEqual(settingsTable.map(({ path }) => path));
    expect(new Set(Object.values(levels))).toEqual(new Set(['default']));
    expect([locked, overridden]).toEqual([[], []]);
  });

  it('is inherited field by field: the tenant before the platform, the platform before the default', () => {
    const platform = { attemptsPerChallenge: 4, methods: { sms: { codeDigits: 8 } } };
    const tenant = { attemptsPerChallenge: 3, methods: { email: { codeDigits: 7 } } };
    expect(at(platform, tenant, 'attemptsPerChallenge')).toMatchObject({ value: 3, level: 'tenant' });
    expect(at(platform, tenant, 'methods.sms.codeDigits')).toMatchObject({ value: 8, level: 'platform' });
    expect(at(platform, tenant, 'methods.email.codeDigits')).toMatchObject({ value: 7, level: 'tenant' });
    expect(at(platform, tenant, 'sendsPerChallenge')).toMatchObject({ value: 5, level: 'default' });
  });

  it('is the platform’s alone while the tenant uses the system’s settings; its own are kept without effect', () => {
    const platform = { attemptsPerChallenge: 4 };
    const own = { attemptsPerChallenge: 3, branding: { name: 'Acme' } };
    const tenant = { useSystemSettings: true, ...own };
    expect(at(platform, tenant, 'attemptsPerChallenge')).toEqual({ value: 4, level: 'platform', overridden: true });
    expect(at(platform, tenant, 'branding.name')).toEqual({ value: '', level: 'default', overridden: true });
    expect(at(platform, tenant, 'useSystemSettings')).toEqual({ value: true, level: 'tenant', overridden: false });
    expect(at(platform, { useSystemSettings: false, ...own }, 'branding.name')).toMatchObject({ value: 'Acme' });
  });

  it('inherits neither the tenant’s own switch nor the platform’s locks', () => {
    expect(at({ useSystemSettings: true }, { attemptsPerChallenge: 3 }, 'attemptsPerChallenge')).toMatchObject({
      value: 3,
      level: 'tenant',
    });
    const tenant = { locked: ['attemptsPerChallenge'] };
    expect(effectiveSettings({}, tenant).settings.locked).toEqual([]);
    expect(effectiveSettings({}, tenant).locked).toEqual([]);
  });
});

describe('A locked field', () => {
  const lock = (path: string, platform: OwnSettings = {}) => ({ ...platform, locked: [path] });

  it('keeps the platform’s value, or the default, where the tenant says nothing', () => {
    expect(at(lock('lockSeconds', { lockSeconds: 60 }), {}, 'lockSeconds')).toMatchObject({
      value: 60,
      level: 'locked',
    });
    expect(at(lock('lockSeconds'), {}, 'lockSeconds')).toMatchObject({ value: 1_800, level: 'locked' });
    expect(effectiveSettings(lock('lockSeconds'), {}).locked).toEqual(['lockSeconds']);
  });

  it('is no lock for the platform itself', () => {
    expect(at(lock('lockSeconds', { lockSeconds: 60 }), undefined, 'lockSeconds')).toMatchObject({ level: 'platform' });
  });

  it('overrides a looser value that a tenant had before, at once', () => {
    const tenant = { attemptsPerChallenge: 8 };
    expect(at({}, tenant, 'attemptsPerChallenge')).toEqual({ value: 8, level: 'tenant', overridden: false });
    expect(at(lock('attemptsPerChallenge'), tenant, 'attemptsPerChallenge')).toEqual({
      value: 5,
      level: 'locked',
      overridden: true,
    });
  });

  it('lets a stricter value of the tenant stand', () => {
    const tenant = { attemptsPerChallenge: 2 };
    expect(at(lock('attemptsPerChallenge'), tenant, 'attemptsPerChallenge')).toEqual({
      value: 2,
      level: 'tenant',
      overridden: false,
    });
  });

  it('may be a group, which locks all in it and nothing that only begins alike', () => {
    expect(effectiveSettings(lock('checkRate'), {}).locked).toEqual(['checkRate.attempts', 'checkRate.windowSeconds']);
    expect(effectiveSettings(lock('methods.sms'), {}).locked).toHaveLength(4);
    expect(effectiveSettings(lock('lock'), {}).locked).toEqual([]);
  });

  // Each order of the table: the platform's value, one as strict or stricter, one that is neither.
  const orders: readonly [string, unknown, unknown, unknown][] = [
    ['methods.sms.codeLifetimeSeconds', 300, 120, 301],
    ['methods.sms.codeDigits', 6, 8, 5],
    ['methods.sms.offered', true, false, undefined],
    ['methods.email.offered', false, false, true],
    ['methods.totp.algorithm', 'sha256', 'sha512', 'sha1'],
    ['enforcement.mode', 'groups', 'all', 'off'],
    ['enforcement.groups', ['admins'], ['ops', 'admins'], ['ops']],
    ['notices.method-locked', true, true, false],
    ['notices.method-removed', false, true, undefined],
    ['countries', ['DE', 'AT'], ['AT'], []],
    ['countries', ['DE', 'AT'], ['AT', 'DE'], ['AT', 'CH']],
    ['countries', [], ['FR'], undefined],
    ['returnUrls', ['https://a.example/app'], ['https://a.example/app/back'], ['https://a.example/']],
    ['returnUrls', ['https://a.example/app'], [], ['https://a.example/apple']],
    ['branding.name', 'Acme', 'Acme', 'Other'],
    ['methods.sms.template', { en: '{{code}}' }, { en: '{{code}}' }, { en: 'It is {{code}}' }],
  ];
  it.each(orders)('%s at %j takes %j and not %j', (path, bound, stricter, looser) => {
    const place = (value: unknown) =>
      path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as OwnSettings;
    const platform = { ...place(bound), locked: [path] };
    expect(at(platform, place(stricter), path)).toMatchObject({ value: stricter, overridden: false });
    if (looser === undefined) return;
    expect(at(platform, place(looser), path)).toEqual({ value: bound, level: 'locked', overridden: true });
  });

  it('can be anything in the table but what only one level has', () => {
    const lockable = settingsTable.filter(({ only }) => only === undefined);
    const { locked } = effectiveSettings({ locked: settingsTable.map(({ path }) => path) }, {});
    expect(locked).toEqual(lockable.map(({ path }) => path));
    for (const { path, order, initial } of lockable)
      expect([path, order.keeps(initial, initial)]).toEqual([path, true]);
  });
});
