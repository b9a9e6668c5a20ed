import { accountDecider, type AccountDocument } from '#core/account-document.ts';
import type { AccountPolicy } from '#core/account-policy.ts';
import type { Decision } from '#core/decider.ts';
import { confirmEnrolment, startEnrolment, type ConfirmEnrolment, type StartEnrolment } from '#core/enrolment.ts';
import type { Guessed } from '#core/guess.ts';
import type { CheckLogin, StartLogin } from '#core/login.ts';
import type { CodeRequest } from '#core/send-code.ts';
import type { LoginStarted } from '#schemas/login.ts';
import { counted, dayMs, hourMs, minuteMs, secondMs, subject, t0, policy as codePolicy } from './challenges.ts';
import { fold, storyOf, type Told } from './given.ts';

export { counted, dayMs, hourMs, minuteMs, secondMs, subject, t0 };

/** Words for stories of accounts. Things are named by short names; what stands before the name says what kind they are. */
export const given = storyOf(accountDecider);

const idOf = (kind: string) => (name: string) => `${subject}.${kind}${name.padEnd(22, '-')}`;
export const methodId = idOf('m');
export const enrolmentId = idOf('e');
export const loginId = idOf('l');
export const challengeId = idOf('c');

export const policy: AccountPolicy = {
  offered: { totp: true, sms: true, email: true, 'backup-codes': true },
  failuresBeforeLock: 10,
  lockSeconds: 1_800,
  checkRate: { attempts: 10, windowSeconds: 900 },
  attemptsPerLogin: 10,
  loginLifetimeSeconds: 600,
  backupCodesQuantity: 10,
  enforcement: { mode: 'off', groups: [], graceSeconds: 0 },
};
export const enforced: AccountPolicy = { ...policy, enforcement: { mode: 'all', groups: [], graceSeconds: 0 } };
export const offering = (...types: readonly (keyof AccountPolicy['offered'])[]): AccountPolicy => ({
  ...policy,
  offered: {
    totp: types.includes('totp'),
    sms: types.includes('sms'),
    email: types.includes('email'),
    'backup-codes': types.includes('backup-codes'),
  },
});

export const proof = { jti: 'j'.repeat(22), iat: t0 / secondMs, exp: t0 / secondMs + 300 };
const sealed = 'kid00000.sealed';
const seed = { secret: sealed, algorithm: 'sha1', digits: 6, period: 30 } as const;

/** Facts of the past, as the log holds them. */
const told = (type: Told['type'], time: number, data: object, causationId?: string): Told => ({
  type,
  time,
  data,
  ...(causationId !== undefined && { causationId }),
});

export const created = (change: object = {}, time = t0 - dayMs): Told =>
  told('account-created', time, { userId: sealed, ...change });

type Enrolled = { readonly time?: number; readonly isDefault?: boolean; readonly usedStep?: number };

export const enrolled = (
  type: 'totp' | 'sms' | 'email',
  name: string = type,
  { time = t0 - hourMs, isDefault = false, usedStep }: Enrolled = {},
): Told =>
  told('method-enrolled', time, {
    methodId: methodId(name),
    type,
    enrolmentId: enrolmentId(name),
    ...(type === 'totp' ? { seed, usedStep } : { to: sealed, destination: name.padEnd(22, 'd') }),
    default: isDefault,
  });

export const codesMade = (quantity = 10, name = 'codes', time = t0 - hourMs): Told =>
  told('backup-codes-generated', time, {
    methodId: methodId(name),
    hashes: Array.from({ length: quantity }, (_, index) => `hash-${name}-${index}`.padEnd(22, '-')),
  });
export const hashOf = (index: number, name = 'codes') => `hash-${name}-${index}`.padEnd(22, '-');

export const loginStarted = (
  name: string,
  time = t0,
  { needs = 'second-factor', ...change }: Partial<LoginStarted> = {},
): Told =>
  told('login-started', time, {
    loginId: loginId(name),
    needs,
    expiresAt: time + 10 * minuteMs,
    attemptsMax: 10,
    ...change,
  });

/** A run of wrong guesses at one method, with the lock or the end that the last of them led to. */
export const failed = (name: string, failures: number, time = t0 - minuteMs, lockedUntil?: number): Told[] => [
  told('attempt-rejected', time, { methodId: methodId(name), attemptsLeft: 0, failures, countedSince: time }),
  ...(lockedUntil === undefined
    ? []
    : [told('method-locked', time, { methodId: methodId(name), failures, until: lockedUntil })]),
];
export const disabled = (name: string, time = t0 - minuteMs): Told =>
  told('method-disabled', time, { methodId: methodId(name), failures: 100 });
export const bypassMade = (expiresAt: number, time = t0 - minuteMs): Told =>
  told('bypass-code-created', time, { hash: 'bypass-hash', expiresAt });

/** Commands. */
export const startAt = (now: number, name = 'new', change: Partial<StartLogin> = {}): StartLogin => ({
  loginId: loginId(name),
  policy,
  groups: [],
  now,
  ...change,
});

export const right: Guessed = { kind: 'right' };
export const wrong: Guessed = { kind: 'wrong' };

export const checkAt = (
  now: number,
  name: string,
  method: string,
  guessed: Guessed | CheckLogin['compare'],
  change: Partial<CheckLogin> = {},
): CheckLogin => ({
  loginId: loginId(name),
  methodId: method === 'bypass' ? 'bypass' : methodId(method),
  policy,
  compare: typeof guessed === 'function' ? guessed : () => guessed,
  by: 'key',
  proof,
  now,
  ...change,
});

export const codeAt = (now: number, name: string, change: Partial<CodeRequest> = {}): CodeRequest => ({
  challengeId: challengeId(name),
  channel: 'sms',
  purpose: 'login',
  to: sealed,
  counted,
  policy: codePolicy,
  nonce: 'n'.repeat(22),
  kid: 'kid00000',
  reservation: { nextAt: now + 30 * secondMs, left: 4 },
  now,
  ...change,
});

export const enrolAppAt = (
  now: number,
  name: string,
  change: Partial<Omit<StartEnrolment, 'type'>> = {},
): StartEnrolment => ({ enrolmentId: enrolmentId(name), type: 'totp', seed, policy, now, ...change });

export const enrolAddressAt = (
  now: number,
  name: string,
  type: 'sms' | 'email' = 'sms',
  change: Partial<Omit<StartEnrolment, 'type'>> = {},
): StartEnrolment => ({
  enrolmentId: enrolmentId(name),
  type,
  to: sealed,
  destination: name.padEnd(22, 'd'),
  code: codeAt(now, name, { channel: type, purpose: 'enrolment' }),
  policy,
  now,
  ...change,
});

export const confirmAt = (
  now: number,
  name: string,
  guessed: Guessed,
  change: Partial<ConfirmEnrolment> = {},
): ConfirmEnrolment => ({
  enrolmentId: enrolmentId(name),
  methodId: methodId(name),
  policy,
  compare: () => guessed,
  by: 'key',
  proof,
  now,
  ...change,
});

/** An account in motion: carries commands out one after another, each a commit of its own with a command id as long as real ones. */
export function accountOf(...history: readonly Told[]) {
  let document = given(...history).document;
  let commands = 0;
  return {
    current(): AccountDocument {
      if (!document) throw new Error('there is no account');
      return document;
    },
    carryOut<Answer>(
      now: number,
      decide: (document: AccountDocument | undefined) => Decision<Answer>,
    ): Decision<Answer> {
      const decision = decide(document);
      if (decision.kind !== 'events') return decision;
      commands += 1;
      const causationId = String(commands).padStart(22, '0');
      const facts = decision.events.map(({ type, data }) => ({ type, data, time: now, causationId }));
      document = fold(accountDecider, facts, document);
      return decision;
    },
  };
}

export const methodNamed = (document: AccountDocument | undefined, name: string) =>
  document?.methods.find(({ id }) => id === methodId(name));
export const loginNamed = (document: AccountDocument | undefined, name: string) =>
  document?.logins.find(({ id }) => id === loginId(name));

/** Starts an enrolment, as a step of a story. */
export const start = (command: StartEnrolment) => (document: AccountDocument | undefined) =>
  startEnrolment(document, command);

/** Confirms one. */
export const confirm = (command: ConfirmEnrolment) => (document: AccountDocument | undefined) =>
  confirmEnrolment(document, command);

/** What starting has made of an account, as a past to go on from. */
export const startedBy = (time: number, ...commands: readonly StartEnrolment[]) =>
  commands.flatMap((command, index) => {
    const decision = startEnrolment(given(created()).document, command);
    if (decision.kind !== 'events') throw new Error('it was refused');
    return decision.events.map(({ type, data }) => ({ type, data, time, causationId: `start-${index}` }));
  });
