import { describe, expect, it } from 'vitest';
import { decodeEvent } from '#core/event.ts';
import { tellWhole, tombstoneOf } from '#core/snapshot.ts';
import { dataFault } from '#runtime/validate.ts';

const account = 'AAAAAAAAAAAAAAAAAAAAAA';
const telling = { source: '/twofold/test', actor: 'key:abcdefgh', time: 1_700_000_000_000 };
const whole = (document: object) => ({
  life: 'lifelifeli0',
  version: 7,
  head: 'ab'.repeat(32),
  salt: 's'.repeat(43),
  document: JSON.stringify(document),
  expiresAt: 0,
});

describe('the snapshot', () => {
  it.each([
    ['an account', account, { kind: 'account', tenant: 'acme', methods: [] }, 'acme'],
    ['a tenant', 'tenant:acme', { kind: 'tenant', tenantId: 'acme', name: 'Acme "ß"' }, 'acme'],
    ['the platform', 'platform', { kind: 'platform', tenants: [] }, 'platform'],
  ])('of %s is an event with all that its record is', (_who, subject, document, tenant) => {
    const [told, ...more] = tellWhole(subject, whole(document), document, telling);
    expect(more).toEqual([]);
    expect(told).toMatchObject({ topic: 'twofold.documents', key: subject });
    const decoded = decodeEvent(told ?? tombstoneOf(subject));
    expect(decoded).toMatchObject({
      ok: true,
      event: {
        id: `${subject}.lifelifeli0.7.snapshot`,
        type: 'document-snapshot',
        about: subject,
        tenant,
        time: telling.time,
        causationId: `${subject}.lifelifeli0.7`,
        actor: telling.actor,
        data: { subject, ...whole(document), at: telling.time },
      },
    });
    expect(decoded.ok && dataFault(decoded.event.type, decoded.event.data)).toBeUndefined();
  });

  it('of a bare address is told to nobody, nor of what says of no kind that it is', () => {
    for (const document of [
      { kind: 'address', tenant: 'acme' },
      { tenant: 'acme' },
      { kind: 'other', tenant: 'acme' },
    ]) {
      expect(tellWhole(account, whole(document), document, telling)).toEqual([]);
    }
  });

  it('of an erased record is a tombstone, which takes the others of its key away and says nothing', () => {
    const tombstone = { topic: 'twofold.documents', key: account, headers: {}, value: null };
    expect(tellWhole(account, { ...whole({}), document: '' }, undefined, telling)).toEqual([tombstone]);
    expect(decodeEvent(tombstoneOf(account))).toEqual({ ok: false, reason: 'no-value' });
  });
});
