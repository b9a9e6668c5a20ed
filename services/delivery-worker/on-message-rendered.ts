import { randomUUID } from 'node:crypto';
import { findChallenge, newestSend, type AddressDocument, type Challenge } from '#core/address-document.ts';
import { deriveCode } from '#core/code.ts';
import type { EncodedEvent } from '#core/encoded-event.ts';
import { encodeReaction, type Draft, type Event } from '#core/event.ts';
import { statusOf } from '#core/challenge.ts';
import type { RenderedMessage } from '#schemas/channel.ts';
import type { DeliveryFailure, MessageRendered } from '#schemas/delivery.ts';
import type { Lane } from '#storage/log.ts';
import { addressOf } from '#runtime/challenge-view.ts';
import { Poison } from '#runtime/consume.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { fillParts } from '#runtime/render.ts';
import { openField } from '#runtime/sealing.ts';
import type { Courier } from './courier.ts';
import { nextStep, type Progress } from './plan.ts';
import type { OutgoingMessage } from './providers/provider.ts';
import type { WaitingRoom } from './waiting-room.ts';

export type DeliveryDeps = {
  readonly foundation: Foundation;
  readonly courier: Courier;
  readonly waiting: WaitingRoom;
  /** Told each time a send has to wait for a provider, so that no more work is taken in while none works. */
  readonly mustWait: () => void;
};

const leaseMs = 15_000;
const renewMs = 5_000;
const doneMsKept = 7_200_000;

type Fate = { readonly draft: Draft; readonly requestedAt?: number };

/**
 * A text waits for its code and its way to the person. The lease makes one worker act at a time; its done value is the fate itself,
 * so that whoever finds the send finished tells the same bytes again, and no send ends in silence.
 */
export async function onMessageRendered(deps: DeliveryDeps, event: Event, lane: Lane): Promise<void> {
  const { store } = deps.foundation;
  const data = event.data as MessageRendered;
  const key = `${data.challengeId}/${data.send}`;
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
    const { draft, requestedAt } = await deliver(deps, event, lane, lease);
    const fate = encodeReaction(draft, event, {
      source: `/twofold/${service}`,
      actor: 'service:delivery-worker',
      time: now(),
      traceparent: telemetry.traceparent() ?? event.traceparent,
    });
    // Finished before it is told: a crash in between leaves the fate with the lease, and the next reader tells it.
    const mine = await store.finish(lease.key, lease.owner, JSON.stringify(fate), doneMsKept);
    if (!mine) return await onMessageRendered(deps, event, lane);
    measure(deps, draft, requestedAt);
    await tell(deps, fate);
  } catch (error) {
    if (error instanceof Poison) await store.yield(lease.key, lease.owner);
    if (!(error instanceof LeaseLost)) throw error;
    clearInterval(renewal);
    await onMessageRendered(deps, event, lane);
  } finally {
    clearInterval(renewal);
  }
}

/** Everything between the lease and the fate. */
async function deliver(deps: DeliveryDeps, event: Event, lane: Lane, lease: Lease): Promise<Fate> {
  const { foundation } = deps;
  const data = event.data as MessageRendered;
  const failed = (reason: DeliveryFailure): Fate => ({ draft: failure(data, reason, false) });
  if (foundation.now() >= data.expiresAt) return failed('expired');
  const record = await foundation.store.load(event.subject);
  const document = record && (JSON.parse(record.document) as AddressDocument);
  const challenge = document?.tenant === event.tenant ? findChallenge(document, data.challengeId) : undefined;
  if (!record || !challenge) return failed('unreadable');
  if (statusOf(challenge, foundation.now()) !== 'pending' || newestSend(challenge).number !== data.send)
    return failed('superseded');
  const message = compose(foundation, event, challenge, record.salt);
  // The challenge is there, so its salt is: a text that does not open was never made for it, and its own text may be on the way.
  if (!message) throw new Poison('unreadable');
  return { draft: await carry(deps, lane, lease, data, message), requestedAt: newestSend(challenge).requestedAt };
}

/** The only place where a code exists outside a comparison: on its way through a provider's door. */
function compose(
  foundation: Foundation,
  event: Event,
  challenge: Challenge,
  salt: string,
): OutgoingMessage | undefined {
  const { keys } = foundation;
  const { tenant, subject } = event;
  const data = event.data as MessageRendered;
  const thing = `${data.challengeId}/${data.send}`;
  const text = openField(keys, 'message', salt, { tenant, subject, field: 'message', thing }, data.message);
  const to = addressOf(keys, { tenant, subject, salt }, challenge);
  const send = newestSend(challenge);
  const otpKey = keys.byKid('otp', send.kid);
  if (text === undefined || to === undefined || !otpKey) return undefined;
  const { id: challengeId, purpose, digits, bindingDigest = '' } = challenge;
  const code = deriveCode(otpKey, {
    tenant,
    challengeId,
    send: send.number,
    purpose,
    bindingDigest,
    nonce: send.nonce,
    digits,
  });
  const rendered = JSON.parse(text) as RenderedMessage;
  return {
    id: `${challengeId}.${send.number}`,
    tenant,
    challengeId,
    send: send.number,
    to,
    subject: rendered.subject && fillParts(rendered.subject, code),
    text: fillParts(rendered.text, code),
    html: rendered.html && fillParts(rendered.html, code),
    otpToken: data.origin === undefined ? undefined : { code, origin: data.origin },
    expiresAt: data.expiresAt,
  };
}

/** Carries out the plan step by step until the send has a fate. */
async function carry(
  { foundation, courier, waiting, mustWait }: DeliveryDeps,
  lane: Lane,
  lease: Lease,
  data: MessageRendered,
  message: OutgoingMessage,
): Promise<Draft> {
  // A lease that ran out without a result may have sent: it counts as an outcome nobody knows.
  let progress: Progress = {
    order: courier.order(data.providers),
    tried: [],
    pauses: 0,
    unknowns: lease.attempt - 1,
    expiresAt: data.expiresAt,
  };
  for (let calls = lease.attempt - 1; ;) {
    const step = nextStep(progress, foundation.now(), courier.callable);
    switch (step.do) {
      case 'call': {
        const outcome = await courier.call(step.provider, message);
        calls += 1;
        progress = {
          ...progress,
          tried: [...progress.tried, step.provider],
          unknowns: progress.unknowns + (outcome.kind === 'unknown' ? 1 : 0),
          last: { provider: step.provider, outcome },
        };
        break;
      }
      case 'pause':
        mustWait();
        if (waiting.full()) return failure(data, 'overloaded', progress.unknowns > 0);
        lane.leave();
        await pause(foundation, waiting, lane, lease, step.ms, progress.unknowns > 0);
        progress = { ...progress, tried: [], pauses: progress.pauses + 1 };
        break;
      case 'sent': {
        const { challengeId, channel, send } = data;
        const possibleDuplicate = progress.unknowns > 0;
        const sent = { challengeId, channel, send, provider: step.provider, calls, possibleDuplicate };
        return { type: 'delivery-sent', about: challengeId, data: sent };
      }
      case 'fail':
        return failure(data, step.reason, progress.unknowns > 0, step.detail, step.provider);
    }
  }
}

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

function failure(
  { challengeId, channel, send }: MessageRendered,
  reason: DeliveryFailure,
  possibleDuplicate: boolean,
  detail?: string,
  provider?: string,
): Draft {
  return {
    type: 'delivery-failed',
    about: challengeId,
    data: { challengeId, channel, send, reason, detail, provider, possibleDuplicate },
  };
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

function measure({ foundation, courier }: DeliveryDeps, draft: Draft, requestedAt: number | undefined): void {
  const { telemetry, now } = foundation;
  const { provider = 'none', reason } = draft.data as { provider?: string; reason?: string };
  const { channel } = courier;
  telemetry.count('twofold.deliveries', { channel, provider, outcome: reason ?? 'sent' });
  if (draft.type === 'delivery-sent' && requestedAt !== undefined) {
    telemetry.observe('twofold.handover.duration', (now() - requestedAt) / 1_000, { channel });
  }
}
