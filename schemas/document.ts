import { Type, type Static } from 'typebox';
import { Id, Millis } from './event.ts';

/**
 * A record as it was right after the event `version` of its life, whose hash is `head`: with its salt, which no other event has. A
 * later one of the same key takes its place, and a record without a value takes all away.
 */
export const DocumentSnapshot = Type.Object({
  subject: Id,
  life: Type.String({ pattern: '^[A-Za-z0-9_-]{11}$' }),
  version: Type.Integer({ minimum: 1 }),
  head: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  salt: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
  /** JSON, byte for byte as the store keeps it. */
  document: Type.String({ minLength: 1 }),
  /** 0 = never. */
  expiresAt: Millis,
  at: Millis,
});

export type DocumentSnapshot = Static<typeof DocumentSnapshot>;
