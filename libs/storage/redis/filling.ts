import { groupByBucket, inTurns } from './batches.ts';
import { createClaims } from './claims.ts';
import { createGuarded, type Guarded } from './guarded.ts';
import {
  bucketOf,
  bucketOfName,
  doorOf,
  erasedKey,
  exactLimitKey,
  fenceKey,
  leaseKey,
  noteKey,
  recordKey,
  segmentLimitKey,
  unloggedKey,
} from './keys.ts';
import { toRecord } from './records.ts';
import type { Argument, RedisConnection } from './redis.ts';
import { toHash } from './replies.ts';
import { scripts, type Script } from './scripts.ts';
import { segmentMs } from '../reserve.ts';
import type { Closed, Filling, Kept, Leased, Members, Note, Restored, Segments } from '../restoration.ts';
import { Unavailable } from '../unavailable.ts';

const bytesPerMember = 64;

type Named = { readonly key: string; readonly members?: readonly unknown[]; readonly value?: string };

/** See Filling. Each call goes to one bucket, or on one Redis to any. */
export function createFilling(redis: RedisConnection, now: () => number, taken: readonly Closed[]): Filling {
  const guards = createGuards(redis, taken);
  const run: Guarded['run'] = (script, buckets, keys, args) =>
    guardOf(guards, buckets[0]).run(script, buckets, keys, args);
  const guarded = { clustered: redis.clustered, run };

  async function look(subjects: readonly string[], whole: boolean) {
    const calls = groupByBucket(subjects, bucketOf, () => 1);
    const answers = await inTurns(calls, async ({ bucket, items }) => {
      const reply = await run(scripts.peek, [bucket], items.map(recordKey), [whole ? '1' : '0']);
      return toList(reply).map((fields, index) => ({ subject: items[index] ?? '', fields: toHash(fields) }));
    });
    return answers.flat();
  }

  /** Runs a script on named things, those of one bucket together. */
  async function each<Item extends Named>(
    script: Script,
    items: readonly Item[],
    keyOf: (key: string) => string,
    argumentsOf: (item: Item) => Argument[],
    first: readonly Argument[],
  ): Promise<void> {
    const batches = groupByBucket(items, ({ key }) => bucketOfName(key), sizeOfNamed);
    await inTurns(batches, ({ bucket, items: batch }) =>
      run(
        script,
        [bucket],
        batch.map(({ key }) => keyOf(key)),
        [...first, ...batch.flatMap(argumentsOf)],
      ),
    );
  }

  return {
    buckets: taken,
    has: (subject) => guards.has(bucketOf(subject)),
    hasName: (name) => guards.has(bucketOfName(name)),
    async peek(subjects) {
      const found = (await look(subjects, false)).filter(({ fields }) => fields.head !== undefined);
      return new Map(found.map(({ subject, fields }) => [subject, toKept(fields)]));
    },
    async load(subjects) {
      const found = (await look(subjects, true)).map(({ subject, fields }) => [subject, toRecord(fields)] as const);
      return new Map(found.flatMap(([subject, record]) => (record ? [[subject, record] as const] : [])));
    },
    async put(records) {
      const calls = groupByBucket(records, ({ subject }) => bucketOf(subject), sizeOf);
      await inTurns(calls, async ({ bucket, items }) => {
        const recordKeys = items.map(({ subject }) => recordKey(subject));
        const keys = [unloggedKey(bucket), erasedKey(bucket), fenceKey(bucket), ...recordKeys];
        await run(scripts.restore, [bucket], keys, [now(), ...items.flatMap(toArguments)]);
      });
    },
    claim: createClaims(guarded, now).claim,
    note: (notes) => each(scripts.renote, notes, noteKey, toNote, [now()]),
    lease: (leases) => each(scripts.refinish, leases, leaseKey, toLease, [now()]),
    count: (limits) => each(scripts.recount, limits, exactLimitKey, toMembers, [now()]),
    countSegments: (limits, all) =>
      each(scripts.resegment, limits, segmentLimitKey, toSegments, [all ? 'all' : 'more']),
    async open(owner) {
      const groups = redis.clustered ? taken.map((one) => [one]) : [taken];
      const answers = await inTurns(groups, (closed) => {
        const [first] = closed;
        const keys = closed.flatMap(({ bucket }) => doorOf(bucket));
        return first ? run(scripts.admit, [first.bucket], keys, [owner]) : Promise.resolve(0);
      });
      return answers.map(Number).reduce((sum, count) => sum + count, 0);
    },
  };
}

/** For each bucket the guard that lets nothing be done on another server than the one that was found. */
function createGuards(redis: RedisConnection, taken: readonly Closed[]): Map<string, Guarded> {
  const ofServer = new Map<string, Guarded>();
  for (const { server } of taken) if (!ofServer.has(server)) ofServer.set(server, createGuarded(redis, server));
  return new Map(taken.map(({ bucket, server }) => [bucket, ofServer.get(server) ?? createGuarded(redis, server)]));
}

function guardOf(guards: ReadonlyMap<string, Guarded>, bucket = ''): Guarded {
  return guards.get(bucket) ?? refuse(`bucket ${bucket} is not being restored`);
}

const sizeOf = (restored: Restored): number => (restored.kind === 'record' ? restored.document.length : 0);

function toKept({ head = '', life = '', version, salt = '' }: Record<string, string>): Kept {
  return { head, life, version: Number(version), salt };
}

function toArguments(restored: Restored): (string | number)[] {
  if (restored.kind === 'erased') return [restored.subject, '', '', 0, '', '', 0, restored.at];
  const { subject, head, life, version, salt, document, expiresAt } = restored;
  return [subject, head, life, version, salt, document, expiresAt, 0];
}

function toList(reply: unknown): unknown[] {
  return Array.isArray(reply) ? reply : refuse('redis gave an answer of an unknown shape');
}

function refuse(reason: string): never {
  throw new Unavailable('store', reason);
}

/** Only limits grow with what is in them. */
const sizeOfNamed = ({ members = [], value = '' }: Named): number => members.length * bytesPerMember + value.length;

const toNote = ({ field, rank, endsAt, value }: Note): Argument[] => [field, rank, endsAt, value];

const toLease = ({ value, forgetAt }: Leased): Argument[] => [
  value === undefined ? 'begun' : 'done',
  value ?? '',
  forgetAt,
];

const toMembers = ({ keptMs, releasedAt, members }: Members): Argument[] => [
  keptMs,
  releasedAt,
  members.length,
  ...members.flatMap(({ at, command }) => [at, command]),
];

function toSegments({ keptMs, segments }: Segments): Argument[] {
  const counts = [...segments].flatMap(([ms, counted]) =>
    [...counted].map(([number, count]) => [`${segmentMs(ms)}:${number}`, count] as const),
  );
  return [keptMs, counts.length, ...counts.flat()];
}
