import type { Guarded } from './guarded.ts';
import { bucketOfName, leaseKey } from './keys.ts';
import type { Argument } from './redis.ts';
import { toTexts } from './replies.ts';
import { scripts, type Script } from './scripts.ts';
import type { LeaseResult, Store } from '../store.ts';

const leaseForgottenAfterMs = 2 * 60 * 60 * 1_000;

/** Rights to act, one holder at a time. */
export function createLeases(guarded: Guarded, now: () => number): Pick<Store, 'lease' | 'finish' | 'yield'> {
  const run = (script: Script, key: string, args: readonly Argument[]) =>
    guarded.run(script, [bucketOfName(key)], [leaseKey(key)], [now(), ...args]);
  return {
    lease: async (key, owner, ms) =>
      toLeaseResult(toTexts(await run(scripts.lease, key, [owner, ms, leaseForgottenAfterMs]))),
    finish: async (key, owner, value, ttlMs) => (await run(scripts.finish, key, [owner, value, ttlMs])) === 1,
    async yield(key, owner) {
      await run(scripts.yield, key, [owner, leaseForgottenAfterMs]);
    },
  };
}

function toLeaseResult([kind, value = '']: string[]): LeaseResult {
  if (kind === 'granted') return { kind, attempt: Number(value) };
  return kind === 'held' ? { kind, until: Number(value) } : { kind: 'done', value };
}
