/**
 * How a vendor can fail, in one list for all of them:
 * `refuses` the address · `throttles` · `fails` as a broken server does · `stalls`: takes the message, never answers ·
 * `resets`: takes the message, cuts its answer · `garbles`: takes the message, answers success in a broken form.
 */
export type VendorFault = 'refuses' | 'throttles' | 'fails' | 'stalls' | 'resets' | 'garbles';

/** A message that the vendor took, read back from the wire. */
export type ReceivedMail = {
  readonly to: string;
  readonly text: string;
  readonly subject?: string;
  readonly html?: string;
  /** Lower-case names; of mail, every header of the message. */
  readonly headers: Readonly<Record<string, string>>;
  /** What else of the vendor's own fields came with it. */
  readonly fields: Readonly<Record<string, unknown>>;
};

/** A loopback server that speaks a vendor's documented contract: credentials are checked, faults are played. */
export type Vendor = {
  readonly port: number;
  /** What was taken, oldest first. */
  readonly received: readonly ReceivedMail[];
  /** How often somebody asked to have a message sent, taken or not. */
  handOvers(): number;
  /** On how many connections somebody still waits for an answer that a stalling vendor doesn't give. */
  waiting(): number;
  /** From now on; undefined heals it. */
  misbehave(fault: VendorFault | undefined): void;
  close(): Promise<void>;
};
