import { channels, type ChannelName } from '#schemas/channel.ts';
import type { Subscription } from '#storage/log.ts';
import { consume } from '#runtime/consume.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { createCourier } from './courier.ts';
import { controlIntake, type Intake } from './intake.ts';
import { onGivenUp, onMessageRendered } from './on-message-rendered.ts';
import type { Provider } from './providers/provider.ts';
import { createWaitingRoom } from './waiting-room.ts';

const concurrency = 128;
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

/** Delivers the messages of one channel. While all its providers are broken it takes no more; the group's heartbeats go on. */
async function startDeliveryWorker(
  foundation: Foundation,
  channel: ChannelName,
  providers: readonly Provider[],
): Promise<Subscription> {
  const { log, logger, telemetry } = foundation;
  const courier = createCourier(foundation, channel, providers);
  const waiting = createWaitingRoom(waitingMax);
  telemetry.gauge('twofold.delivery.waiting', () => waiting.size(), { channel });
  let intake: Intake | undefined;
  const deps = { foundation, courier, waiting, mustWait: () => intake?.check() };
  const subscription = await consume({
    log,
    logger,
    telemetry,
    group: `delivery-worker-${channel}`,
    topics: [channels[channel].topic],
    concurrency,
    // What waits is unfinished too; beyond both nothing more need be read.
    unfinishedMax: concurrency + waitingMax,
    reactions: { 'message-rendered': (event, lane) => onMessageRendered(deps, event, lane) },
    gaveUp: (event) => onGivenUp(deps, event),
  });
  intake = controlIntake({ courier, waiting, subscription, logger });
  const watch = setInterval(intake.check, checkMs);
  return {
    ...subscription,
    async close(graceMs) {
      clearInterval(watch);
      await subscription.close(graceMs);
      await courier.close();
    },
  };
}
