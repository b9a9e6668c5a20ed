import { setTimeout as pause } from 'node:timers/promises';
import type { StorageLogger } from '../logger.ts';
import type { Guarded } from './guarded.ts';
import type { RedisConnection } from './redis.ts';
import { scripts } from './scripts.ts';
import { allBuckets, probeKey } from './keys.ts';
import { Unavailable } from '../unavailable.ts';

const timeoutMs = 1_000;
const probeTtlMs = 10_000;

/**
 * Makes the store's check: does Redis take a write within a second, is every bucket known to be whole, and is Redis set up so that it
 * keeps what it takes? The settings are looked at each time, because an operator may change them, and after a failover another server answers.
 */
export function createCheck(
  redis: RedisConnection,
  guarded: Guarded,
  logger: StorageLogger | undefined,
): () => Promise<void> {
  const groups = redis.clustered ? allBuckets.map((bucket) => [bucket]) : [allBuckets];
  const checkSettings = createSettingsCheck(redis, logger);

  async function checkAll(): Promise<void> {
    await Promise.all(
      groups.map((buckets) => guarded.run(scripts.probe, buckets, [probeKey(buckets[0] ?? '')], [probeTtlMs])),
    );
    await checkSettings();
  }

  return async () => {
    const patience = new AbortController();
    const timeout = pause(timeoutMs, undefined, { signal: patience.signal }).then(
      () => refuse(`redis did not answer within ${timeoutMs} ms`),
      () => {},
    );
    await Promise.race([checkAll(), timeout]).finally(() => patience.abort());
  };
}

/**
 * Reads INFO, which needs no administrator's right, and rejects a Redis that evicts (it would forget limits and locks when it is
 * full) or has replicas and yet takes writes that none of them has.
 */
function createSettingsCheck(redis: RedisConnection, logger: StorageLogger | undefined): () => Promise<void> {
  let warned = false;
  const warnOnce = () => {
    // Nobody can tell then whether this Redis evicts; that is for the operator to make sure.
    if (!warned) logger?.warn('redis-eviction-unknown', { reason: 'INFO is refused' });
    warned = true;
  };

  return async () => {
    const [memory, replication] = await Promise.all(
      ['memory', 'replication'].map((section) => redis.askEach('info', section)),
    );
    for (const info of memory ?? []) {
      const policy = field(info, 'maxmemory_policy');
      if (policy === undefined) warnOnce();
      else if (policy !== 'noeviction')
        refuse(`redis may evict records: set maxmemory-policy noeviction, not ${policy}`);
    }
    for (const info of replication ?? []) {
      const replicas = Number(field(info, 'connected_slaves') ?? 0);
      // The server prints this line only if min-replicas-to-write is above 0.
      if (replicas > 0 && field(info, 'min_slaves_good_slaves') === undefined) {
        refuse('redis has replicas and takes writes without them: set min-replicas-to-write 1 or more');
      }
    }
  };
}

function field(info: string | undefined, name: string): string | undefined {
  return new RegExp(`^${name}:(\\S+)`, 'm').exec(info ?? '')?.[1];
}

function refuse(reason: string): never {
  throw new Unavailable('store', reason);
}
