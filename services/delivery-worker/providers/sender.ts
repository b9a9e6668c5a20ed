import { normaliseEmail } from '#core/address.ts';

/** Who a mail is from. */
export type Sender = { readonly name?: string; readonly address: string };

const nameCharactersMax = 100;

/** Reads EMAIL_FROM: `codes@example.com` or `Example Bank <codes@example.com>`; `undefined` if it is neither. */
export function parseSender(text: string): Sender | undefined {
  const match = /^(?:"?([^"<>\p{Cc}]*?)"?\s*<([^<>]+)>|([^<>]+))$/u.exec(text.trim());
  if (!match) return undefined;
  const name = match[1]?.trim() ?? '';
  const email = normaliseEmail((match[2] ?? match[3] ?? '').trim());
  if (!email.ok || name.length > nameCharactersMax) return undefined;
  return name ? { name, address: email.address } : { address: email.address };
}

/**
 * A subject as one line: header injection begins with a line break (RFC 5322, 2.2), and libraries differ in what
 * they make of one. Every control character and line separator becomes a space.
 */
export function toSingleLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
