import { describe, expect, it } from 'vitest';
import type { Folded } from '#core/replay.ts';
import { encodeChain, type Draft } from '#core/event.ts';
import type { EncodedEvent } from '#core/encoded-event.ts';
import type { LogRecord } from '#storage/log.ts';
import type { StoredRecord } from '#storage/store.ts';
import { compare } from '../../scripts/log/compare.ts';
import { createFolding } from '#runtime/folding.ts';

const dayMs = 86_400_000;
const reset: Draft = { type: 'address-reset', about: 'a', data: { counted: { destination: 'destination-digest' } } };

/** So many events of one life, all at `time`. */
function chain(subject: string, life: string, count: number, time: number): EncodedEvent[] {
  const envelope = { tenant: 'acme', subject, source: '/twofold/test', actor: 'service:test', causationId: 'c', time };
  const drafts = Array.from({ length: count }, () => reset);
  return encodeChain(drafts, { life, version: 0, head: '' }, envelope);
}

const logged = (event: EncodedEvent, appendedAt: number, partition = 0): LogRecord => ({
  topic: event.topic,
  partition,
  offset: 0n,
  appendedAt,
  key: Buffer.from(event.key),
  headers: Object.fromEntries(Object.entries(event.headers).map(([name, value]) => [name, Buffer.from(value)])),
  value: Buffer.from(event.value),
});

const [old, other, third] = ['O', 'P', 'Q'].map((letter) => letter.repeat(22)) as [string, string, string];

describe('folding many subjects', () => {
  it('keeps no document of a life that ended a day ago, and begins anew with the next', () => {
    const folding = createFolding(1);
    const [event] = chain(old, 'life0000000', 1, 0) as [EncodedEvent];
    folding.add(logged(event, 0));
    expect(folding.get(old)?.document).toBeDefined();
    folding.add(logged(chain(other, 'life1111111', 1, 3 * dayMs)[0] as EncodedEvent, 3 * dayMs));
    expect(folding.get(old)).toMatchObject({ life: 'life0000000', version: 1, head: event.hash, document: undefined });
    expect(folding.get(other)?.document).toBeDefined();

    folding.add(logged(event, 3 * dayMs));
    expect(folding.get(old)?.document).toBeUndefined();
    folding.add(logged(chain(old, 'life2222222', 1, 4 * dayMs)[0] as EncodedEvent, 4 * dayMs));
    expect(folding.get(old)).toMatchObject({ life: 'life2222222', document: { changedAt: 4 * dayMs } });
    expect([...folding.subjects()].toSorted((a, b) => (a < b ? -1 : 1))).toEqual([old, other]);
  });

  it('judges what is over by the partition it is in, since others may be read ahead of it', () => {
    const folding = createFolding(1);
    folding.add(logged(chain(old, 'life0000000', 1, 0)[0] as EncodedEvent, 0, 0));
    folding.add(logged(chain(other, 'life1111111', 1, 9 * dayMs)[0] as EncodedEvent, 9 * dayMs, 1));
    folding.add(logged(chain(third, 'life2222222', 1, 9 * dayMs)[0] as EncodedEvent, 9 * dayMs, 1));
    expect(folding.get(old)?.document).toBeDefined();
    expect(folding.newestAt()).toBe(9 * dayMs);
  });
});

describe('comparing', () => {
  const events = chain(old, 'life0000000', 3, 0);
  const fold = (some: readonly EncodedEvent[]) => {
    const folding = createFolding();
    for (const event of some) folding.add(logged(event, 0));
    return folding.get(old) as Folded;
  };
  const whole = fold(events);
  const record: StoredRecord = {
    life: 'life0000000',
    version: 3,
    head: whole.head,
    salt: 'salt',
    document: JSON.stringify(whole.document),
    expiresAt: 0,
    unlogged: [],
  };

  it('adds what the store has decided and not told yet', () => {
    expect(compare(fold(events.slice(0, 1)), { ...record, unlogged: events.slice(1) }, 0)).toEqual({ kind: 'equal' });
    expect(compare(whole, { ...record, unlogged: events.slice(1) }, 0)).toEqual({ kind: 'equal' });
  });

  it.each<[string, StoredRecord | undefined, number, string]>([
    ['an equal document', record, 0, 'equal'],
    ['another order of its fields', { ...record, document: reversed(record.document) }, 0, 'different'],
    ['another head', { ...record, head: 'another' }, 0, 'different'],
    ['an older version', { ...record, version: 2 }, 0, 'different'],
    ['a newer version', { ...record, version: 4 }, 0, 'behind'],
    ['another life', { ...record, life: 'life1111111' }, 0, 'behind'],
    ['no record in its time', undefined, 0, 'absent'],
    ['no record after its time', undefined, 2 * dayMs, 'expired'],
  ])('calls %s by its name', (_what, stored, now, kind) => {
    expect(compare(whole, stored, now)).toMatchObject({ kind });
  });
});

const reversed = (document: string) =>
  JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(document) as object).toReversed()));
