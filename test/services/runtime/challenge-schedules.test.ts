import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressDecider, type AddressDocument, type AddressOutcome } from '#core/address-document.ts';
import { newestSend } from '#core/challenge-book.ts';
import { cancelChallenge, checkCode, requestChallenge, resendChallenge } from '#core/challenge.ts';
import type { Decision } from '#core/decider.ts';
import { decodeEvent, type Event } from '#core/event.ts';
import type { Handled } from '#runtime/handle.ts';
import type { LogRecord, OutgoingRecord } from '#storage/log.ts';
import { endingOf } from '../../support/challenge-endings.ts';
import { createChallengeModel, type ChallengeModel, type Ending } from '../../support/challenge-model.ts';
import { challenge, guessAt, minuteMs, policy, requestAt, resendAt, secondMs, t0 } from '../../support/challenges.ts';
import { fold } from '../../support/given.ts';
import { createScheduledProcesses, type Fate } from '../../support/scheduled-processes.ts';

/** What somebody asks for; `twice` is a client that repeats it, by the same command id, at another process. */
type Asked = { readonly process: number; readonly twice: boolean } & (
  | { readonly what: 'request' }
  | { readonly what: 'resend' | 'cancel'; readonly which: number }
  | { readonly what: 'verify'; readonly which: number; readonly send: number }
);

const given = { process: fc.nat(2), twice: fc.boolean(), which: fc.nat(2) };
const is = <T extends string>(what: T) => fc.constant(what);
const anyAsked: fc.Arbitrary<Asked> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ ...given, what: is('request') }) },
  { weight: 2, arbitrary: fc.record({ ...given, what: is('resend') }) },
  { weight: 1, arbitrary: fc.record({ ...given, what: is('cancel') }) },
  // Send 0 is nobody's code; 1 is the first one's, right until a resend is committed; 2 the next one's, right only then.
  { weight: 6, arbitrary: fc.record({ ...given, what: is('verify'), send: fc.constantFrom(0, 0, 1, 2) }) },
);
const anyRound = fc.record({
  asked: fc.array(anyAsked, { minLength: 2, maxLength: 6 }),
  ticksMs: fc.array(fc.constantFrom(1, secondMs, 30 * secondMs, 5 * minuteMs), { maxLength: 2 }),
});
const anyFates: fc.Arbitrary<Fate[]> = fc.array(
  fc.constantFrom<Fate>('answered', 'answered', 'answered', 'lost-after', 'lost-before'),
  { minLength: 3, maxLength: 7 },
);
const modelPolicy = { digits: 6, lifetimeMs: 5 * minuteMs, gapMs: 0, sends: 3, attempts: 3 };
const settings = { ...policy, resendMinSeconds: 0, sendsPerChallenge: 3, attemptsPerChallenge: 3 };

type Step = {
  readonly decide: (document: AddressDocument | undefined, now: number) => Decision<unknown>;
  readonly expect: (model: ChallengeModel, now: number) => Ending;
};

/** The rule that a process asks, and the model's word for the same. */
function stepOf(asked: Asked, name: string, ids: readonly string[]): Step | undefined {
  if (asked.what === 'request') {
    return {
      decide: (document, now) =>
        requestChallenge(document, requestAt(now, name, { policy: settings, reservation: { nextAt: now, left: 9 } })),
      expect: (model, now) => model.request(challenge(name), 'verification', now),
    };
  }
  const id = ids.at(-1 - asked.which);
  if (id === undefined) return undefined;
  const short = id.slice(-22);
  if (asked.what === 'verify') {
    const code = `${id}#${asked.send}`;
    const right = guessAt(0, short, (one) => code === `${one.id}#${newestSend(one).number}`);
    return {
      decide: (document, now) => checkCode(document, { ...right, now }),
      expect: (model, now) => model.verify(id, code, now),
    };
  }
  if (asked.what === 'cancel') {
    return {
      decide: (document, now) => cancelChallenge(document, id, now),
      expect: (model, now) => model.cancel(id, now),
    };
  }
  const reserved = (now: number) => ({ policy: settings, reservation: { nextAt: now, left: 9 } });
  return {
    decide: (document, now) => resendChallenge(document, resendAt(now, short, reserved(now))),
    expect: (model, now) => model.resend(id, now),
  };
}

const deeds: Partial<Record<Ending['is'], AddressOutcome['did']>> = {
  requested: 'request',
  resent: 'resend',
  approved: 'approve',
  canceled: 'cancel',
  'wrong-code': 'reject',
};

/** The events of a log, each once, in the order in which they came first. */
function firstEvents(told: readonly OutgoingRecord[]): Event[] {
  const events = new Map<string, Event>();
  for (const record of told) {
    const decoded = decodeEvent(asRead(record));
    if (!decoded.ok) throw new Error(`the log has what nobody can read: ${decoded.reason}`);
    if (!events.has(decoded.event.id)) events.set(decoded.event.id, decoded.event);
  }
  return [...events.values()];
}

const asRead = ({ topic, key, value, headers }: OutgoingRecord): LogRecord => ({
  topic,
  partition: 0,
  offset: 0n,
  appendedAt: t0,
  key: Buffer.from(key ?? ''),
  value: Buffer.from(value ?? ''),
  headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, text]) => [name, Buffer.from(String(text))])),
});

describe('Challenges of one address, asked for at several processes at once', () => {
  const seen = new Set<string>();

  it('end in every order of loads, commits and lost answers as in one line of them, and repetitions count once', async () => {
    const story = fc.record({
      processes: fc.constantFrom(2, 2, 3),
      rounds: fc.array(anyRound, { minLength: 2, maxLength: 4 }),
      fates: anyFates,
    });
    await fc.assert(
      fc.asyncProperty(story, fc.scheduler(), async ({ processes: count, rounds, fates }, scheduler) => {
        let now = t0;
        const ground = createScheduledProcesses<AddressDocument, AddressOutcome>(scheduler, {
          decider: addressDecider,
          processes: count,
          fates,
          now: () => now,
        });
        const steps = new Map<string, Step>();
        const ids: string[] = [];
        const answers: { commandId: string; handled: Handled<AddressDocument, AddressOutcome, unknown> }[] = [];

        async function ask(asked: Asked, known: readonly string[]): Promise<void> {
          const name = `n${steps.size}`;
          const step = stepOf(asked, name, known);
          if (!step) return;
          const commandId = `command-${name}`;
          steps.set(commandId, step);
          if (asked.what === 'request') ids.push(challenge(name));
          const times = asked.twice ? [0, 1] : [0];
          const asking = times.map((time) => ground.ask((asked.process + time) % count, commandId, step.decide));
          for (const handled of await Promise.all(asking)) answers.push({ commandId, handled });
        }

        for (const { asked, ticksMs } of [{ asked: [firstRequest], ticksMs: [] }, ...rounds]) {
          const known = [...ids];
          const ticking = ticksMs.map((ms) =>
            scheduler.schedule(Promise.resolve(), 'the clock').then(() => void (now += ms)),
          );
          await scheduler.waitFor(Promise.all([...asked.map((one) => ask(one, known)), ...ticking]));
        }

        // One line: every commit in its order, and what changed nothing where it was looked at.
        const model = createChallengeModel(modelPolicy, { failures: 0, at: t0 });
        const stepNamed = (commandId: string) => steps.get(commandId) as Step;
        for (let at = 0; at <= ground.committed.length; at += 1) {
          for (const decided of ground.unchanged.filter(({ commits }) => commits === at)) {
            const ending = endingOf(decided.decision);
            expect(ending).toEqual(stepNamed(decided.commandId).expect(model, decided.now));
            seen.add(ending.is === 'over' ? ending.reason : ending.is === 'refused' ? ending.code : ending.is);
          }
          const decided = ground.committed[at];
          if (!decided) continue;
          const ending = endingOf(decided.decision);
          expect(ending).toEqual(stepNamed(decided.commandId).expect(model, decided.now));
          seen.add(ending.is);
        }

        // Whoever asked got what was committed under their command, once and for all.
        const commands = ground.committed.map(({ commandId }) => commandId);
        expect(new Set(commands).size).toBe(commands.length);
        for (const { commandId, handled } of answers) {
          const decided = ground.committed.find((one) => one.commandId === commandId);
          if (handled.kind !== 'done') continue;
          expect(handled.outcome.did).toBe(deeds[endingOf(decided?.decision as Decision<unknown>).is]);
        }

        // The log has all of it, in order, and makes the very document that is stored.
        const events = firstEvents(ground.told);
        expect(events.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1));
        const record = ground.record();
        expect(record).toMatchObject({ version: events.length, unlogged: [] });
        const facts = events.map(({ type, time, data, causationId }) => ({ type, time, data, causationId }));
        expect(fold(addressDecider, facts as Parameters<typeof fold>[1])).toEqual(JSON.parse(record?.document ?? ''));
      }),
      { numRuns: 150, seed: 4_104 },
    );
  });

  it('meet, over all these orders, every ending that there is', () => {
    expect([...seen].toSorted()).toEqual([
      'already-approved',
      'approved',
      'cancel',
      'canceled',
      'challenge-not-pending',
      'exhausted',
      'expired',
      'no-sends-left',
      'requested',
      'resent',
      'wrong-code',
    ]);
  });
});

const firstRequest: Asked = { what: 'request', process: 0, twice: false };
