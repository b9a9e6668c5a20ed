import { Type, type Static } from 'typebox';
import { Digest, Id, Millis, Sealed, sealedUpTo } from './event.ts';

export const methodTypes = ['totp', 'sms', 'email', 'backup-codes'] as const;
export type MethodType = (typeof methodTypes)[number];

/** Where a page leads back to, as our own addresses carry it: at most 2,048 characters of ASCII. */
export const ReturnUrl = sealedUpTo(2_048);

const Enrollable = Type.Enum(['totp', 'sms', 'email']);

/** What is known of a person, every field sealed for the account; absent = not given. */
const profile = {
  accountName: Type.Optional(Sealed),
  email: Type.Optional(Sealed),
  phone: Type.Optional(Sealed),
  locale: Type.Optional(Sealed),
  /** A JSON list of names. */
  groups: Type.Optional(Sealed),
};

export const AccountCreated = Type.Object({ userId: Sealed, ...profile });
export const AccountUpdated = Type.Object(profile);

/** What an authenticator app shares with us. `period` in seconds; the secret is sealed for the verifier alone. */
export const Seed = Type.Object({
  secret: Sealed,
  algorithm: Type.Enum(['sha1', 'sha256', 'sha512']),
  digits: Type.Enum([6, 8]),
  period: Type.Integer({ minimum: 15, maximum: 120 }),
});

export const EnrolmentStarted = Type.Object({
  enrolmentId: Id,
  type: Enrollable,
  to: Type.Optional(Sealed),
  /** Digest of the address, so that one address is enrolled once. */
  destination: Type.Optional(Digest),
  seed: Type.Optional(Seed),
  label: Type.Optional(Sealed),
  /** The challenge that proves the address. */
  challengeId: Type.Optional(Id),
  attemptsMax: Type.Integer({ minimum: 1 }),
  expiresAt: Millis,
  /** The login that forced it. */
  loginId: Type.Optional(Id),
});

export const EnrolmentCanceled = Type.Object({
  enrolmentId: Id,
  reason: Type.Enum(['requested', 'replaced', 'exhausted']),
});

export const MethodEnrolled = Type.Object({
  methodId: Id,
  type: Enrollable,
  /** Whose sealed fields it keeps. */
  enrolmentId: Id,
  to: Type.Optional(Sealed),
  destination: Type.Optional(Digest),
  seed: Type.Optional(Seed),
  label: Type.Optional(Sealed),
  /** The time step that the confirming code used up (RFC 6238, section 5.2). */
  usedStep: Type.Optional(Type.Integer()),
  default: Type.Boolean(),
  loginId: Type.Optional(Id),
  imported: Type.Optional(Type.Boolean()),
});

export const MethodDefaultChanged = Type.Object({ methodId: Id });
/** `methodIds`: the removed one, and the backup codes that may not stay alone. `defaultMethodId`: re-elected, where one is left. */
export const MethodRemoved = Type.Object({
  methodIds: Type.Array(Id, { minItems: 1, maxItems: 10 }),
  defaultMethodId: Type.Optional(Id),
});
export const MethodLocked = Type.Object({
  methodId: Id,
  failures: Type.Integer(),
  until: Millis,
  /** The login in which it locked. */
  loginId: Type.Optional(Id),
});
export const MethodUnlocked = Type.Object({ methodIds: Type.Array(Id, { maxItems: 10 }) });
export const MethodDisabled = Type.Object({ methodId: Id, failures: Type.Integer() });
/** Support took every method away; whoever it was can enrol anew. */
export const MethodReset = Type.Object({ methodIds: Type.Array(Id, { maxItems: 10 }) });

export const BackupCodesGenerated = Type.Object({
  methodId: Id,
  /** Keyed digests; the codes themselves are shown once and kept nowhere. */
  hashes: Type.Array(Digest, { minItems: 1, maxItems: 20 }),
  loginId: Type.Optional(Id),
});
export const BackupCodeUsed = Type.Object({ methodId: Id, hash: Digest, codesLeft: Type.Integer({ minimum: 0 }) });

export const BypassCodeCreated = Type.Object({ hash: Digest, expiresAt: Millis });
export const BypassCodeUsed = Type.Object({ hash: Digest });

export const AccountExempted = Type.Object({ until: Type.Optional(Millis) });
export const AccountErased = Type.Object({});

/** A handle for one page; who holds it acts for this account, or for this login of it, until it dies. */
export const PageOpened = Type.Object({
  nonce: Type.String({ maxLength: 64 }),
  handleExpiresAt: Millis,
  /** Sealed for the page's nonce. */
  returnUrl: Type.Optional(ReturnUrl),
});
export const PageSessionStarted = Type.Object({ nonce: Type.String({ maxLength: 64 }), expiresAt: Millis });
export const StepUpPassed = Type.Object({
  nonce: Type.String({ maxLength: 64 }),
  methodId: Id,
  until: Millis,
  usedStep: Type.Optional(Type.Integer()),
});

export type Seed = Static<typeof Seed>;
export type AccountCreated = Static<typeof AccountCreated>;
export type Profile = Static<typeof AccountUpdated>;
export type EnrolmentStarted = Static<typeof EnrolmentStarted>;
export type EnrolmentCanceled = Static<typeof EnrolmentCanceled>;
export type MethodEnrolled = Static<typeof MethodEnrolled>;
export type MethodDefaultChanged = Static<typeof MethodDefaultChanged>;
export type MethodRemoved = Static<typeof MethodRemoved>;
export type MethodLocked = Static<typeof MethodLocked>;
export type MethodUnlocked = Static<typeof MethodUnlocked>;
export type MethodDisabled = Static<typeof MethodDisabled>;
export type MethodReset = Static<typeof MethodReset>;
export type BackupCodesGenerated = Static<typeof BackupCodesGenerated>;
export type BackupCodeUsed = Static<typeof BackupCodeUsed>;
export type BypassCodeCreated = Static<typeof BypassCodeCreated>;
export type AccountExempted = Static<typeof AccountExempted>;
export type PageOpened = Static<typeof PageOpened>;
export type PageSessionStarted = Static<typeof PageSessionStarted>;
export type StepUpPassed = Static<typeof StepUpPassed>;
