/** What the projection of deliveries keeps of one send, under the challenge's id and the send's number. */
export type SendNote = {
  readonly status: 'sent' | 'failed';
  readonly provider?: string;
  readonly reason?: string;
  readonly possibleDuplicate: boolean;
};

/**
 * Which note stands when two tell different things: hand-over outlasts a late copy's complaint; what a vendor confirms or bounces
 * later outlasts both.
 */
export const noteRanks = { failed: 1, sent: 2 } as const;

/** Notes outlive the challenge they are about. */
export const noteMsKept = 25 * 3_600_000;
