import { performance } from 'node:perf_hooks';
import type { Call } from './call.ts';
import { uniqueName } from './services.ts';

/** One challenge that was asked for, and what came of it. Times in Unix milliseconds. */
export type Asked = {
  readonly channel: 'sms' | 'email';
  readonly to: string;
  readonly key: string;
  readonly at: number;
  tookMs: number;
  /** 0 while there is no answer, or if none came. */
  status: number;
  id?: string;
  expiresAt?: number;
};

export type Load = {
  readonly asked: readonly Asked[];
  /** Asks for no more and waits for the answers that are under way. */
  stop(): Promise<readonly Asked[]>;
};

const tickMs = 10;
/** Beyond, a call is not made: a load that waits without bound would measure itself. */
const underWayMax = 2_000;

let lastNumber = 10_000_000;
/** Numbers that can exist, each once: drawn at random, some of a hundred thousand would be the same. */
const nextPhone = (): string => `+49151${(lastNumber += 1)}`;
const nextEmail = (): string => `${uniqueName('ada')}@example.com`;

/** Asks for so many challenges a second, whatever the answers take, in turn by these calls. */
export function startLoad(channel: Asked['channel'], perSecond: number, calls: readonly Call[]): Load {
  const asked: Asked[] = [];
  const underWay = new Set<Promise<void>>();
  const startedAt = performance.now();
  let due = 0;
  const timer = setInterval(() => {
    const until = ((performance.now() - startedAt) / 1000) * perSecond;
    for (; due < until; due += 1) if (underWay.size < underWayMax) ask(calls[due % calls.length] as Call);
  }, tickMs);

  function ask(call: Call): void {
    const to = channel === 'sms' ? nextPhone() : nextEmail();
    const one: Asked = { channel, to, key: uniqueName('load'), at: Date.now(), tookMs: 0, status: 0 };
    asked.push(one);
    const answered = call('POST', '/v1/challenges', { channel, to }, { 'idempotency-key': one.key })
      .then(({ status, json }) => {
        Object.assign(one, { status, id: json?.id, tookMs: Date.now() - one.at });
        if (json?.expiresAt) one.expiresAt = Date.parse(json.expiresAt);
        return undefined;
      })
      .catch(() => {})
      .finally(() => underWay.delete(answered));
    underWay.add(answered);
  }

  return {
    asked,
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
      return asked;
    },
  };
}

/** How many got which status. */
export function statusesOf(asked: readonly Asked[]): Record<string, number> {
  return Object.fromEntries(
    [...Map.groupBy(asked, ({ status }) => status)].map(([status, all]) => [status, all.length]),
  );
}

/** The value below which this share of the values lies; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? 0;
}
