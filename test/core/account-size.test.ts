import { describe, expect, it } from 'vitest';
import type { AccountDocument } from '#core/account-document.ts';
import { generateBackupCodes } from '#core/account.ts';
import type { AccountPolicy } from '#core/account-policy.ts';
import { happened } from '#core/decider.ts';
import { confirmEnrolment, startEnrolment } from '#core/enrolment.ts';
import { isOpenLogin } from '#core/login-status.ts';
import { checkLogin, sendForLogin, startLogin } from '#core/login.ts';
import {
  accountOf,
  checkAt,
  codeAt,
  confirmAt,
  created,
  enrolAddressAt,
  enrolAppAt,
  loginId,
  loginNamed,
  methodId,
  minuteMs,
  policy,
  right,
  secondMs,
  startAt,
  subject,
  t0,
  wrong,
} from '../support/account-story.ts';
import { noticeKinds } from '#schemas/notice.ts';

const recordBytesMax = 16 * 1_024;
const bytesOf = (document: AccountDocument) => Buffer.byteLength(JSON.stringify(document));
/** As long as sealing makes `bytes` of a text. */
const sealed = (bytes: number) => `kid00000.${'S'.repeat(Math.ceil(((bytes + 28) * 4) / 3))}`;

/** Names of 255 and 100 characters of four bytes each, the longest addresses, twenty groups. */
const longProfile = {
  userId: sealed(1_020),
  accountName: sealed(400),
  email: sealed(254),
  phone: sealed(16),
  locale: sealed(35),
  groups: sealed(20 * 67 + 1),
};
const longUrl = sealed(2_048);
const longState = sealed(1_024);
/** Many guesses may count at once, and only the hundredth ends a method. */
const patient: AccountPolicy = {
  ...policy,
  attemptsPerLogin: 30,
  failuresBeforeLock: 100,
  checkRate: { attempts: 100, windowSeconds: 86_400 },
};

/** Enrols until it is refused; answers how many methods there are then. */
function fill(account: ReturnType<typeof accountOf>, rules: AccountPolicy, label: string, to: string): number {
  for (let index = 0; index < 12; index += 1) {
    const name = `method-${index}`;
    const command =
      index % 2
        ? { ...enrolAppAt(t0, name, { policy: rules, label }) }
        : { ...enrolAddressAt(t0, name, 'email', { policy: rules, label }), to };
    const started = account.carryOut(t0, (document) => startEnrolment(document, command));
    if (started.kind === 'refused' && started.refusal.code === 'too-many-methods') break;
    account.carryOut(t0, (document) => confirmEnrolment(document, confirmAt(t0, name, right, { policy: rules })));
  }
  return account.current().methods.length;
}

describe('An account', () => {
  it('has room for ten methods with addresses and labels as people have them', () => {
    const account = accountOf(
      created({ ...longProfile, userId: sealed(36), accountName: sealed(40), email: sealed(40) }),
    );
    expect(fill(account, policy, sealed(30), sealed(40))).toBe(10);
  });

  it('takes fewer where all of them are as long as can be, and some in any case', () => {
    const rules = [policy, patient];
    const counts = rules.map((each) => fill(accountOf(created(longProfile)), each, sealed(240), sealed(254)));
    for (const count of counts) expect(count).toBeGreaterThanOrEqual(3);
    expect(counts[0]).toBeLessThan(10);
  });

  it('refuses backup codes that no room is left for', () => {
    const account = accountOf(created(longProfile));
    expect(fill(account, policy, sealed(30), sealed(40))).toBeLessThan(10);
    const hashes = Array.from({ length: 20 }, (_, index) => `h${index}`.padEnd(22, 'h'));
    const command = { methodId: methodId('codes'), hashes, policy };
    const refused = account.carryOut(t0, (document) => generateBackupCodes(document, command));
    expect(refused).toEqual({ kind: 'refused', refusal: { code: 'too-many-methods' } });
  });
});

/** All that may come and go: notices, pages, logins with the longest URLs, codes to every method, a hundred guesses at each. */
function storm(
  account: ReturnType<typeof accountOf>,
  rules: AccountPolicy,
  seen: (now: number, login: string) => void,
) {
  let now = t0;
  const noticed = noticeKinds.flatMap((kind) => Array.from({ length: 10 }, () => kind));
  for (const [index, kind] of noticed.entries()) {
    const data = { noticeId: `${subject}.n${index}`, kind, targets: [], about: {}, params: 'sealed' };
    account.carryOut(now, () => happened({ type: 'notice-requested', about: subject, data }));
  }
  for (let round = 0; round < 40; round += 1) {
    now += 31 * secondMs;
    const page = { nonce: `page-${round}`.padEnd(22, '-'), handleExpiresAt: now + 30 * minuteMs };
    account.carryOut(now, () =>
      happened({ type: 'page-opened', about: subject, data: { ...page, returnUrl: longUrl } }),
    );
    const login = `login-${round}`;
    const own = { ...page, nonce: `login-${round}`.padEnd(22, '-') };
    const asked = { policy: rules, returnUrl: longUrl, state: longState, clientIp: 'i'.repeat(22), page: own };
    account.carryOut(now, (document) => startLogin(document, startAt(now, login, asked)));
    seen(now, login);
    for (const { id } of account.current().methods) {
      const code = codeAt(now, `c${round}-${id.slice(-22)}`, { to: sealed(254) });
      const to = { loginId: loginId(login), methodId: id, policy: rules, code };
      account.carryOut(now, (document) => sendForLogin(document, to));
      for (let count = 0; count < 3; count += 1) {
        const command = { ...checkAt(now, login, 'any', wrong, { policy: rules }), methodId: id };
        account.carryOut(now, (document) => checkLogin(document, command));
        seen(now, login);
      }
    }
  }
}

describe('A record stays within 16 KiB', () => {
  it.each([
    ['settings as they come', policy],
    ['settings that let the most guesses count', patient],
  ])('under a storm on as many methods as fit, with %s', (_how, rules) => {
    const account = accountOf(created(longProfile));
    const methods = fill(account, rules, sealed(240), sealed(254));
    let largest = 0;
    storm(account, rules, (_now, login) => {
      largest = Math.max(largest, bytesOf(account.current()));
      expect(bytesOf(account.current())).toBeLessThanOrEqual(recordBytesMax);
      // What is asked for now is never what makes room.
      expect(loginNamed(account.current(), login)).toBeDefined();
      expect(account.current().methods).toHaveLength(methods);
    });
    expect(largest).toBeGreaterThan(15_000);
  });

  it('with a login for every minute of a day, of whom none needs anything', () => {
    const account = accountOf(created());
    for (let minute = 0; minute < 1_440; minute += 1) {
      const now = t0 + minute * minuteMs;
      account.carryOut(now, (document) => startLogin(document, startAt(now, `login-${minute}`)));
    }
    expect(bytesOf(account.current())).toBeLessThanOrEqual(recordBytesMax);
    expect(account.current().logins.length).toBeLessThanOrEqual(20);
  });

  it('with enrolments begun to ever other addresses', () => {
    const account = accountOf(created());
    for (let index = 0; index < 200; index += 1) {
      const now = t0 + index * 20 * secondMs;
      account.carryOut(now, (document) => startEnrolment(document, enrolAddressAt(now, `address-${index}`)));
    }
    expect(bytesOf(account.current())).toBeLessThanOrEqual(recordBytesMax);
    expect(account.current().enrolments.length).toBeLessThanOrEqual(6);
  });

  it('remembers the last commands and logins of a person who does much', () => {
    const account = accountOf(created());
    fill(account, policy, sealed(20), sealed(30));
    for (let index = 0; index < 100; index += 1) {
      const now = t0 + index * minuteMs;
      account.carryOut(now, (document) => startLogin(document, startAt(now, `login-${index}`)));
      account.carryOut(now, (document) => checkLogin(document, checkAt(now, `login-${index}`, 'method-1', right)));
    }
    const { commands, logins } = account.current();
    expect(commands.length).toBeGreaterThanOrEqual(16);
    expect(logins.length).toBeGreaterThanOrEqual(10);
    expect(bytesOf(account.current())).toBeLessThanOrEqual(recordBytesMax);
  });

  it('keeps five open logins of usual size beside ten methods', () => {
    const account = accountOf(created());
    fill(account, policy, sealed(20), sealed(30));
    const asked = { returnUrl: sealed(28), state: sealed(40) };
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      account.carryOut(t0, (document) => startLogin(document, startAt(t0, name, asked)));
    }
    expect(account.current().logins.filter((login) => isOpenLogin(login, t0))).toHaveLength(5);
  });
});
