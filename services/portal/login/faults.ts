import type { ApiProblem } from '../api.ts';
import { count, fill, type Language } from '../words.ts';
import { durationText } from './durations.ts';
import type { Way } from './login.ts';
import { loginWords } from './words/words.ts';

/** What went wrong, in the person's words, and the status that it is answered with. */
export type Fault = {
  readonly text: string;
  readonly status: number;
  readonly retryAfterSeconds?: number;
  /** The code that was typed is what is wrong: it is said beside the field. */
  readonly atField?: boolean;
};

const wrongInput = 422;
const retrySecondsUntold = 30;

const hasLetters = (way: Way) => way === 'support' || way.type === 'backup-codes';

/** A code that can be none: nothing was counted. */
export function formatFault(language: Language, way: Way): Fault {
  const { format, formatLong } = loginWords[language].faults;
  return { text: hasLetters(way) ? formatLong : format, status: wrongInput, atField: true };
}

const attemptsWorthSaying = 5;

/** Why a code did not pass, while the login is still open. */
export function verdictFault(language: Language, way: Way, reason: string | undefined, attemptsLeft: number): Fault {
  const words = loginWords[language];
  const texts: Readonly<Record<string, string>> = {
    'wrong-code': way === 'support' ? words.faults.support : words.faults.wrong,
    expired: words.faults.expired,
    canceled: words.faults.expired,
    exhausted: words.faults.exhausted,
    'already-approved': words.faults.used,
    replayed: words.faults.used,
    locked: words.faults.locked,
    'method-unavailable': way === 'support' ? words.faults.support : words.faults.unusable,
  };
  const text = texts[reason ?? ''] ?? words.faults.wrong;
  const counted = reason === 'wrong-code' && attemptsLeft <= attemptsWorthSaying;
  const left = counted ? ` ${count(language, words.attemptsLeft, attemptsLeft)}` : '';
  return { text: `${text}${left}`, status: wrongInput, atField: true };
}

/** Why the API would not look at the code, or send one: undefined where it is nothing that the page has words for. */
export function refusalFault(language: Language, code: string, waitSeconds: number | undefined): Fault | undefined {
  const { faults } = loginWords[language];
  const retryAfterSeconds = waitSeconds ?? retrySecondsUntold;
  const later = (text: string, status = 429): Fault => ({
    text: fill(text, { time: durationText(language, retryAfterSeconds) }),
    status,
    retryAfterSeconds,
  });
  switch (code) {
    case 'resend-too-early':
      return later(faults.early);
    case 'rate-limited':
    case 'address-throttled':
      return later(faults.limit);
    case 'too-busy':
      return later(faults.busy);
    case 'unavailable':
      return { ...later(faults.unavailable, 503), retryAfterSeconds: waitSeconds ?? 2 };
    case 'no-sends-left':
      return { text: faults.noSends, status: 409 };
    case 'method-locked':
      return { text: faults.locked, status: 409 };
    case 'method-unavailable':
    case 'method-not-offered':
    case 'country-not-allowed':
      return { text: faults.unusable, status: 409 };
    case 'idempotency-key-spent':
    case 'idempotency-key-reused':
      return { text: faults.again, status: 409 };
    default:
      return undefined;
  }
}

export const problemFault = (language: Language, problem: ApiProblem): Fault | undefined =>
  refusalFault(language, problem.code, problem.retryAfterSeconds);
