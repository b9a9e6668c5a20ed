// oxlint-disable vitest/expect-expect -- a story's then… expects
import { describe, expect, it } from 'vitest';
import { changeSettings, settingsDigest, tenantDecider, type TenantDocument } from '#core/tenant.ts';
import { fold, storyOf, type Told } from '../support/given.ts';

const given = storyOf(tenantDecider);
const t0 = 1_790_000_000_000;

const created: Told = { type: 'tenant-created', time: t0, data: { tenantId: 'acme', name: 'Acme' } };
const saved = (version: number, settings: object = { attemptsPerLogin: version }, restored?: number): Told => ({
  type: 'settings-changed',
  time: t0 + version,
  data: { version, settings, restored },
  causationId: `save-${version}`,
});

describe('Versions of settings', () => {
  it('are counted from 1, whoever saves', () => {
    given(created)
      .when((document) => changeSettings(document, 'acme', { lockSeconds: 60 }, undefined))
      .thenHappened({ type: 'settings-changed', about: 'acme', data: { version: 1, settings: { lockSeconds: 60 } } });
    given(created, saved(1))
      .when((document) => changeSettings(document, 'acme', {}, 1))
      .thenHappened({ type: 'settings-changed', data: { version: 2 } });
  });

  it('are saved over the version they were made on, or not at all', () => {
    given(created, saved(1))
      .when((document) => changeSettings(document, 'acme', {}, 0))
      .thenRefused('settings-changed-meanwhile');
    given()
      .when((document) => changeSettings(document, 'acme', {}, undefined))
      .thenRefused('not-found');
  });

  it('tell when, by whom and of what content they are, and what they brought back', () => {
    const { document } = given(created, saved(1), saved(2), saved(3, { attemptsPerLogin: 1 }, 1));
    expect(document?.versions).toEqual([
      { version: 1, at: t0 + 1, actor: 'service:test', digest: settingsDigest({ attemptsPerLogin: 1 }) },
      { version: 2, at: t0 + 2, actor: 'service:test', digest: settingsDigest({ attemptsPerLogin: 2 }) },
      { version: 3, at: t0 + 3, actor: 'service:test', digest: settingsDigest({ attemptsPerLogin: 1 }), restored: 1 },
    ]);
    expect(document).toMatchObject({ settingsVersion: 3, settings: { attemptsPerLogin: 1 } });
  });

  it('are remembered for whoever repeats the call that made them', () => {
    const { document } = given(created, saved(1), saved(2));
    expect(tenantDecider.outcomeOf(document as TenantDocument, 'save-1')).toMatchObject({ thing: '1' });
  });

  it('are listed fifty at most, the newest', () => {
    const many = Array.from({ length: 60 }, (_, index) => saved(index + 1));
    const versions = given(created, ...many).document?.versions ?? [];
    expect(versions).toHaveLength(50);
    expect([versions[0]?.version, versions.at(-1)?.version]).toEqual([11, 60]);
  });

  it('begin with the first save in a record that was made before they were kept', () => {
    const { document } = given(created, saved(1), saved(2));
    const { versions: _, ...old } = document as TenantDocument;
    expect(fold(tenantDecider, [saved(3)], old as TenantDocument)?.versions).toMatchObject([{ version: 3 }]);
  });

  it('have the digest of what they say, not of how it is written', () => {
    expect(settingsDigest({ a: 1, b: { c: [1], d: 2 } })).toBe(settingsDigest({ b: { d: 2, c: [1] }, a: 1 }));
    expect(settingsDigest({ a: 1 })).not.toBe(settingsDigest({ a: 2 }));
    expect(settingsDigest({})).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });
});
