import { Type } from 'typebox';

/** The words every event family shares. Events stay open: readers ignore fields they do not know. */
export const Id = Type.String({ minLength: 1, maxLength: 120 });
/** Unix milliseconds. */
export const Millis = Type.Integer({ minimum: 0, maximum: 8.64e15 });
const sealedPattern = '^[A-Za-z0-9_-]{1,16}\\.[A-Za-z0-9_-]{38,}$';
/** `<kid>.<base64url(iv ‖ ciphertext ‖ tag)>`, see core/seal.ts. */
export const Sealed = Type.String({ pattern: sealedPattern, maxLength: 100_000 });
/** Sealed text of at most so many bytes. */
export const sealedUpTo = (bytesMax: number) =>
  Type.String({ pattern: sealedPattern, maxLength: 17 + Math.ceil(((bytesMax + 28) * 4) / 3) });
/** A keyed digest in base64url. */
export const Digest = Type.String({ pattern: '^[A-Za-z0-9_-]{16,64}$' });
export const Channel = Type.Union([Type.Literal('sms'), Type.Literal('email')]);
export const Purpose = Type.String({ pattern: '^[a-z0-9-]{1,32}$' });
export const SendNumber = Type.Integer({ minimum: 1, maximum: 100 });
