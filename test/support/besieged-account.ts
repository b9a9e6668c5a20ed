import { challengeOf, findLogin, loginStatus } from '#core/login-status.ts';
import { checkLogin, sendForLogin, startLogin, wouldSend } from '#core/login.ts';
import { isLocked } from '#core/methods/method.ts';
import { statusOf } from '#core/send-code.ts';
import {
  accountOf,
  checkAt,
  codeAt,
  codesMade,
  created,
  enrolled,
  loginId,
  methodId,
  methodNamed,
  minuteMs,
  policy,
  startAt,
  t0,
  wrong,
} from './account-story.ts';
import type { Limits } from './besieged-address.ts';

export type MethodName = 'app' | 'phone' | 'codes';

/** What one guess can win: three live steps of an app, one code of 6 digits, ten backup codes of 13 letters of 32. */
export const chanceOfGuess: Readonly<Record<MethodName, number>> = { app: 3e-6, phone: 1e-6, codes: 10 / 32 ** 13 };

/**
 * An account whose password somebody else has: whoever guesses may begin logins without number, from anywhere. All guesses are wrong, and
 * decided by the rules at a time that only `wait` moves.
 */
export function besiegeAccount(limits: Limits) {
  const account = accountOf(
    created(),
    enrolled('totp', 'app', { isDefault: true }),
    enrolled('sms', 'phone'),
    codesMade(),
  );
  let now = t0;
  let logins = 0;
  let codes = 0;
  const guesses: Record<MethodName, number> = { app: 0, phone: 0, codes: 0 };

  /** A login that still takes guesses: the one that is open, or a new one. */
  function openLogin(): string {
    const login = findLogin(account.current(), loginId(`${logins}`));
    if (!login || loginStatus(login, now) !== 'second-factor-required') {
      logins += 1;
      account.carryOut(now, (document) => startLogin(document, startAt(now, `${logins}`)));
    }
    return `${logins}`;
  }

  /** Whether there is a code of the phone to be guessed in this login; asks for one where there is none. */
  function hasCode(login: string): boolean {
    const challenge = challengeOf(account.current(), loginId(login), methodId('phone'));
    if (challenge && statusOf(challenge, now) === 'pending') return true;
    const way = { loginId: loginId(login), methodId: methodId('phone'), policy };
    if (wouldSend(account.current(), way, now)) return false;
    const reservation = limits.reserve('phone'.padEnd(22, 'd'), now);
    if (reservation.kind === 'refused') return false;
    codes += 1;
    const code = codeAt(now, `${codes}`, { reservation });
    return account.carryOut(now, (document) => sendForLogin(document, { ...way, code })).kind === 'events';
  }

  return {
    now: () => now,
    guesses,
    method: (name: MethodName) => methodNamed(account.current(), name),
    isLocked: (name: MethodName) => {
      const method = methodNamed(account.current(), name);
      return method !== undefined && isLocked(method, now);
    },
    wait(ms: number) {
      now += ms;
    },
    /** Guesses as often as somebody answers, `timesMax` at most; how many were compared. */
    guess(name: MethodName, timesMax = Infinity): number {
      let compared = 0;
      while (compared < timesMax) {
        const login = openLogin();
        if (name === 'phone' && !hasCode(login)) break;
        const decision = account.carryOut(now, (document) => checkLogin(document, checkAt(now, login, name, wrong)));
        if (decision.kind !== 'events') break;
        compared += 1;
        guesses[name] += 1;
      }
      return compared;
    },
    /** The owner logs in with the app; false while it is locked. */
    ownerPasses(): boolean {
      logins += 1;
      account.carryOut(now, (document) => startLogin(document, startAt(now, `${logins}`)));
      const check = checkAt(now, `${logins}`, 'app', { kind: 'right', usedStep: Math.floor(now / 30_000) });
      const passed = account.carryOut(now, (document) => checkLogin(document, check)).kind === 'events';
      logins += 1;
      return passed;
    },
    /** Guesses at all methods, looking every ten minutes whether another guess is taken. */
    persist(names: readonly MethodName[], until: number, everyMs = 10 * minuteMs) {
      for (; now < until; now += everyMs) {
        for (const name of names) if (!this.isLocked(name) && !this.method(name)?.disabled) this.guess(name);
      }
    },
  };
}
