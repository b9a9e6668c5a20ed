import { topics } from '#schemas/topics.ts';
import type { Subscription } from '#storage/log.ts';
import { consume } from '#runtime/consume.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { onChallengeGivenUp, onChallengeRequested } from './on-challenge-requested.ts';
import { onNoticeGivenUp, onNoticeRequested } from './on-notice-requested.ts';

/** Renders what is asked for in the journal. */
export function startTemplateWorker(foundation: Foundation): Promise<Subscription> {
  const { log, logger, telemetry } = foundation;
  return consume({
    log,
    logger,
    telemetry,
    group: 'template-worker',
    topics: [topics.journal.name],
    concurrency: 64,
    reactions: {
      'challenge-requested': (event) => onChallengeRequested(foundation, event),
      'challenge-resend-requested': (event) => onChallengeRequested(foundation, event),
      'notice-requested': (event) => onNoticeRequested(foundation, event),
    },
    async gaveUp(event) {
      await onChallengeGivenUp(foundation, event);
      await onNoticeGivenUp(foundation, event);
    },
  });
}
