import { randomUUID } from 'node:crypto';
import type { EncodedEvent } from '#core/encoded-event.ts';
import { encodeReaction, type Draft, type Event } from '#core/event.ts';
import type { MessageRendered } from '#schemas/delivery.ts';
import type { Lane } from '#storage/log.ts';
import { Poison } from '#runtime/consume.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { leaseKeyOf, leaseMsKept } from '#runtime/send-lease.ts';
import type { Courier } from './courier.ts';
import { failure, success } from './fate.ts';
import { hasNoticeBudget } from './notice-budget.ts';
import { nextStep, type Progress } from './plan.ts';
import { prepareMessage } from './prepare-message.ts';
import type { SendOutcome } from './providers/provider.ts';
import type { WaitingRoom } from './waiting-room.ts';

export type DeliveryDeps = {
  readonly foundation: Foundation;
  readonly courier: Courier;
  readonly waiting: WaitingRoom;
  /** Whether this kind of message may be handed to a provider now. */
  readonly callable: (provider: string) => boolean;
  /** Told each time a send has to wait for a provider, so that no more work is taken in while none works. */
  readonly mustWait: () => void;
};

const leaseMs = 15_000;
const renewMs = 5_000;

/**
 * A text waits for its code, where it brings one, and its way to the person. The lease makes one worker act at a time; its done value
 * is the fate itself, so that whoever finds the send finished tells the same bytes again, and no send ends in silence.
 */
export async function onMessageRendered(deps: DeliveryDeps, event: Event, lane: Lane): Promise<void> {
  const { store } = deps.foundation;
  const key = leaseKeyOf(event.data as MessageRendered);
  const owner = randomUUID();
  for (;;) {
    const lease = await store.lease(key, owner, leaseMs);
    if (lease.kind === 'done') return tell(deps, JSON.parse(lease.value) as EncodedEvent);
    if (lease.kind === 'granted')
      return deliverUnderLease(deps, event, lane, { key, owner, attempt: lease.attempt, held: true });
    // Somebody else is at it, or died at it: only time tells which, so this record waits and never passes.
    lane.leave();
    if (!(await deps.waiting.wait(Math.max(lease.until - deps.foundation.now(), 50), lane.signal))) {
      throw new Error('the wait for a lease was broken off');
    }
  }
}

/** `held` is false while it is given back for a pause. */
type Lease = { readonly key: string; readonly owner: string; readonly attempt: number; held: boolean };

/** The lease went to somebody else during a pause: begin again behind them. */
class LeaseLost extends Error {}

async function deliverUnderLease(deps: DeliveryDeps, event: Event, lane: Lane, lease: Lease): Promise<void> {
  const { store, now, service, telemetry } = deps.foundation;
  const renew = () => lease.held && store.lease(lease.key, lease.owner, leaseMs).catch(() => {});
  const renewal = setInterval(() => void renew(), renewMs);
  try {
    const draft = await deliver(deps, event, lane, lease);
    const publishing = telemetry.publishing([draft.type]);
    const fate = encodeReaction(draft, event, {
      source: `/twofold/${service}`,
      actor: 'service:delivery-worker',
      time: now(),
      traceparent: publishing.traceparents[0] ?? event.traceparent,
    });
    // Finished before it is told: a crash in between leaves the fate with the lease, and the next reader tells it.
    const mine = await store.finish(lease.key, lease.owner, JSON.stringify(fate), leaseMsKept);
    if (!mine) {
      publishing.drop('lease-lost');
      return await onMessageRendered(deps, event, lane);
    }
    measure(deps, draft);
    await publishing.during(tell(deps, fate));
  } catch (error) {
    if (error instanceof Poison) await store.yield(lease.key, lease.owner);
    if (!(error instanceof LeaseLost)) throw error;
    clearInterval(renewal);
    await onMessageRendered(deps, event, lane);
  } finally {
    clearInterval(renewal);
  }
}

/**
 * Carries out the plan step by step until the send has a fate. Whether the send is still wanted is asked again after every pause: a
 * code that a resend has voided, or that was used meanwhile, would only confuse.
 */
async function deliver(deps: DeliveryDeps, event: Event, lane: Lane, lease: Lease): Promise<Draft> {
  const { foundation, courier, waiting } = deps;
  const data = event.data as MessageRendered;
  let ready = await prepareMessage(foundation, event);
  // A lease that ran out without a result may have sent: it counts as an outcome nobody knows.
  let calls = lease.attempt - 1;
  let hasBudget = calls > 0;
  let progress: Progress = {
    order: courier.order(data.providers),
    tried: [],
    pauses: 0,
    unknowns: calls,
    expiresAt: data.expiresAt,
  };
  for (;;) {
    const maybeSent = progress.unknowns > 0;
    if (ready.kind === 'failed') return failure(data, ready.reason, maybeSent);
    const step = nextStep(progress, foundation.now(), deps.callable);
    if (step.do === 'sent') {
      return success(data, { provider: step.provider, calls, possibleDuplicate: maybeSent }, ready.requestedAt);
    }
    if (step.do === 'fail') return failure(data, step.reason, maybeSent, step.detail, step.provider);
    if (step.do === 'call') {
      hasBudget ||= await hasNoticeBudget(foundation, event);
      if (!hasBudget) return failure(data, 'over-budget', maybeSent);
      const outcome = await courier.call(step.provider, ready.message);
      calls += 1;
      progress = afterCall(progress, step.provider, outcome);
      continue;
    }
    deps.mustWait();
    if (waiting.full()) return failure(data, 'overloaded', maybeSent);
    lane.leave();
    await pause(foundation, waiting, lane, lease, step.ms, maybeSent);
    progress = { ...progress, tried: [], pauses: progress.pauses + 1 };
    ready = await prepareMessage(foundation, event);
  }
}

const afterCall = (progress: Progress, provider: string, outcome: SendOutcome): Progress => ({
  ...progress,
  tried: [...progress.tried, provider],
  unknowns: progress.unknowns + (outcome.kind === 'unknown' ? 1 : 0),
  last: { provider, outcome },
});

/**
 * Waits with the lease given back, so that a worker which dies here costs the send no time and no flag. An unknown outcome keeps the
 * lease instead: if it runs out, the next holder knows that one may have been sent.
 */
async function pause(
  { store }: Foundation,
  waiting: WaitingRoom,
  lane: Lane,
  lease: Lease,
  ms: number,
  keep: boolean,
): Promise<void> {
  if (!keep) {
    lease.held = false;
    await store.yield(lease.key, lease.owner);
  }
  if (!(await waiting.wait(ms, lane.signal))) throw new Error('the wait for a provider was broken off');
  if (keep) return;
  const again = await store.lease(lease.key, lease.owner, leaseMs);
  if (again.kind !== 'granted' || again.attempt !== lease.attempt) throw new LeaseLost();
  lease.held = true;
}

/** For a record that nobody could handle. */
export async function onGivenUp(deps: DeliveryDeps, event: Event): Promise<void> {
  if (event.type !== 'message-rendered') return;
  const { now, service } = deps.foundation;
  const draft = failure(event.data as MessageRendered, 'dead-lettered', false);
  const from = {
    source: `/twofold/${service}`,
    actor: 'service:delivery-worker',
    time: now(),
    traceparent: event.traceparent,
  };
  await tell(deps, encodeReaction(draft, event, from));
}

async function tell({ foundation }: DeliveryDeps, fate: EncodedEvent): Promise<void> {
  await foundation.log.publish([fate]);
}

function measure({ foundation, courier }: DeliveryDeps, draft: Draft): void {
  const { telemetry, now } = foundation;
  const told = draft.data as { provider?: string; reason?: string; requestedAt?: number };
  const { provider = 'none', reason, requestedAt } = told;
  const { channel } = courier;
  telemetry.count('twofold.deliveries', { channel, provider, outcome: reason ?? 'sent' });
  if (requestedAt !== undefined) {
    telemetry.observe('twofold.handover.duration', (now() - requestedAt) / 1_000, { channel });
  }
}
