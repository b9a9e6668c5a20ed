/** The topics and how long they keep; milliseconds. */
export type Topic = {
  readonly name: string;
  /** 0 where it is compacted: the newest record of each key stays. */
  readonly retentionMs: number;
  readonly segmentMs?: number;
  readonly compacted?: true;
};

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export const topics = {
  journal: { name: 'twofold.journal', retentionMs: 400 * dayMs },
  messagesSms: { name: 'twofold.messages.sms', retentionMs: hourMs, segmentMs: 600_000 },
  messagesEmail: { name: 'twofold.messages.email', retentionMs: hourMs, segmentMs: 600_000 },
  deliveries: { name: 'twofold.deliveries', retentionMs: 400 * dayMs },
  documents: { name: 'twofold.documents', retentionMs: 0, segmentMs: 600_000, compacted: true },
  deadLetters: { name: 'twofold.dead-letters', retentionMs: 14 * dayMs },
} as const satisfies Record<string, Topic>;
