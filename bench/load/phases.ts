import { setTimeout as pause } from 'node:timers/promises';
import { openConnection, type Answer, type Connection } from './connection.ts';
import type { Provider } from './provider.ts';
import { quantilesOf, type Quantiles } from './quantiles.ts';
import type { Target } from './target.ts';

/** What one phase came to. Times are milliseconds unless they say otherwise. */
export type PhaseResult = {
  readonly seconds: number;
  readonly count: number;
  readonly perSecond: number;
  /** Answers that were not what they should be, and connections that broke. */
  readonly failures: number;
  readonly firstFailure?: string;
  /** From a request to its answer; in an open loop from the moment at which it was due. */
  readonly answer: Quantiles;
};

export type AcceptResult = PhaseResult & {
  /** From the last answer until the provider had every message. */ readonly drainSeconds: number;
};
export type SteadyResult = PhaseResult & {
  readonly rate: number;
  /** From the moment at which a request was due until the provider had its message. */
  readonly handOver: Quantiles;
  /** How late the generator itself began a request. */
  readonly generatorLate: Quantiles;
};

export type LifecycleResult = PhaseResult & { readonly verify: Quantiles; readonly handOver: Quantiles };

type Deps = { readonly target: Target; readonly provider: Provider; readonly nextNumber: () => number };
export type Load = { readonly connections: number; readonly seconds: number };

const handOverMsMax = 20_000;

/** Counts and times what a phase does. */
function createTally() {
  let failures = 0;
  let firstFailure: string | undefined;
  const answers: number[] = [];
  return {
    answers,
    fail(reason: string) {
      failures += 1;
      firstFailure ??= reason.slice(0, 300);
    },
    result(seconds: number, count = answers.length): PhaseResult {
      const perSecond = Math.round((count / seconds) * 10) / 10;
      return { seconds, count, perSecond, failures, firstFailure, answer: quantilesOf(answers) };
    },
  };
}

type Tally = ReturnType<typeof createTally>;

const describe = ({ status, body }: Answer) => `${status} ${body}`;

/** Each connection repeats `step` until the time is over or the step has nothing more to do; resolves with the seconds it took. */
async function closedLoop(
  port: number,
  { connections, seconds }: Load,
  tally: Tally,
  step: (connection: Connection) => Promise<boolean>,
): Promise<number> {
  const opened = await Promise.all(Array.from({ length: connections }, () => openConnection(port)));
  const from = performance.now();
  const until = from + seconds * 1_000;
  const work = async (first: Connection) => {
    let connection = first;
    while (performance.now() < until) {
      try {
        if (!(await step(connection))) break;
      } catch (error) {
        tally.fail(String(error));
        connection.close();
        connection = await openConnection(port);
      }
    }
    connection.close();
  };
  await Promise.all(opened.map(work));
  return (performance.now() - from) / 1_000;
}

/** As many challenges as are accepted; then waits until the provider has all their messages. */
export async function accept(deps: Deps, port: number, load: Load): Promise<AcceptResult> {
  const { target, provider, nextNumber } = deps;
  const tally = createTally();
  const before = provider.received();
  const seconds = await closedLoop(port, load, tally, async (connection) => {
    const from = performance.now();
    const answer = await connection.ask(target.request(nextNumber()));
    if (target.acceptedId(answer) === undefined) tally.fail(describe(answer));
    else tally.answers.push(performance.now() - from);
    return true;
  });
  const from = performance.now();
  const wanted = before + tally.answers.length;
  while (provider.received() < wanted && performance.now() - from < 3 * handOverMsMax) await pause(20);
  const missing = wanted - provider.received();
  if (missing > 0) tally.fail(`${missing} messages never reached the provider`);
  return { ...tally.result(seconds), drainSeconds: (performance.now() - from) / 1_000 };
}

/** Requests without more: against a floor, which hands nothing over. */
export async function request(deps: Deps, port: number, load: Load): Promise<PhaseResult> {
  const tally = createTally();
  const seconds = await closedLoop(port, load, tally, async (connection) => {
    const from = performance.now();
    const answer = await connection.ask(deps.target.request(deps.nextNumber()));
    if (answer.status === 202) tally.answers.push(performance.now() - from);
    else tally.fail(describe(answer));
    return true;
  });
  return tally.result(seconds);
}

/** Checks the right codes of what was accepted before, each once, until the time or the codes are used up. */
export async function verify({ target, provider }: Deps, port: number, load: Load): Promise<PhaseResult> {
  const tally = createTally();
  const seconds = await closedLoop(port, load, tally, async (connection) => {
    const next = provider.takeAny();
    if (!next) return false;
    const from = performance.now();
    const answer = await connection.ask(target.check(next.id, next.code));
    if (target.isVerified(answer)) tally.answers.push(performance.now() - from);
    else tally.fail(describe(answer));
    return true;
  });
  return tally.result(seconds);
}

/** Whole lifecycles one after another on each connection: request, wait for the message, check its code. */
export async function lifecycles(deps: Deps, port: number, load: Load): Promise<LifecycleResult> {
  const { target, provider, nextNumber } = deps;
  const tally = createTally();
  const verifyTimes: number[] = [];
  const handOvers: number[] = [];
  const seconds = await closedLoop(port, load, tally, async (connection) => {
    const from = performance.now();
    const answer = await connection.ask(target.request(nextNumber()));
    const answered = performance.now();
    const id = target.acceptedId(answer);
    const message = id === undefined ? undefined : await provider.take(id, handOverMsMax);
    if (id === undefined || !message) {
      tally.fail(message ? describe(answer) : `no message after ${describe(answer)}`);
      return true;
    }
    tally.answers.push(answered - from);
    handOvers.push(message.at - from);
    const checkedFrom = performance.now();
    const checked = await connection.ask(target.check(id, message.code));
    if (target.isVerified(checked)) verifyTimes.push(performance.now() - checkedFrom);
    else tally.fail(describe(checked));
    return true;
  });
  const result = tally.result(seconds, verifyTimes.length);
  return { ...result, verify: quantilesOf(verifyTimes), handOver: quantilesOf(handOvers) };
}

/**
 * An open loop: requests are due at the rate, whatever becomes of those before, and every time counts from the moment a request was due.
 * So one that had to wait for a connection or for this process counts as late as it would be to a caller (no coordinated omission).
 */
export async function steady(deps: Deps, port: number, load: Load & { readonly rate: number }): Promise<SteadyResult> {
  const { target, provider, nextNumber } = deps;
  const { rate, seconds } = load;
  const tally = createTally();
  const handOvers: number[] = [];
  const lateness: number[] = [];
  const idle = await Promise.all(Array.from({ length: load.connections }, () => openConnection(port)));
  const queue: number[] = [];
  const running = new Set<Promise<void>>();

  async function one(connection: Connection, dueAt: number): Promise<void> {
    try {
      const answer = await connection.ask(target.request(nextNumber()));
      idle.push(connection);
      startDue();
      const id = target.acceptedId(answer);
      if (id === undefined) return tally.fail(describe(answer));
      tally.answers.push(performance.now() - dueAt);
      const message = await provider.take(id, handOverMsMax);
      if (message) handOvers.push(message.at - dueAt);
      else tally.fail('no message');
    } catch (error) {
      tally.fail(String(error));
      idle.push(await openConnection(port));
    }
  }

  function startDue(): void {
    for (;;) {
      const connection = queue.length > 0 ? idle.pop() : undefined;
      if (!connection) return;
      const done = one(connection, queue.shift() as number);
      running.add(done);
      void done.finally(() => running.delete(done));
    }
  }

  const from = performance.now();
  const total = Math.round(rate * seconds);
  for (let made = 0; made < total; await pause(1)) {
    const now = performance.now();
    for (; made < total && from + (made * 1_000) / rate <= now; made += 1) {
      const dueAt = from + (made * 1_000) / rate;
      queue.push(dueAt);
      lateness.push(now - dueAt);
    }
    startDue();
  }
  while (queue.length > 0 || running.size > 0) await Promise.race([...running, pause(50)]);
  for (const connection of idle) connection.close();
  const result = tally.result(seconds);
  return { ...result, rate, handOver: quantilesOf(handOvers), generatorLate: quantilesOf(lateness) };
}
