import type { EnrolmentCanceled, EnrolmentStarted, MethodEnrolled } from '#schemas/account.ts';
import type { AttemptRejected, ChallengeResendRequested } from '#schemas/challenge.ts';
import type { Enrolment } from './account-document.ts';
import type { Fact } from './decider.ts';

type Enrolments = readonly Enrolment[];

const change = (
  enrolments: Enrolments,
  id: string | undefined,
  edit: (enrolment: Enrolment) => Enrolment,
): Enrolments => enrolments.map((enrolment) => (enrolment.id === id ? edit(enrolment) : enrolment));

/** What an event does to the enrolments that are not confirmed yet. */
export function evolveEnrolments(enrolments: Enrolments, fact: Fact): Enrolments {
  switch (fact.type) {
    case 'enrolment-started': {
      const { enrolmentId: id, ...rest } = fact.data as EnrolmentStarted;
      return [...enrolments, { ...rest, id, attempts: 0, startedAt: fact.time }];
    }
    case 'enrolment-canceled': {
      const { enrolmentId } = fact.data as EnrolmentCanceled;
      return enrolments.filter(({ id }) => id !== enrolmentId);
    }
    case 'method-enrolled': {
      const { enrolmentId } = fact.data as MethodEnrolled;
      return enrolments.filter(({ id }) => id !== enrolmentId);
    }
    case 'method-reset':
      return [];
    case 'attempt-rejected': {
      const { enrolmentId, attemptsLeft } = fact.data as AttemptRejected;
      return change(enrolments, enrolmentId, (it) => ({ ...it, attempts: it.attemptsMax - attemptsLeft }));
    }
    case 'challenge-resend-requested': {
      const { challengeId, send } = fact.data as ChallengeResendRequested;
      return enrolments.map((it) => (it.challengeId === challengeId ? { ...it, expiresAt: send.expiresAt } : it));
    }
    default:
      return enrolments;
  }
}
