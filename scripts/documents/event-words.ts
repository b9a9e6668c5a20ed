import type { EventName } from '#schemas/index.ts';

export type ServiceName = 'gateway' | 'template-worker' | 'delivery-worker' | 'verifier';

export type EventWords = {
  /** Services that tell it. */
  readonly by: readonly ServiceName[];
  /** Services that react to it. */
  readonly to: readonly ServiceName[];
  /** What `ce_subject` names. */
  readonly about: string;
  readonly says: string;
};

const gateway = ['gateway'] as const;
const verifier = ['verifier'] as const;
const nobody = [] as const;

/** What a reader should know of each type and no schema can say. A new type does not compile until it has its row. */
export const eventWords = {
  'challenge-requested': {
    by: gateway,
    to: ['template-worker'],
    about: 'the challenge',
    says: 'A code was asked for. All numbers that rules fixed are in it: digits, attempts, sends, expiry.',
  },
  'challenge-resend-requested': {
    by: gateway,
    to: ['template-worker'],
    about: 'the challenge',
    says: 'A new code was asked for; the codes of earlier sends are void. Attempts stay as they were.',
  },
  'attempt-rejected': {
    by: verifier,
    to: nobody,
    about: 'the challenge',
    says: 'A wrong guess was counted: how many the challenge has left, and how many in a row the address has had.',
  },
  'challenge-exhausted': {
    by: verifier,
    to: nobody,
    about: 'the challenge',
    says: 'The last guess was wrong. Follows the `attempt-rejected` it was committed with.',
  },
  'challenge-approved': {
    by: verifier,
    to: nobody,
    about: 'the challenge',
    says: 'The right code came, for the first and only time. Holds the claims from which the proof is signed.',
  },
  'challenge-canceled': {
    by: gateway,
    to: nobody,
    about: 'the challenge',
    says: 'The application canceled it (`requested`), or a newer challenge took its place (`replaced`).',
  },
  'address-reset': {
    by: verifier,
    to: nobody,
    about: 'the address',
    says: 'Support said that the wrong guesses in a row were the owner’s; they count no more.',
  },
  'platform-created': {
    by: ['gateway', 'verifier'],
    to: nobody,
    about: 'the platform',
    says: 'The installation’s first start. Holds a digest by which a start with another subject key is refused.',
  },
  'tenant-created': { by: gateway, to: nobody, about: 'the tenant', says: 'A tenant was created.' },
  'tenant-listed': {
    by: gateway,
    to: nobody,
    about: 'the tenant',
    says: 'The platform’s list took a tenant up, or took up its new name or state. In the platform’s chain.',
  },
  'tenant-updated': { by: gateway, to: nobody, about: 'the tenant', says: 'A tenant was renamed.' },
  'tenant-suspended': {
    by: gateway,
    to: nobody,
    about: 'the tenant',
    says: 'The tenant’s keys are refused from now on.',
  },
  'tenant-resumed': { by: gateway, to: nobody, about: 'the tenant', says: 'The tenant’s keys work again.' },
  'api-key-created': {
    by: gateway,
    to: nobody,
    about: 'the key',
    says: 'An API key exists: its scopes, its end, and the hash by which it is recognised.',
  },
  'api-key-revoked': { by: gateway, to: nobody, about: 'the key', says: 'An API key is refused from now on.' },
  'api-key-rotated': {
    by: gateway,
    to: nobody,
    about: 'the key',
    says: 'A successor takes over; the old key lives on until `oldExpiresAt`. Its `api-key-created` follows.',
  },
  'settings-changed': {
    by: gateway,
    to: nobody,
    about: 'the tenant or the platform',
    says: 'A level’s own settings, whole, as they are from this version on.',
  },
  'message-rendered': {
    by: ['template-worker'],
    to: ['delivery-worker'],
    about: 'the challenge',
    says: 'A text with an empty slot where the code will stand, sealed for the delivery workers of its channel.',
  },
  'delivery-sent': {
    by: ['delivery-worker'],
    to: verifier,
    about: 'the challenge',
    says: 'A provider took the message over.',
  },
  'delivery-failed': {
    by: ['template-worker', 'delivery-worker'],
    to: verifier,
    about: 'the challenge',
    says: 'The send has ended without a hand-over, and why. No send ends in silence.',
  },
} as const satisfies Record<EventName, EventWords>;
