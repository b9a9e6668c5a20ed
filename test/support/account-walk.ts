import * as fc from 'fast-check';
import { accountDecider, type AccountDocument } from '#core/account-document.ts';
import {
  createBypass,
  exemptAccount,
  generateBackupCodes,
  removeMethod,
  resetAccount,
  saveAccount,
  setDefault,
  unlockAccount,
} from '#core/account.ts';
import type { AccountPolicy } from '#core/account-policy.ts';
import { happened, type Decision, type Fact } from '#core/decider.ts';
import { cancelEnrolment, confirmEnrolment, importTotp, resendEnrolment, startEnrolment } from '#core/enrolment.ts';
import type { Guessed } from '#core/guess.ts';
import { cancelLogin, checkLogin, sendForLogin, startLogin, takeResult } from '#core/login.ts';
import { checkStepUp, sendStepUp } from '#core/step-up.ts';
import {
  checkAt,
  codeAt,
  confirmAt,
  enforced,
  enrolAddressAt,
  enrolAppAt,
  enrolmentId,
  methodId,
  minuteMs,
  offering,
  policy,
  proof,
  secondMs,
  startAt,
  subject,
} from './account-story.ts';
import { policy as codePolicy } from './challenges.ts';

/** One step of a random walk: what is asked, of which of the things that are there, how it turns out, and how much later. */
export type Step = {
  readonly what: keyof typeof deeds;
  readonly which: number;
  readonly guess: Guessed['kind'];
  readonly laterMs: number;
  readonly policy: number;
  readonly byPage: boolean;
};

const quick = {
  ...policy,
  failuresBeforeLock: 3,
  lockSeconds: 60,
  checkRate: { attempts: 100, windowSeconds: 86_400 },
};
const policies: readonly AccountPolicy[] = [
  policy,
  quick,
  enforced,
  { ...quick, offered: offering('totp', 'backup-codes').offered },
  { ...enforced, enforcement: { mode: 'groups', groups: ['staff'], graceSeconds: 600 } },
];

type At = Step & { readonly now: number; readonly count: number; readonly rules: AccountPolicy };
type Document = AccountDocument | undefined;

const pick = <T>(all: readonly T[] | undefined, which: number): T | undefined =>
  all && all.length > 0 ? all[which % all.length] : undefined;
const idIn = (all: readonly { readonly id: string }[] | undefined, which: number) => pick(all, which)?.id ?? 'none';

/** A right guess uses what the method has: the step of now, or the first backup code that is left. */
function guessed({ guess, now }: At, document: Document, method: string): Guessed {
  if (guess !== 'right') return { kind: guess };
  const kept = document?.methods.find(({ id }) => id === method);
  if (kept?.type === 'backup-codes') return { kind: 'right', backupHash: kept.hashes[0] };
  return { kind: 'right', ...(kept?.type === 'totp' && { usedStep: Math.floor(now / 30_000) }) };
}

const named = ({ count }: At, kind: string) => `${kind}${count}`;
const by = ({ byPage, now, count }: At) =>
  byPage ? { nonce: `result-${count}`, resultExpiresAt: now + 5 * minuteMs } : ('key' as const);

const deeds = {
  save: (document: Document, at: At) =>
    saveAccount(
      document,
      subject,
      'kid.user',
      {
        email: at.byPage ? `kid.mail-${at.count}` : undefined,
        groups: at.which % 2 ? 'kid.groups' : undefined,
        locale: undefined,
      },
      at.rules,
    ),
  startLogin: (document: Document, at: At) =>
    startLogin(
      document,
      startAt(at.now, named(at, 'l'), {
        policy: at.rules,
        groups: at.which % 2 ? ['staff'] : [],
        ...(at.byPage && {
          returnUrl: 'https://app.example/back',
          page: { nonce: named(at, 'p'), handleExpiresAt: at.now + 300_000 },
        }),
      }),
    ),
  send: (document: Document, at: At) =>
    sendForLogin(document, {
      loginId: idIn(document?.logins.toReversed(), at.which % 2),
      methodId: idIn(document?.methods, at.which),
      policy: at.rules,
      code: codeAt(at.now, named(at, 'c')),
    }),
  check: (document: Document, at: At) => {
    const method = at.which % 7 === 0 ? 'bypass' : idIn(document?.methods, at.which);
    const login = idIn(document?.logins.toReversed(), at.which % 2);
    const command = checkAt(at.now, 'none', 'none', () => guessed(at, document, method), {
      policy: at.rules,
      by: by(at),
    });
    return checkLogin(document, { ...command, loginId: login, methodId: method });
  },
  cancelLogin: (document: Document, at: At) => cancelLogin(document, idIn(document?.logins, at.which), at.now),
  takeResult: (document: Document, at: At) =>
    takeResult(document, idIn(document?.logins, at.which), () => at.byPage, at.now),
  enrolApp: (document: Document, at: At) =>
    startEnrolment(
      document,
      enrolAppAt(at.now, named(at, 'e'), { policy: at.rules, loginId: forcedLogin(document, at) }),
    ),
  enrolAddress: (document: Document, at: At) =>
    startEnrolment(
      document,
      enrolAddressAt(at.now, named(at, 'e'), at.which % 2 ? 'sms' : 'email', {
        policy: at.rules,
        loginId: forcedLogin(document, at),
      }),
    ),
  confirm: (document: Document, at: At) => {
    const enrolment = pick(document?.enrolments, at.which);
    const result: Guessed = at.guess === 'right' ? { kind: 'right', usedStep: at.count } : { kind: 'wrong' };
    const command = confirmAt(at.now, named(at, 'm'), result, {
      policy: at.rules,
      loginId: enrolment?.loginId,
      by: by(at),
    });
    return confirmEnrolment(document, { ...command, enrolmentId: enrolment?.id ?? enrolmentId('none') });
  },
  resendEnrolment: (document: Document, at: At) =>
    resendEnrolment(document, idIn(document?.enrolments, at.which), { ...codeAt(at.now, 'again'), policy: codePolicy }),
  cancelEnrolment: (document: Document, at: At) =>
    cancelEnrolment(document, idIn(document?.enrolments, at.which), at.now),
  importApp: (document: Document, at: At) =>
    importTotp(document, {
      enrolmentId: enrolmentId(named(at, 'e')),
      methodId: methodId(named(at, 'm')),
      seed: { secret: 'kid.sealed', algorithm: 'sha1', digits: 6, period: 30 },
      policy: at.rules,
      now: at.now,
    }),
  setDefault: (document: Document, at: At) => setDefault(document, idIn(document?.methods, at.which)),
  remove: (document: Document, at: At) =>
    removeMethod(document, idIn(document?.methods, at.which), at.rules, at.which % 2 ? ['staff'] : [], at.now),
  backupCodes: (document: Document, at: At) =>
    generateBackupCodes(document, {
      methodId: methodId(named(at, 'b')),
      hashes: Array.from({ length: 10 }, (_, index) => `hash-${at.count}-${index}`),
      policy: at.rules,
    }),
  unlock: (document: Document) => unlockAccount(document, subject),
  reset: (document: Document, at: At) => (at.which % 5 ? undefined : resetAccount(document, subject, at.now)),
  exempt: (document: Document, at: At) => exemptAccount(document, subject, at.byPage ? at.now + minuteMs : undefined),
  bypass: (document: Document, at: At) => createBypass(document, subject, `hash-${at.count}`, at.now + 10 * minuteMs),
  openPage: (_: Document, at: At) =>
    happened({
      type: 'page-opened',
      about: subject,
      data: { nonce: named(at, 'p'), handleExpiresAt: at.now + 5 * minuteMs, returnUrl: 'https://app.example/back' },
    }),
  openSession: (document: Document, at: At) => {
    const nonce = pick(document?.pages, at.which)?.nonce ?? pick(document?.logins, at.which)?.nonce;
    const data = { nonce, expiresAt: at.now + 30 * minuteMs };
    return nonce === undefined ? undefined : happened({ type: 'page-session-started', about: subject, data });
  },
  sendStepUp: (document: Document, at: At) =>
    document && sendStepUp(document, idIn(document.methods, at.which), at.rules, codeAt(at.now, named(at, 'c'))),
  stepUp: (document: Document, at: At) => {
    const method = idIn(document?.methods, at.which);
    const nonce = pick(document?.pages, at.which)?.nonce ?? 'none';
    const compare = () => guessed(at, document, method);
    return (
      document && checkStepUp(document, { methodId: method, nonce, policy: at.rules, compare, proof, now: at.now })
    );
  },
} satisfies Record<string, (document: Document, at: At) => Decision<unknown> | undefined>;

/** Every second enrolment is one that the newest login demands, if it does. */
function forcedLogin(document: Document, { which }: At): string | undefined {
  const login = document?.logins.at(-1);
  return which % 2 && login?.needs === 'enrolment' ? login.id : undefined;
}

const often = [
  ...Array.from({ length: 12 }, () => 'check' as const),
  ...(['startLogin', 'startLogin', 'send', 'send', 'takeResult', 'sendStepUp', 'stepUp'] as const),
  ...(['enrolApp', 'enrolAddress', 'confirm', 'confirm', 'confirm'] as const),
];

export const steps = (maxLength: number) =>
  fc.array(
    fc.record<Step>({
      what: fc.constantFrom(...(Object.keys(deeds) as Step['what'][]), ...often),
      which: fc.nat(41),
      guess: fc.constantFrom('right', 'right', 'wrong', 'wrong', 'replayed'),
      laterMs: fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom(0, 1, secondMs, 31 * secondMs) },
        { weight: 1, arbitrary: fc.constantFrom(5 * minuteMs, 3_600_000, 90_000_000) },
      ),
      policy: fc.nat(policies.length - 1),
      byPage: fc.boolean(),
    }),
    { minLength: 20, maxLength, size: 'max' },
  );

/** What one commit did: its facts as the log tells them, and the document before and after as the store keeps it. */
export type Commit = {
  readonly facts: readonly Fact[];
  readonly before: Document;
  readonly after: AccountDocument;
  readonly now: number;
};

/** Carries steps out as the services do: rules on the stored text of the document, and evolution of what they drafted. */
export function walk(
  all: readonly Step[],
  start: number,
  seen: (commit: Commit) => void,
): { text: string; facts: Fact[] } {
  let text = '';
  let now = start;
  let rules = policies[0] as AccountPolicy;
  const facts: Fact[] = [];
  all.forEach((step, count) => {
    now += step.laterMs;
    if (step.which % 9 === 0) rules = policies[step.policy] as AccountPolicy;
    const document: Document = text === '' ? undefined : (JSON.parse(text) as AccountDocument);
    const at = { ...step, now, count, rules };
    const decision = document ? deeds[step.what](document, at) : deeds.save(document, at);
    if (decision?.kind !== 'events') return;
    const causationId = String(count).padStart(22, '0');
    let next = document;
    const told: Fact[] = [];
    for (const { type, data } of decision.events) {
      const fact = { type, data, time: now, tenant: 'acme', causationId, actor: 'key:test' };
      next = accountDecider.evolve(next, fact);
      told.push({ ...fact, data: JSON.parse(JSON.stringify(data)) });
    }
    text = JSON.stringify(next);
    facts.push(...told);
    seen({ facts: told, before: document, after: JSON.parse(text) as AccountDocument, now });
  });
  return { text, facts };
}
