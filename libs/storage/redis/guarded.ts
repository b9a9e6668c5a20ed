import { fenceKey } from './keys.ts';
import type { Argument, RedisConnection } from './redis.ts';
import type { Script } from './scripts.ts';

/** Runs scripts behind the guard: they are carried out only on a server that is known to be complete, or else reject. */
export type Guarded = {
  readonly clustered: boolean;
  /** `buckets`: those that the keys are in. */
  run(script: Script, buckets: readonly string[], keys: readonly string[], args: readonly Argument[]): Promise<unknown>;
};

/** @param restoring the replication id of a server that is being restored: then fences are not compared, and no other server is written to */
export function createGuarded(redis: RedisConnection, restoring = ''): Guarded {
  return {
    clustered: redis.clustered,
    run: (script, buckets, keys, args) =>
      redis.run(script, [...keys, ...buckets.map(fenceKey)], [...args, buckets.length, restoring]),
  };
}
