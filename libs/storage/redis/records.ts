import type { EncodedEvent } from '#core/encoded-event.ts';
import type { Guarded } from './guarded.ts';
import type { RedisConnection } from './redis.ts';
import { allBuckets, bucketOf, erasedKey, recordKey, unloggedKey } from './keys.ts';
import { toHash, toTexts } from './replies.ts';
import { scripts } from './scripts.ts';
import type { Commit, CommitResult, Store, StoredRecord } from '../store.ts';

/** The part of the store that keeps records and knows which of their events are not yet in the log. */
export function createRecords(
  redis: RedisConnection,
  guarded: Guarded,
  now: () => number,
): Pick<Store, 'load' | 'commit' | 'settle' | 'unlogged' | 'erasures' | 'endErasure'> {
  /** The oldest of a set that each bucket has, those before a moment. */
  async function listOldest(keyOf: (bucket: string) => string, before: number, countMax: number): Promise<Waiting[]> {
    if (countMax < 1) return [];
    const range = ['-inf', `(${before}`, 'WITHSCORES', 'LIMIT', 0, countMax];
    const lists = await Promise.all(allBuckets.map((bucket) => redis.send('zrangebyscore', keyOf(bucket), ...range)));
    const waiting = lists.flatMap(toWaiting).toSorted((a, b) => a.at - b.at);
    return waiting.slice(0, countMax);
  }

  return {
    async load(subject) {
      const bucket = bucketOf(subject);
      const record = toRecord(toHash(await guarded.run(scripts.read, [bucket], [recordKey(subject)], [])));
      if (record === undefined) return undefined;
      const expired = record.expiresAt > 0 && record.expiresAt <= now();
      return expired && record.unlogged.length === 0 ? undefined : record;
    },

    async commit(commit) {
      const args = toArguments(commit, now());
      return toResult(
        toTexts(await guarded.run(scripts.commit, [bucketOf(commit.subject)], keysOf(commit.subject), args)),
        commit,
      );
    },

    async settle(subject, events) {
      const bucket = bucketOf(subject);
      const keys = [...keysOf(subject), erasedKey(bucket)];
      const args = [subject, now(), ...events.flatMap(({ version, hash }) => [version, hash])];
      return (await guarded.run(scripts.settle, [bucket], keys, args)) === 1;
    },

    async unlogged(before, countMax) {
      return (await listOldest(unloggedKey, before, countMax)).map(({ subject }) => subject);
    },

    erasures: (before, countMax) => listOldest(erasedKey, before, countMax),

    async endErasure({ subject, at }) {
      const bucket = bucketOf(subject);
      await guarded.run(scripts.endErasure, [bucket], [erasedKey(bucket)], [subject, at]);
    },
  };
}

type Waiting = { readonly subject: string; readonly at: number };

function keysOf(subject: string): string[] {
  return [recordKey(subject), unloggedKey(bucketOf(subject))];
}

function toArguments(commit: Commit, now: number): (string | number)[] {
  const last = commit.events.at(-1);
  if (last === undefined) throw new TypeError('a commit has at least one event');
  const { subject, head, life, salt, document, expiresAt } = commit;
  const events = commit.events.flatMap((event) => [event.version, JSON.stringify(event)]);
  return [subject, now, head, last.hash, life, last.version, salt, document, expiresAt, ...events];
}

function toResult([kind, ...events]: string[], commit: Commit): CommitResult {
  if (kind === 'conflict') return { kind };
  const stored = events.map(toEvent);
  return { kind: 'committed', unlogged: kind === 'repeated' ? stored : [...stored, ...commit.events] };
}

/** Undefined for a record that isn't there; Redis answers it with no fields. */
export function toRecord(fields: Record<string, string>): StoredRecord | undefined {
  const { head, life, salt, document } = fields;
  if (head === undefined || life === undefined || salt === undefined || document === undefined) return undefined;
  const unlogged = Object.entries(fields)
    .flatMap(([name, value]) => (name.startsWith('e:') ? [toEvent(value)] : []))
    .toSorted((a, b) => a.version - b.version);
  return { head, life, salt, document, version: Number(fields.version), expiresAt: Number(fields.expiresAt), unlogged };
}

function toEvent(text: string): EncodedEvent {
  const event: EncodedEvent = JSON.parse(text);
  return event;
}

/** Pairs of subject and score, as Redis lists them. */
function toWaiting(reply: unknown): Waiting[] {
  const list = toTexts(reply);
  return list.flatMap((subject, index) => (index % 2 === 0 ? [{ subject, at: Number(list[index + 1]) }] : []));
}
