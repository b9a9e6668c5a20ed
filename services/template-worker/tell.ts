import { encodeReaction, type Draft, type Event } from '#core/event.ts';
import type { Foundation } from '#runtime/foundation.ts';

/** Tells what became of an event: each draft is a reaction of its own, and the same one whenever the event comes again. */
export async function tell(
  { log, now, service, telemetry }: Foundation,
  cause: Event,
  ...drafts: readonly Draft[]
): Promise<void> {
  const from = {
    source: `/twofold/${service}`,
    actor: 'service:template-worker',
    time: now(),
  };
  const { traceparents, during } = telemetry.publishing(drafts.map(({ type }) => type));
  const told = drafts.map((draft, ordinal) => {
    const traceparent = traceparents[ordinal] ?? cause.traceparent;
    return encodeReaction(draft, cause, { ...from, traceparent }, ordinal);
  });
  await during(log.publish(told));
}
