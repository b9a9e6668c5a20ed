import { chainHash, decodeEvent, type Event } from '#core/event.ts';
import type { ChallengeApproved, ChallengeRequested, AttemptRejected } from '#schemas/challenge.ts';
import type { DeliverySent } from '#schemas/delivery.ts';
import { readSqliteLog } from '#storage/sqlite/readers.ts';
import { demand } from './page.ts';

export type Told = { readonly event: Event; readonly headers: Record<string, string>; readonly value: string };

/** All events of one subject, in the order of the log, read beside the running process. */
export async function readEvents(file: string, subject: string): Promise<Told[]> {
  const told: Told[] = [];
  for await (const record of readSqliteLog(file, { key: subject })) {
    const decoded = decodeEvent(record);
    if (!decoded.ok) throw new Error(`a record of ${record.topic} cannot be read: ${decoded.reason}`);
    const headers = Object.fromEntries(Object.entries(record.headers).map(([name, held]) => [name, held.toString()]));
    told.push({ event: decoded.event, headers, value: record.value?.toString() ?? '' });
  }
  return told;
}

/** Each event of the chain names the hash of the one before: none is missing, none was changed. */
export function checkChain(told: readonly Told[]): void {
  let before: Told | undefined;
  for (const each of told.filter(({ event }) => event.version !== undefined)) {
    demand('the version of an event', each.event.version, (before?.event.version ?? 0) + 1);
    demand('the hash of the event before', each.event.prev, before ? chainHash(before.headers, before.value) : '');
    before = each;
  }
}

/** What an event says, for a person. */
export function wordsOf({ type, data }: Event): string {
  switch (type) {
    case 'challenge-requested': {
      const { digits, attemptsMax, sendsMax } = data as ChallengeRequested;
      return `a code of ${digits} digits was asked for: ${attemptsMax} guesses, ${sendsMax} messages at most`;
    }
    case 'message-rendered':
      return 'the text is ready and sealed, the place of the code still empty';
    case 'delivery-sent': {
      const { provider, calls } = data as DeliverySent;
      return `${provider} took the message over at call ${calls}`;
    }
    case 'attempt-rejected':
      return `a wrong guess was counted, ${(data as AttemptRejected).attemptsLeft} are left`;
    case 'challenge-approved':
      return `the right code came; the proof is ${(data as ChallengeApproved).proof.jti}`;
    default:
      return '';
  }
}
