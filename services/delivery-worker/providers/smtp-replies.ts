import { permanent, temporary } from './verdict.ts';
import type { Verdict, VerdictTable } from './verdict.ts';

/**
 * What a server's reply to RCPT TO or to the message means: enhanced codes (RFC 3463, the IANA registry "SMTP
 * Enhanced Status Codes", RFC 7505 for 5.1.10), by whole code or by class and subject, then basic codes (RFC 5321,
 * 4.2.2 and 4.2.3), then their class. What the mailbox is to blame for is permanent, what we or the server are is not.
 */
export const smtpReplies: VerdictTable = {
  '5.1.1': permanent('unknown-mailbox'),
  '5.1.2': permanent('unknown-domain'),
  '5.1.3': permanent('invalid-address'),
  '5.1.6': permanent('unknown-mailbox'), // moved, no forwarding
  '5.1.7': temporary('sender-refused'),
  '5.1.8': temporary('sender-refused'),
  '5.1.10': permanent('unknown-domain'), // a domain that takes no mail
  '5.1': permanent('invalid-address'),
  '5.2.1': permanent('mailbox-disabled'),
  '5.2.2': permanent('mailbox-full'),
  '5.2.3': permanent('too-large'),
  '5.2': permanent('mailbox-disabled'),
  '5.3.4': permanent('too-large'),
  '5.3': temporary('vendor-failure'),
  '5.4': permanent('unreachable'),
  '5.5': temporary('protocol'),
  '5.6': permanent('rejected'),
  '5.7.8': temporary('credentials'),
  '5.7': temporary('policy'), // relaying, sender policy, reputation: ours to mend
  '4.2.2': temporary('mailbox-full'),
  '4.7': temporary('policy'), // greylisting among them
  421: temporary('vendor-failure'),
  450: temporary('try-later'),
  451: temporary('try-later'),
  452: temporary('vendor-failure'), // out of storage
  '4xx': temporary('try-later'),
  500: temporary('protocol'),
  501: temporary('protocol'),
  502: temporary('protocol'),
  503: temporary('protocol'),
  504: temporary('protocol'),
  530: temporary('credentials'),
  534: temporary('credentials'),
  535: temporary('credentials'),
  538: temporary('credentials'),
  550: permanent('unknown-mailbox'),
  551: permanent('unknown-mailbox'),
  552: permanent('too-large'),
  553: permanent('invalid-address'),
  555: temporary('protocol'),
  '5xx': permanent('rejected'),
};

/** A 5yz to any other command is about us or the server: no address has been named yet. */
export const smtpRepliesBefore: Readonly<Record<string, Verdict>> = {
  'MAIL FROM': temporary('sender-refused'),
  AUTH: temporary('credentials'),
  CONN: temporary('vendor-failure'),
  EHLO: temporary('vendor-failure'),
  STARTTLS: temporary('tls-failed'),
};

/** nodemailer's own refusals before anything is sent (its ERROR_CODES). */
export const smtpLibraryCodes: VerdictTable = {
  EAUTH: temporary('credentials'),
  ENOAUTH: temporary('credentials'),
  EENVELOPE: permanent('invalid-address'),
  EMESSAGE: permanent('too-large'), // larger than the server said it takes
  EOTP: permanent('invalid-otp-origin'),
  EPROTOCOL: temporary('protocol'),
};

/**
 * The verdict on one reply.
 * @param command what it answered: `RCPT TO`, `DATA` (also the message itself), `MAIL FROM`, `AUTH PLAIN`, `CONN` …
 */
export function verdictOfReply(code: number, reply: string, command: string): Verdict {
  const enhanced = /^\d{3}[ -]([45]\.\d{1,3}\.\d{1,3})\b/.exec(reply)?.[1] ?? '';
  const subject = enhanced.split('.', 2).join('.');
  const specific = smtpReplies[enhanced] ?? smtpReplies[subject] ?? smtpReplies[code];
  if (code < 500) return specific?.kind === 'temporary' ? specific : temporary('try-later');
  const fallback = specific ?? smtpReplies['5xx'] ?? permanent('rejected');
  if (command === 'RCPT TO' || command === 'DATA') return fallback;
  if (fallback.kind === 'temporary') return fallback;
  return smtpRepliesBefore[command] ?? smtpRepliesBefore[command.split(' ', 1)[0] ?? ''] ?? temporary('vendor-failure');
}
