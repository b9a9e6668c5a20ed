/**
 * One event as bytes, made once before commit and never again: the record, the journal and a dead letter carry
 * the same `key`, `headers` and `value`. `hash` is the chain hash (docs/log.md, The chain); `version` is dense
 * from 1 in a life. traceparent may stand in the headers and is no part of the hash.
 */
export type EncodedEvent = {
  readonly topic: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
  readonly hash: string;
  readonly version: number;
};
