import { Type, type Static } from 'typebox';
import { ProofClaims } from './challenge.ts';
import { Digest, Id, Millis, sealedUpTo } from './event.ts';
import { methodTypes, ReturnUrl } from './account.ts';

/** What a login can still become when it begins; everything else ends it at once. */
export const loginNeeds = ['second-factor', 'enrolment', 'nothing', 'locked'] as const;

export const LoginStarted = Type.Object({
  loginId: Id,
  needs: Type.Enum([...loginNeeds]),
  /** Why nothing is left to try, where `needs` is `locked`. */
  reason: Type.Optional(Type.Enum(['no-usable-method', 'locked'])),
  expiresAt: Millis,
  attemptsMax: Type.Integer({ minimum: 1 }),
  /** When an account under enforcement must have enrolled; in its grace it still needs nothing. */
  enrolmentDueAt: Type.Optional(Millis),
  /** Digests only: where the login came from. */
  clientIp: Type.Optional(Digest),
  /** What the application lets come back with the person, sealed for the login. */
  returnUrl: Type.Optional(ReturnUrl),
  state: Type.Optional(sealedUpTo(1_024)),
  /** For the handle of its page. */
  nonce: Type.Optional(Type.String({ maxLength: 64 })),
  handleExpiresAt: Type.Optional(Millis),
});

/** How a login was passed. */
const passed = {
  loginId: Id,
  method: Type.Enum([...methodTypes, 'bypass']),
  methodId: Type.Optional(Id),
  proof: ProofClaims,
  /** The time step that an authenticator's code used up. */
  usedStep: Type.Optional(Type.Integer()),
};

export const LoginApproved = Type.Object(passed);

/** Passed on a page: approved for nobody until the application has exchanged the result code. */
export const LoginAwaitingResult = Type.Object({
  ...passed,
  nonce: Type.String({ maxLength: 64 }),
  resultExpiresAt: Millis,
});

/** The application exchanged the result code. */
export const LoginResultTaken = Type.Object({ loginId: Id });

export const LoginFailed = Type.Object({
  loginId: Id,
  reason: Type.Enum(['attempts', 'locked', 'superseded', 'no-usable-method', 'reset', 'erased']),
});
export const LoginCanceled = Type.Object({ loginId: Id, reason: Type.Enum(['requested', 'superseded']) });

export type LoginStarted = Static<typeof LoginStarted>;
export type LoginApproved = Static<typeof LoginApproved>;
export type LoginAwaitingResult = Static<typeof LoginAwaitingResult>;
export type LoginFailed = Static<typeof LoginFailed>;
export type LoginCanceled = Static<typeof LoginCanceled>;
