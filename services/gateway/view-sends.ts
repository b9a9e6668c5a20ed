import type { Challenge } from '#core/challenge-book.ts';
import type { SendNote } from '#schemas/send-note.ts';

export type SendView = {
  readonly number: number;
  readonly requestedAt: string;
  readonly status: 'queued' | 'sent' | 'failed';
  readonly provider?: string;
  readonly reason?: string;
  readonly possibleDuplicate?: boolean;
};

/** The fate of every send as the projection of deliveries knows it; one without a fate after its code's end reads as expired. */
export function viewSends(challenge: Challenge, notes: Readonly<Record<string, string>>, now: number): SendView[] {
  return challenge.sends.map(({ number, requestedAt, expiresAt }) => {
    const base = { number, requestedAt: new Date(requestedAt).toISOString() };
    const noted = notes[String(number)];
    if (noted === undefined) {
      return now < expiresAt ? { ...base, status: 'queued' } : { ...base, status: 'failed', reason: 'expired' };
    }
    const { possibleDuplicate, ...note } = JSON.parse(noted) as SendNote;
    return { ...base, ...note, ...(possibleDuplicate && { possibleDuplicate }) };
  });
}
