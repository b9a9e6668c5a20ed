import { channels, type ChannelName } from '#schemas/channel.ts';
import type { Event } from '#core/event.ts';
import type { Subscription } from '#storage/log.ts';
import { consume } from '#runtime/consume.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { silentLogger } from '#runtime/logger.ts';
import { createCourier } from './courier.ts';
import { isNotice } from './fate.ts';
import { controlIntake, type Intake } from './intake.ts';
import { onGivenUp, onMessageRendered, type DeliveryDeps } from './on-message-rendered.ts';
import { codeMayCall, noticeMayCall } from './precedence.ts';
import { startProbing } from './probe-providers.ts';
import type { Provider } from './providers/provider.ts';
import { createWaitingRoom } from './waiting-room.ts';

const codesAtOnce = 128;
const noticesAtOnce = 8;
const waitingMax = 500;
const checkMs = 250;

/** One worker for each channel that CHANNELS names. */
export function startDeliveryWorkers(
  foundation: Foundation,
  providers: ReadonlyMap<ChannelName, readonly Provider[]>,
): Promise<Subscription[]> {
  const { channels: wanted } = foundation.config;
  return Promise.all(wanted.map((channel) => startDeliveryWorker(foundation, channel, providers.get(channel) ?? [])));
}

/**
 * Delivers the messages of one channel. Notices are read by a group of their own, which passes codes over as the codes' group passes
 * notices over: each has its place in the log, its handlers, its waiting room and its calls, so no number of notices holds up a code.
 * While all providers are broken neither takes any more; the groups' heartbeats go on.
 */
async function startDeliveryWorker(
  foundation: Foundation,
  channel: ChannelName,
  providers: readonly Provider[],
): Promise<Subscription> {
  const courier = createCourier(foundation, channel, providers);
  const [codes, notices] = [createWaitingRoom(waitingMax), createWaitingRoom(waitingMax)];
  const all = { size: () => codes.size() + notices.size() };
  foundation.telemetry.gauge('twofold.delivery.waiting', all.size, { channel });
  const intakes: Intake[] = [];
  const check = () => intakes.forEach((intake) => intake.check());
  const base = { foundation, courier, mustWait: check };
  const [ofCodes, ofNotices] = await Promise.all([
    subscribe({ ...base, waiting: codes, callable: (name) => codeMayCall(courier.state(name)) }, 'codes'),
    subscribe(
      { ...base, waiting: notices, callable: (name) => noticeMayCall(courier.state(name), codes.size()) },
      'notices',
    ),
  ]);
  intakes.push(
    controlIntake({ courier, waiting: codes, subscription: ofCodes, logger: foundation.logger }),
    // It pauses with the other and would say the same.
    controlIntake({ courier, waiting: all, subscription: ofNotices, logger: silentLogger }),
  );
  const watch = setInterval(check, checkMs);
  const probing = startProbing({ foundation, channel, providers, state: courier.state });
  const subscription = together([ofCodes, ofNotices]);
  return {
    ...subscription,
    async close(graceMs) {
      clearInterval(watch);
      await probing.close();
      await subscription.close(graceMs);
      await courier.close();
    },
  };
}

function subscribe(deps: DeliveryDeps, what: 'codes' | 'notices'): Promise<Subscription> {
  const { log, logger, telemetry } = deps.foundation;
  const { channel } = deps.courier;
  const notices = what === 'notices';
  const concurrency = notices ? noticesAtOnce : codesAtOnce;
  const isOurs = (event: Event) => event.type === 'message-rendered' && isNotice(event) === notices;
  return consume({
    log,
    logger,
    telemetry,
    group: `delivery-worker-${channel}${notices ? '-notices' : ''}`,
    topics: [channels[channel].topic],
    concurrency,
    // What waits is unfinished too; beyond both nothing more need be read.
    unfinishedMax: concurrency + waitingMax,
    buriesUnreadable: !notices,
    reactions: {
      'message-rendered': async (event, lane) => (isOurs(event) ? onMessageRendered(deps, event, lane) : undefined),
    },
    gaveUp: (event) => onGivenUp(deps, event),
  });
}

/** Several subscriptions as one. */
function together(all: readonly Subscription[]): Subscription {
  return {
    pause: () => all.forEach((each) => each.pause()),
    resume: () => all.forEach((each) => each.resume()),
    ready: () => all.every((each) => each.ready()),
    close: async (graceMs) => void (await Promise.all(all.map((each) => each.close(graceMs)))),
  };
}
