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
    traceparent: telemetry.traceparent() ?? cause.traceparent,
  };
  await log.publish(drafts.map((draft, ordinal) => encodeReaction(draft, cause, from, ordinal)));
}
