import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Call } from './call.ts';
import { uniqueName } from './services.ts';

/** Gives a decided answer, or fails at the deadline. */
export type Persist = (path: string, body: object) => Promise<Answer>;

const patienceMs = 50_000;
const pauseMsMax = 300;

/**
 * Calls as a good application does: with an idempotency key, and again with the same one, at whatever door, while no decision comes
 * back. Its patience ends before a key is spent (60 s).
 */
export function createPersistentCaller(calls: readonly Call[]): Persist {
  return async (path, body) => {
    const headers = { 'idempotency-key': uniqueName('call') };
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const call = calls[randomInt(calls.length)] as Call;
      const answer = await call('POST', path, body, headers).catch(() => undefined);
      if (answer && answer.status < 429) return answer;
      if (performance.now() > deadline) throw new Error(`no decision on ${path}: ${answer?.text ?? 'no answer'}`);
      await pause(randomInt(pauseMsMax));
    }
  };
}
