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
const both = ['gateway', 'verifier'] as const;
const nobody = [] as const;

/** What a reader should know of each type and no schema can say. A new type does not compile until it has its row. */
export const eventWords = {
  'challenge-requested': {
    by: both,
    to: ['template-worker', 'verifier'],
    about: 'the challenge',
    says: 'A code was asked for. All numbers that rules fixed are in it: digits, attempts, sends, expiry.',
  },
  'challenge-resend-requested': {
    by: both,
    to: ['template-worker', 'verifier'],
    about: 'the challenge',
    says: 'A new code was asked for; the codes of earlier sends are void. Attempts stay as they were.',
  },
  'attempt-rejected': {
    by: verifier,
    to: verifier,
    about: 'the challenge',
    says: 'A wrong guess was counted: how many are left, and how many in a row the address or the method has had.',
  },
  'challenge-exhausted': {
    by: verifier,
    to: nobody,
    about: 'the challenge',
    says: 'The last guess was wrong. Follows the `attempt-rejected` it was committed with.',
  },
  'challenge-approved': {
    by: verifier,
    to: verifier,
    about: 'the challenge',
    says: 'The right code came, for the first and only time. Holds the claims from which the proof is signed.',
  },
  'challenge-canceled': {
    by: both,
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
  'account-created': {
    by: verifier,
    to: nobody,
    about: 'the account',
    says: 'A user of the application is known from now on; whatever says who it is, is sealed.',
  },
  'account-updated': {
    by: verifier,
    to: nobody,
    about: 'the account',
    says: 'What the application says of the user changed; only the fields that were given are in it.',
  },
  'account-exempted': {
    by: verifier,
    to: nobody,
    about: 'the account',
    says: 'Support exempted the user from enforcement until then; without `until` the exemption is over.',
  },
  'account-erased': {
    by: verifier,
    to: nobody,
    about: 'the account',
    says: 'The account is gone, and with its salt all that was sealed for it. The last event of its life.',
  },
  'enrolment-started': {
    by: verifier,
    to: nobody,
    about: 'the enrolment',
    says: 'A method waits for its first right code. An app’s secret, or the address, is sealed in it.',
  },
  'enrolment-canceled': {
    by: verifier,
    to: nobody,
    about: 'the enrolment',
    says: 'It will never be a method: given up (`requested`), overtaken (`replaced`), or out of guesses (`exhausted`).',
  },
  'method-enrolled': {
    by: verifier,
    to: nobody,
    about: 'the method',
    says: 'The first right code came, or an import brought a confirmed secret: the method passes logins from now on.',
  },
  'method-default-changed': {
    by: verifier,
    to: nobody,
    about: 'the method',
    says: 'This method is offered first from now on.',
  },
  'method-removed': {
    by: verifier,
    to: nobody,
    about: 'the method',
    says: 'A method is gone, and with the last one the backup codes. Names the default that was elected instead.',
  },
  'method-locked': {
    by: verifier,
    to: nobody,
    about: 'the method',
    says: 'Too many wrong guesses in a row: no code of this method is compared until then.',
  },
  'method-unlocked': {
    by: verifier,
    to: nobody,
    about: 'the account',
    says: 'Support lifted the locks of these methods.',
  },
  'method-disabled': {
    by: verifier,
    to: nobody,
    about: 'the method',
    says: 'A hundred wrong guesses in a row: the method passes nothing until a reset.',
  },
  'method-reset': {
    by: verifier,
    to: nobody,
    about: 'the account',
    says: 'Support took every method away; the user may enrol anew.',
  },
  'backup-codes-generated': {
    by: verifier,
    to: nobody,
    about: 'the method',
    says: 'A new set of backup codes, as keyed digests; the set before is void.',
  },
  'backup-code-used': {
    by: verifier,
    to: nobody,
    about: 'the method',
    says: 'A backup code passed a login and is used up; how many are left.',
  },
  'bypass-code-created': {
    by: verifier,
    to: nobody,
    about: 'the account',
    says: 'Support made a code for one login of a user who has lost every method. Its digest and its end.',
  },
  'bypass-code-used': {
    by: verifier,
    to: nobody,
    about: 'the login',
    says: 'The bypass code passed a login and is used up.',
  },
  'page-opened': {
    by: verifier,
    to: nobody,
    about: 'the account',
    says: 'A page of the account was asked for; the nonce makes its one-time handle.',
  },
  'page-session-started': {
    by: verifier,
    to: nobody,
    about: 'the account',
    says: 'The handle was exchanged for the page’s session, and is void.',
  },
  'step-up-passed': {
    by: verifier,
    to: nobody,
    about: 'the account',
    says: 'On its page the user proved a method again, and may change methods until then.',
  },
  'notice-requested': {
    by: verifier,
    to: ['template-worker'],
    about: 'the notice',
    says: 'The user is told of what was decided just before, at the account’s other addresses: each is a target with its sealed address. Where there is none, or settings turned the kind off, there is no such event.',
  },
  'login-started': {
    by: gateway,
    to: verifier,
    about: 'the login',
    says: 'The application checked a password. What the login needs, and all numbers that settings fixed.',
  },
  'login-approved': {
    by: verifier,
    to: verifier,
    about: 'the login',
    says: 'The second factor was proved, for the first and only time. Holds the claims of the proof.',
  },
  'login-awaiting-result': {
    by: verifier,
    to: nobody,
    about: 'the login',
    says: 'The second factor was proved on a page; approved for nobody until the application exchanges the result code.',
  },
  'login-result-taken': {
    by: verifier,
    to: verifier,
    about: 'the login',
    says: 'The application exchanged the result code: the login is approved.',
  },
  'login-failed': { by: both, to: verifier, about: 'the login', says: 'The login is over without success, and why.' },
  'login-canceled': {
    by: gateway,
    to: nobody,
    about: 'the login',
    says: 'The application canceled it (`requested`), or newer logins took its place (`superseded`).',
  },
  'platform-created': {
    by: both,
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
    about: 'the challenge or the notice',
    says: 'A text with an empty slot where the code will stand, or a notice, which has none; sealed for the delivery workers of its channel.',
  },
  'delivery-sent': {
    by: ['delivery-worker'],
    to: verifier,
    about: 'the challenge or the notice',
    says: 'A provider took the message over.',
  },
  'delivery-failed': {
    by: ['template-worker', 'delivery-worker'],
    to: verifier,
    about: 'the challenge or the notice',
    says: 'The send has ended without a hand-over, and why. No send ends in silence.',
  },
  'provider-probed': {
    by: ['delivery-worker'],
    to: verifier,
    about: 'the provider',
    says: 'A provider was asked whether our credentials work: at start, each minute, and when its calls begin to fail or to succeed.',
  },
  'document-snapshot': {
    by: both,
    to: nobody,
    about: 'the record',
    says: 'An account’s, a tenant’s or the platform’s record as a whole, with its salt, told along with the events that made it so. The newest of a key counts, and none that is older than a record without a value: that account was erased.',
  },
} as const satisfies Record<EventName, EventWords>;
