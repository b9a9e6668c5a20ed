import { describe, expect, it } from 'vitest';
import { checkSettings } from '#core/settings-input.ts';
import { challengePolicy, effectiveSettings, type OwnSettings } from '#core/settings.ts';
import { settingsTable, type Level } from '#core/settings-table.ts';

const platform: OwnSettings = {
  sendsPerChallenge: 4,
  attemptsPerChallenge: 3,
  methods: { sms: { codeDigits: 7 } },
  quotas: { platformDestinationPerDay: 99 },
};
const tenant: OwnSettings = {
  sendsPerChallenge: 2,
  methods: { sms: { codeLifetimeSeconds: 60 } },
  resendMinSeconds: 0,
};

describe('What applies to a tenant', () => {
  it("is its own value, else the platform's, else the default, value by value", () => {
    const { settings, levels } = effectiveSettings(platform, tenant);
    expect(settings).toMatchObject({ sendsPerChallenge: 2, attemptsPerChallenge: 3, resendMinSeconds: 0 });
    expect(settings.methods.sms).toMatchObject({ codeDigits: 7, codeLifetimeSeconds: 60 });
    expect(settings.methods.email).toMatchObject({ codeDigits: 6, codeLifetimeSeconds: 300 });
    expect(settings.quotas.platformDestinationPerDay).toBe(99);
    expect(levels).toMatchObject({
      sendsPerChallenge: 'tenant',
      attemptsPerChallenge: 'platform',
      resendMinSeconds: 'tenant',
      'methods.sms.codeDigits': 'platform',
      'methods.sms.codeLifetimeSeconds': 'tenant',
      'methods.email.codeDigits': 'default',
      'quotas.platformDestinationPerDay': 'platform',
      'quotas.tenantPerDay': 'default',
    });
  });

  it('is the default of every setting where nobody said anything', () => {
    const { settings, levels } = effectiveSettings(undefined, undefined);
    for (const { path, initial } of settingsTable) {
      const value = path
        .split('.')
        .reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], settings);
      expect(value).toEqual(initial);
      expect(levels[path]).toBe('default');
    }
    expect(Object.keys(levels)).toHaveLength(settingsTable.length);
  });

  it('may be an empty list or text of its own: that is a value', () => {
    const { settings, levels } = effectiveSettings(
      { countries: ['DE'], smsOrigin: 'example.com' },
      { countries: [], smsOrigin: '' },
    );
    expect([settings.countries, settings.smsOrigin]).toEqual([[], '']);
    expect([levels['countries'], levels['smsOrigin']]).toEqual(['tenant', 'tenant']);
  });

  it("is a map of templates as a whole: a tenant's own map stands instead of the platform's", () => {
    const of = (template: object) => ({ methods: { sms: { template } } });
    const { settings } = effectiveSettings(of({ de: 'Plattform', en: 'platform' }), of({ de: 'Mandant' }));
    expect(settings.methods.sms.template).toEqual({ de: 'Mandant' });
  });

  it('is nothing that objects have by birth', () => {
    const strange = JSON.parse(
      '{"__proto__":{"sendsPerChallenge":9},"methods":{"__proto__":{"sms":{"codeDigits":9}}}}',
    );
    const { settings, levels } = effectiveSettings(undefined, strange);
    expect(settings.sendsPerChallenge).toBe(5);
    expect(settings.methods.sms.codeDigits).toBe(6);
    expect(levels['sendsPerChallenge']).toBe('default');
  });

  it('is not spoilt by a branch that is no object', () => {
    const { settings } = effectiveSettings(undefined, { methods: 'none', quotas: null, branding: ['x'] });
    expect(settings.methods.sms.codeDigits).toBe(6);
    expect(settings.quotas.tenantPerSecond).toBe(50);
    expect(settings.branding.name).toBe('');
  });
});

describe('A setting of the platform alone', () => {
  const onlyPlatform = settingsTable.filter(({ only }) => only === 'platform').map(({ path }) => path);
  const input = { quotas: { platformDestinationPerDay: 10 } };
  const faultsOf = (value: unknown, level: Level) =>
    checkSettings(value, { level, platform: {}, before: {}, providers: [], outside: { template: () => [] } });

  it('is refused to a tenant, even with a good value', () => {
    expect(onlyPlatform).toContain('quotas.platformDestinationPerDay');
    expect(faultsOf(input, 'platform')).toEqual([]);
    expect(faultsOf(input, 'tenant')).toEqual([
      { field: 'quotas.platformDestinationPerDay', message: 'can be set by the platform only' },
    ]);
  });
});

describe('The policy of challenges', () => {
  it('is the numbers of the channel and those of all channels, with the version they came from', () => {
    const own = { methods: { sms: { codeDigits: 8 }, email: { codeLifetimeSeconds: 600 } }, sendsPerChallenge: 2 };
    const { settings } = effectiveSettings(undefined, own);
    const common = { resendMinSeconds: 30, sendsPerChallenge: 2, attemptsPerChallenge: 5, settingsVersion: 'p1.t2' };
    expect(challengePolicy(settings, 'sms', 'p1.t2')).toEqual({ ...common, codeDigits: 8, codeLifetimeSeconds: 300 });
    expect(challengePolicy(settings, 'email', 'p1.t2')).toEqual({ ...common, codeDigits: 6, codeLifetimeSeconds: 600 });
  });
});
