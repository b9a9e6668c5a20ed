import type { LogRecord } from '#storage/log.ts';

/** Which records are wanted. Times in Unix milliseconds of the log's own clock, `to` exclusive. */
export type Span = {
  readonly topics: readonly string[];
  /** The records of one subject only. */
  readonly subject?: string;
  readonly from?: number;
  readonly to?: number;
};

/** Whether a record is wanted. */
export function inSpan(
  { topic, key, appendedAt }: LogRecord,
  { topics, subject, from = 0, to = Infinity }: Span,
): boolean {
  if (!topics.includes(topic) || appendedAt < from || appendedAt >= to) return false;
  return subject === undefined || key?.toString() === subject;
}
