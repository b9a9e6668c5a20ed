// oxlint-disable vitest/expect-expect -- a story's then… expects
import { describe, expect, it } from 'vitest';
import {
  changeSettings,
  createPlatform,
  createTenant,
  listTenant,
  tenantDecider,
  updateTenant,
  type TenantDocument,
} from '#core/tenant.ts';
import { born, givenPlatform, givenTenant, tenantCreated } from '../support/tenant-stories.ts';
import type { Told } from '../support/given.ts';

const hourMs = 3_600_000;
const suspended: Told = { type: 'tenant-suspended', time: born + 1, data: { tenantId: 'acme' } };
const settingsChanged = (version: number, settings: object): Told => ({
  type: 'settings-changed',
  time: born + version,
  data: { version, settings },
});

describe('A tenant', () => {
  it('is created once', () => {
    const create = (document: TenantDocument | undefined) => createTenant(document, { tenantId: 'acme', name: 'Acme' });
    givenTenant()
      .when(create)
      .thenHappened({ type: 'tenant-created', about: 'acme', data: { tenantId: 'acme', name: 'Acme' } });
    givenTenant(tenantCreated).when(create).thenRefused('tenant-exists');
  });

  it('is born active, without keys or settings of its own', () => {
    expect(givenTenant(tenantCreated).document).toEqual({
      kind: 'tenant',
      tenantId: 'acme',
      name: 'Acme',
      state: 'active',
      createdAt: born,
      keys: [],
      settings: {},
      settingsVersion: 0,
      commands: [{ id: 'create', at: born, did: 'tenant-created', thing: 'acme' }],
    });
  });

  it('is renamed, suspended and resumed, each as an event of its own', () => {
    givenTenant(tenantCreated)
      .when((document) => updateTenant(document, { name: 'Acme Inc.', state: 'suspended' }))
      .thenHappened(
        { type: 'tenant-updated', data: { tenantId: 'acme', name: 'Acme Inc.' } },
        { type: 'tenant-suspended', data: { tenantId: 'acme' } },
      );
    givenTenant(tenantCreated, suspended)
      .when((document) => updateTenant(document, { state: 'active' }))
      .thenHappened({ type: 'tenant-resumed', data: { tenantId: 'acme' } });
    const after = givenTenant(tenantCreated)
      .when((document) => updateTenant(document, { name: 'Acme Inc.', state: 'suspended' }))
      .after(born + 1, 'update');
    expect(after).toMatchObject({ name: 'Acme Inc.', state: 'suspended' });
  });

  it.each([[{}], [{ name: 'Acme' }], [{ state: 'active' as const }], [{ name: 'Acme', state: 'active' as const }]])(
    'stays as it is by %j, and nothing is written',
    (change) => {
      givenTenant(tenantCreated)
        .when((document) => updateTenant(document, change))
        .thenAnswered({ did: 'tenant-updated' });
    },
  );

  it('that is not there can be neither changed nor given settings', () => {
    givenTenant()
      .when((document) => updateTenant(document, { name: 'x' }))
      .thenRefused('not-found');
    givenTenant()
      .when((document) => changeSettings(document, 'acme', {}, undefined))
      .thenRefused('not-found');
  });

  it('never expires', () => {
    expect(tenantDecider.expiresAt(givenTenant(tenantCreated).document as TenantDocument)).toBe(0);
  });
});

describe('Settings', () => {
  const change = (expected: number | undefined) => (document: TenantDocument | undefined) =>
    changeSettings(document, 'acme', { sendsPerChallenge: 3 }, expected);

  it('are replaced as a whole under the next version', () => {
    const story = givenTenant(tenantCreated, settingsChanged(1, { attemptsPerChallenge: 2 })).when(change(undefined));
    story.thenHappened({
      type: 'settings-changed',
      about: 'acme',
      data: { version: 2, settings: { sendsPerChallenge: 3 } },
    });
    expect(story.after(born + 2, 'change')).toMatchObject({ settings: { sendsPerChallenge: 3 }, settingsVersion: 2 });
    expect(story.after(born + 2, 'change').settings).not.toHaveProperty('attemptsPerChallenge');
  });

  it('are replaced only on the version that the change was made on', () => {
    const history = [tenantCreated, settingsChanged(1, {})];
    givenTenant(...history)
      .when(change(1))
      .thenHappened({ type: 'settings-changed', data: { version: 2 } });
    givenTenant(...history)
      .when(change(0))
      .thenRefused('settings-changed-meanwhile');
    givenTenant(...history)
      .when(change(2))
      .thenRefused('settings-changed-meanwhile');
    givenTenant(tenantCreated)
      .when(change(0))
      .thenHappened({ type: 'settings-changed', data: { version: 1 } });
  });
});

describe('Commands of a tenant', () => {
  it('are remembered for 24 h by the time of events, up to 64', () => {
    const renamed = (index: number, time: number): Told => ({
      type: 'tenant-updated',
      time,
      data: { tenantId: 'acme', name: `${index}` },
      causationId: `rename-${index}`,
    });
    const many = Array.from({ length: 70 }, (_, index) => renamed(index, born + index));
    const { document } = givenTenant(tenantCreated, ...many);
    expect(document?.commands).toHaveLength(64);
    expect(tenantDecider.outcomeOf(document as TenantDocument, 'rename-6')).toBeDefined();
    expect(tenantDecider.outcomeOf(document as TenantDocument, 'rename-5')).toBeUndefined();
    const later = (ms: number) => givenTenant(tenantCreated, renamed(1, born + ms)).document as TenantDocument;
    expect(tenantDecider.outcomeOf(later(24 * hourMs - 1), 'create')).toBeDefined();
    expect(tenantDecider.outcomeOf(later(24 * hourMs), 'create')).toBeUndefined();
  });
});

describe('The platform', () => {
  const listed = (name: string, state: 'active' | 'suspended' = 'active') => ({ tenantId: 'acme', name, state });

  it('is made once, with the check value of its key', () => {
    givenPlatform()
      .when((document) => createPlatform(document, 'check'))
      .thenHappened({ type: 'platform-created', about: 'platform', data: { keyCheck: 'check' } });
    const created: Told = { type: 'platform-created', time: born, data: { keyCheck: 'check' } };
    givenPlatform(created)
      .when((document) => createPlatform(document, 'another'))
      .thenAnswered({ did: 'platform-created' });
    expect(givenPlatform(created).document).toMatchObject({ kind: 'platform', keyCheck: 'check', tenants: [] });
  });

  it('takes tenants up, sorted by id, and each once', () => {
    const tell = (tenantId: string, name: string): Told => ({
      type: 'tenant-listed',
      time: born,
      data: { tenantId, name, state: 'active' },
    });
    const { document } = givenPlatform(tell('globex', 'G'), tell('acme', 'A'), tell('globex', 'Globex'));
    expect(document?.tenants.map(({ tenantId, name }) => [tenantId, name])).toEqual([
      ['acme', 'A'],
      ['globex', 'Globex'],
    ]);
  });

  it('writes nothing for a tenant that is listed as it is', () => {
    const told: Told = { type: 'tenant-listed', time: born, data: listed('Acme') };
    givenPlatform(told)
      .when((document) => listTenant(document, listed('Acme')))
      .thenAnswered({ did: 'tenant-listed' });
    for (const changed of [listed('Acme Inc.'), listed('Acme', 'suspended')]) {
      givenPlatform(told)
        .when((document) => listTenant(document, changed))
        .thenHappened({ type: 'tenant-listed', about: 'acme', data: changed });
    }
  });
});
