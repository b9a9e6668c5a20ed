import { hash } from 'node:crypto';
import { events, topicOf, type EventName } from '#schemas/index.ts';
import { lengthPrefixed, sha256 } from './bytes.ts';
import type { EncodedEvent } from './encoded-event.ts';

/** What a rule says has happened; the envelope is put on by whoever commits. */
export type Draft = {
  readonly type: EventName;
  /** Id of the thing it is about. */ readonly about: string;
  readonly data: unknown;
};

/** An event as readers see it. `time` is Unix milliseconds. */
export type Event = {
  readonly id: string;
  readonly type: EventName;
  readonly source: string;
  readonly about: string;
  readonly tenant: string;
  readonly time: number;
  /** Only in chained events: place in the life and hash of the event before ('' at 1). */
  readonly version?: number;
  readonly prev?: string;
  readonly causationId: string;
  readonly actor: string;
  readonly traceparent?: string;
  /** The record key: the subject. */
  readonly subject: string;
  readonly data: unknown;
};

export type Envelope = {
  readonly id: string;
  readonly tenant: string;
  readonly subject: string;
  readonly source: string;
  readonly time: number;
  readonly version?: number;
  readonly prev?: string;
  readonly causationId: string;
  readonly actor: string;
  readonly traceparent?: string;
};

const contentType = 'application/json';
const typePattern = /^twofold\.([a-z-]+)\.v1$/;
const versionPattern = /^[1-9]\d{0,14}$/;
// RFC 3339; Date.parse alone takes almost anything for a time.
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const eventBytesMax = 1_048_576;

/** The attributes under the chain hash, in the order that docs/log.md fixes; traceparent is no part of an event's identity. */
const hashedHeaders = [
  'ce_specversion',
  'ce_id',
  'ce_type',
  'ce_source',
  'ce_subject',
  'ce_tenant',
  'ce_time',
  'ce_version',
  'ce_prev',
  'ce_causationid',
  'ce_actor',
  'content-type',
] as const;

/** Hex SHA-256 over the identity of an event: its headers and its value. */
export function chainHash(headers: Readonly<Record<string, string>>, value: string): string {
  return hash('sha256', lengthPrefixed(...hashedHeaders.map((name) => headers[name] ?? ''), value));
}

/** Encodes a draft once, CloudEvents 1.0 in Kafka's binary mode. The bytes are never made again. */
export function encodeEvent(draft: Draft, envelope: Envelope): EncodedEvent {
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: envelope.id,
    ce_type: `twofold.${draft.type}.v1`,
    ce_source: envelope.source,
    ce_subject: draft.about,
    ce_tenant: envelope.tenant,
    ce_time: new Date(envelope.time).toISOString(),
    ...(envelope.version !== undefined && { ce_version: String(envelope.version), ce_prev: envelope.prev ?? '' }),
    ce_causationid: envelope.causationId,
    ce_actor: envelope.actor,
    'content-type': contentType,
    ...(envelope.traceparent !== undefined && { traceparent: envelope.traceparent }),
  };
  const value = JSON.stringify(draft.data);
  return {
    topic: topicOf(draft.type, draft.data),
    key: envelope.subject,
    headers,
    value,
    hash: chainHash(headers, value),
    version: envelope.version ?? 0,
  };
}

/** Encodes a chain of drafts that follow the event with hash `head` and number `version`. */
export function encodeChain(
  drafts: readonly Draft[],
  at: { readonly life: string; readonly version: number; readonly head: string },
  envelope: Omit<Envelope, 'id' | 'version' | 'prev'>,
  /** Of each event, instead of the envelope's. */
  traceparents: readonly (string | undefined)[] = [],
): EncodedEvent[] {
  let prev = at.head;
  return drafts.map((draft, index) => {
    const version = at.version + index + 1;
    const id = `${envelope.subject}.${at.life}.${version}`;
    const traceparent = traceparents[index] ?? envelope.traceparent;
    const encoded = encodeEvent(draft, { ...envelope, id, version, prev, traceparent });
    prev = encoded.hash;
    return encoded;
  });
}

/**
 * Encodes what a worker tells about a record it handled. Its id is a digest of the causing event, the type and an ordinal, so handling
 * the record again tells the same event and not another.
 */
export function encodeReaction(
  draft: Draft,
  cause: Event,
  from: { readonly source: string; readonly actor: string; readonly time: number; readonly traceparent?: string },
  ordinal = 0,
): EncodedEvent {
  const id = sha256(lengthPrefixed(cause.id, draft.type, String(ordinal)))
    .subarray(0, 16)
    .toString('base64url');
  const { tenant, subject } = cause;
  return encodeEvent(draft, { ...from, id, tenant, subject, causationId: cause.id });
}

export type RawRecord = {
  readonly key: Buffer | string | null;
  readonly headers: Readonly<Record<string, Buffer | string | readonly (Buffer | string)[]>>;
  readonly value: Buffer | string | null;
};

export type Decoded = { readonly ok: true; readonly event: Event } | { readonly ok: false; readonly reason: string };

const refuse = (reason: string): Decoded => ({ ok: false, reason });

/** Reads an event out of a record's bytes. Shapes of `data` are checked elsewhere; here only the envelope. */
export function decodeEvent(record: RawRecord): Decoded {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(record.headers)) {
    if (Array.isArray(value)) return refuse('repeated-header');
    headers[name] = value.toString();
  }
  if (!record.key?.length) return refuse('no-key');
  if (record.value === null) return refuse('no-value');
  if (Buffer.byteLength(record.value) > eventBytesMax) return refuse('too-large');
  if (headers['ce_specversion'] !== '1.0') return refuse('not-a-cloudevent');
  const name = typePattern.exec(headers['ce_type'] ?? '')?.[1];
  if (name === undefined) return refuse('unknown-version');
  if (!Object.hasOwn(events, name)) return refuse('unknown-type');
  const type = name as EventName;
  const time = timePattern.test(headers['ce_time'] ?? '') ? Date.parse(headers['ce_time'] as string) : Number.NaN;
  if (!headers['ce_id'] || !headers['ce_tenant'] || Number.isNaN(time)) return refuse('malformed-envelope');
  const { chained } = events[type];
  if (chained && !versionPattern.test(headers['ce_version'] ?? '')) return refuse('malformed-envelope');
  const version = Number(headers['ce_version']);
  const data = parseObject(record.value.toString());
  if (data === undefined) return refuse('malformed-json');
  return {
    ok: true,
    event: {
      id: headers['ce_id'],
      type,
      source: headers['ce_source'] ?? '',
      about: headers['ce_subject'] ?? '',
      tenant: headers['ce_tenant'],
      time,
      ...(chained && { version, prev: headers['ce_prev'] ?? '' }),
      causationId: headers['ce_causationid'] ?? '',
      actor: headers['ce_actor'] ?? '',
      traceparent: headers['traceparent'],
      subject: record.key.toString(),
      data,
    },
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
