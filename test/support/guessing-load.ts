import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { anEmail, codeIn, eventually, wrong } from './installation.ts';
import type { System } from './system.ts';

/** Challenges that are asked for and guessed at all the time. What must never happen is written down. */
export type Load = {
  start(): void;
  /** Resolves when so many more calls were answered with a decision. */
  progress(answers: number): Promise<void>;
  stop(): Promise<void>;
  faults(): readonly string[];
};

type Open = { readonly id: string; readonly code: string; left: number; approvals: number };

const workers = 6;
const progressMsMax = 60_000;
const messageMsMax = 2_000;
const refusals: ReadonlySet<number> = new Set([429, 503]);

export function createLoad(system: System): Load {
  const faults: string[] = [];
  const open: Open[] = [];
  const approved: Open[] = [];
  let answers = 0;
  let over = new AbortController();
  let working: Promise<unknown> = Promise.resolve();

  async function call(path: string, body: object) {
    const answer = await system.call('POST', path, body).catch(() => undefined);
    if (!answer || refusals.has(answer.status)) {
      if (answer?.status === 503 && !answer.headers['retry-after']) faults.push('a refusal without Retry-After');
      await pause(50);
      return undefined;
    }
    if (answer.status >= 400) faults.push(`${path.replace(/[\w.-]{22,}/, ':id')} answered ${answer.status}`);
    answers += 1;
    return answer.json;
  }

  async function request(): Promise<void> {
    const to = anEmail();
    const made = await call('/v1/challenges', { channel: 'email', to });
    if (!made) return;
    // What was sealed for an address whose record was lost in between reaches nobody.
    const message = await eventually('a message', () => system.inbox.list({ to })[0], messageMsMax).catch(
      () => undefined,
    );
    if (message) open.push({ id: made.id, code: codeIn(message), left: made.attemptsLeft, approvals: 0 });
  }

  /** What was counted once stays counted, and a code that passed never passes again. */
  async function guess(one: Open): Promise<void> {
    const right = one.approvals > 0 || randomInt(3) === 0;
    const json = await call(`/v1/challenges/${one.id}/verify`, { code: right ? one.code : wrong(one.code) });
    if (json) {
      if (json.result === 'approved' && one.approvals > 0) faults.push('a code was approved twice');
      if (json.attemptsLeft > one.left) faults.push('a counter was lowered');
      one.left = Math.min(one.left, json.attemptsLeft);
      if (json.result === 'approved') one.approvals += 1;
      if (one.approvals > 0 && json.result !== 'approved' && json.reason !== 'already-approved')
        faults.push(`an approved code is ${json.reason}`);
    }
    if (one.approvals > 0) approved.push(one);
    else if (!json || one.left > 0) open.push(one);
  }

  async function work(): Promise<void> {
    while (!over.signal.aborted) {
      const again = randomInt(4) === 0 ? approved.splice(randomInt(approved.length || 1), 1)[0] : undefined;
      const one = again ?? (randomInt(3) > 0 ? open.shift() : undefined);
      await (one ? guess(one) : request());
    }
  }

  return {
    start() {
      over = new AbortController();
      working = Promise.all(Array.from({ length: workers }, work));
    },
    async progress(more) {
      const target = answers + more;
      await eventually(`${more} more answers`, () => answers >= target, progressMsMax);
    },
    async stop() {
      over.abort();
      await working;
    },
    faults: () => faults,
  };
}
