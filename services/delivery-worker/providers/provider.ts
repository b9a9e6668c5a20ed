import type { ChannelName } from '#schemas/channel.ts';

/** What a message belongs to: the n-th send of a challenge, from 1, or a notice, which belongs to none. */
type Belonging =
  | { readonly challengeId: string; readonly send: number; readonly noticeId?: undefined }
  | { readonly noticeId: string; readonly challengeId?: undefined; readonly send?: undefined };

/** One message as a provider gets it: a code may be in it, so it lives only between this door and the vendor. */
export type OutgoingMessage = Belonging & {
  /** Unique per send; the same for each repetition of one send, so a vendor with idempotency can use it. */
  readonly id: string;
  readonly tenant: string;
  /** E.164 number or email address, normalised. */
  readonly to: string;
  readonly subject?: string;
  readonly text: string;
  readonly html?: string;
  /** Only for the OTP-Token header, when the tenant's setting asks for it; an origin has its scheme (RFC 6454). */
  readonly otpToken?: { readonly code: string; readonly origin: string };
  /** Unix milliseconds after which the message is of no use: vendors that can drop it late are told. */
  readonly expiresAt: number;
};

/**
 * What became of one call to a provider, in our words; vendors' words end at the adapter's door.
 * - `accepted`: the vendor took responsibility for the message.
 * - `temporary`: certainly not sent; the same message may be tried again (or elsewhere).
 * - `permanent`: certainly not sent, and no repetition or other vendor would change it.
 * - `unknown`: the request may have been carried out; at most one more send may follow.
 * `reason` is a word of ours, kebab-case; it carries no address, text, credential or vendor sentence.
 */
export type SendOutcome =
  | { readonly kind: 'accepted'; readonly reference?: string }
  | { readonly kind: 'temporary'; readonly reason: string; readonly retryAfterMs?: number }
  | { readonly kind: 'permanent'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export type ProbeOutcome = { readonly working: true } | { readonly working: false; readonly reason: string };

/** The port to one vendor. Held by the Provider contract suite (test/contract/provider.contract.ts). */
export type Provider = {
  readonly name: string;
  readonly channel: ChannelName;
  /**
   * Makes exactly one call to the vendor: no retry, no fallback inside. Never rejects and never throws: every
   * failure is an outcome. Ends soon after `signal` aborts, as `unknown` once the request may have left.
   */
  send(message: OutgoingMessage, signal: AbortSignal): Promise<SendOutcome>;
  /** Asks the vendor whether our credentials work, without sending anything. Never rejects. */
  probe(signal: AbortSignal): Promise<ProbeOutcome>;
  /** Releases connections; pending sends end as they can. */
  close(): Promise<void>;
};
