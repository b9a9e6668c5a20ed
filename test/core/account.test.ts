// oxlint-disable vitest/expect-expect -- a story's then… expects
import { describe, expect, it } from 'vitest';
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
import { startEnrolment } from '#core/enrolment.ts';
import { loginStatus } from '#core/login-status.ts';
import { statusOf } from '#core/send-code.ts';
import {
  accountOf,
  bypassMade,
  codesMade,
  created,
  dayMs,
  disabled,
  enforced,
  enrolAddressAt,
  enrolled,
  enrolmentId,
  failed,
  given,
  loginNamed,
  loginStarted,
  methodId,
  methodNamed,
  minuteMs,
  offering,
  policy,
  secondMs,
  t0,
} from '../support/account-story.ts';
import type { Groups } from '#core/account-policy.ts';
import type { Told } from '../support/given.ts';

type Document = AccountDocument | undefined;
const app = enrolled('totp', 'app', { isDefault: true });
const phone = enrolled('sms', 'phone');
const mail = enrolled('email', 'mail');
const save = (profile: object) => (document: Document) => saveAccount(document, 'account', 'kid.user', profile, policy);
const remove =
  (name: string, settings = policy, now = t0, groups: Groups = []) =>
  (document: Document) =>
    removeMethod(document, methodId(name), settings, groups, now);
const generate =
  (hashes: readonly string[], settings = policy) =>
  (document: Document) =>
    generateBackupCodes(document, { methodId: methodId('codes'), hashes, policy: settings });

describe('an account', () => {
  it('is made once, and updated by what is given alone', () => {
    given()
      .when(save({ email: 'kid.mail' }))
      .thenHappened({ type: 'account-created', data: { userId: 'kid.user' } });
    const updated = given(created({ email: 'kid.old', accountName: 'kid.name', groups: 'kid.groups' }))
      .when(save({ email: 'kid.new', phone: undefined, groups: undefined }))
      .after(t0, 'save');
    expect(updated).toMatchObject({ email: 'kid.new', accountName: 'kid.name', groups: 'kid.groups' });
  });

  it('keeps what an update leaves out in the process that decided it as in any other', () => {
    const before = given(created({ email: 'kid.old', accountName: 'kid.name', groups: 'kid.groups' })).document;
    const data = { email: 'kid.new', accountName: undefined, groups: undefined };
    const fact = {
      type: 'account-updated',
      data,
      time: t0,
      tenant: 'acme',
      causationId: 'one',
      actor: 'key:one',
    } as const;
    const after = accountDecider.evolve(before, fact);
    expect(after).toMatchObject({ email: 'kid.new', accountName: 'kid.name', groups: 'kid.groups' });
  });

  it('is not changed by nothing', () => {
    given(created())
      .when(save({ email: undefined }))
      .thenAnswered({ kind: 'unchanged' });
  });

  it('refuses a profile that leaves no room for methods', () => {
    given()
      .when(save({ groups: `kid.${'g'.repeat(7_000)}` }))
      .thenRefused('body-too-large');
  });
});

describe('the default method', () => {
  it('can be any method but backup codes', () => {
    const some = given(created(), app, phone, codesMade());
    const make = (name: string) => (document: Document) => setDefault(document, methodId(name));
    some.when(make('phone')).thenHappened({ type: 'method-default-changed', data: { methodId: methodId('phone') } });
    some.when(make('app')).thenAnswered({ kind: 'unchanged' });
    some.when(make('codes')).thenRefused('not-a-default');
    some.when(make('none')).thenRefused('not-found');
  });

  it('is elected anew when it goes: app, then SMS, then email', () => {
    const after = (...history: readonly Told[]) =>
      given(created(), ...history)
        .when(remove('app'))
        .after(t0, 'remove').defaultMethodId;
    expect(after(app, mail, phone, enrolled('totp', 'second'))).toBe(methodId('second'));
    expect(after(app, mail, phone)).toBe(methodId('phone'));
    expect(after(app, mail)).toBe(methodId('mail'));
    expect(after(app)).toBeUndefined();
  });

  it('stays when another method goes', () => {
    const left = given(created(), app, phone).when(remove('phone')).after(t0, 'remove');
    expect(left.defaultMethodId).toBe(methodId('app'));
  });

  it('is the first that is enrolled after the last has gone', () => {
    const removed: Told = { type: 'method-removed', time: t0, data: { methodIds: [methodId('app')] } };
    expect(given(created(), app, removed).document?.defaultMethodId).toBeUndefined();
  });
});

describe('backup codes', () => {
  const hashes = ['one', 'two'];

  it('exist only beside another method', () => {
    given(created()).when(generate(hashes)).thenRefused('backup-codes-first');
    given(created(), app).when(generate(hashes)).thenHappened({ type: 'backup-codes-generated', data: { hashes } });
    given(created(), app)
      .when(generate(hashes, offering('totp')))
      .thenRefused('method-not-offered');
  });

  it('void the set before, and keep its failures and its lock', () => {
    const history = [app, codesMade(10, 'old'), ...failed('old', 10, t0 - minuteMs, t0 + dayMs)];
    const after = given(created(), ...history)
      .when(generate(hashes))
      .after(t0, 'generate');
    expect(after.methods.filter(({ type }) => type === 'backup-codes')).toMatchObject([
      { id: methodId('codes'), hashes, failures: 10, lockedUntil: t0 + dayMs },
    ]);
  });

  it('go with the last other method', () => {
    given(created(), app, codesMade())
      .when(remove('app'))
      .thenHappened({ type: 'method-removed', data: { methodIds: [methodId('app'), methodId('codes')] } });
    given(created(), app, phone, codesMade())
      .when(remove('app'))
      .thenHappened({ type: 'method-removed', data: { methodIds: [methodId('app')] } });
  });

  it('can be removed by themselves, under enforcement as well', () => {
    given(created(), app, codesMade())
      .when(remove('codes', enforced))
      .thenHappened({
        type: 'method-removed',
        data: { methodIds: [methodId('codes')], defaultMethodId: methodId('app') },
      });
  });

  it('count among the ten methods', () => {
    const ten = Array.from({ length: 10 }, (_, index) => enrolled('totp', `app-${index}`));
    given(created(), ...ten)
      .when(generate(hashes))
      .thenRefused('too-many-methods');
    given(created(), ...ten.slice(1), codesMade())
      .when(generate(hashes))
      .thenHappened({ type: 'backup-codes-generated' });
  });
});

describe('the last method', () => {
  it('cannot be removed under enforcement, backup codes or not', () => {
    given(created(), app).when(remove('app', enforced)).thenRefused('last-method-enforced');
    given(created(), app, codesMade()).when(remove('app', enforced)).thenRefused('last-method-enforced');
    given(created(), app, phone).when(remove('app', enforced)).thenHappened({ type: 'method-removed' });
    given(created(), app).when(remove('app')).thenHappened({ type: 'method-removed' });
  });

  it('can be removed by whom settings do not force', () => {
    const groups = { ...policy, enforcement: { mode: 'groups' as const, groups: ['staff'], graceSeconds: 0 } };
    given(created(), app)
      .when(remove('app', groups, t0, ['staff']))
      .thenRefused('last-method-enforced');
    given(created(), app)
      .when(remove('app', groups, t0, ['guests']))
      .thenHappened({ type: 'method-removed' });
    given(created(), app)
      .when(remove('app', groups, t0, 'unreadable'))
      .thenRefused('last-method-enforced');
    const exempt: Told = { type: 'account-exempted', time: t0 - dayMs, data: { until: t0 } };
    given(created(), app, exempt)
      .when(remove('app', enforced, t0 - 1))
      .thenHappened({ type: 'method-removed' });
    given(created(), app, exempt).when(remove('app', enforced)).thenRefused('last-method-enforced');
  });

  it('is unknown where it is not there', () => {
    given(created()).when(remove('app')).thenRefused('not-found');
    given().when(remove('app')).thenRefused('not-found');
  });
});

describe('support', () => {
  it('ends locks, failures, the rate and the end of every method that has some', () => {
    const history = [
      app,
      phone,
      mail,
      ...failed('app', 10, t0 - secondMs, t0 + dayMs),
      ...failed('phone', 100),
      disabled('phone'),
    ];
    const unlock = given(created(), ...history).when((document) => unlockAccount(document, 'account'));
    unlock.thenHappened({ type: 'method-unlocked', data: { methodIds: [methodId('app'), methodId('phone')] } });
    const after = unlock.after(t0, 'unlock');
    for (const name of ['app', 'phone']) {
      const method = methodNamed(after, name);
      expect(method).toMatchObject({ failures: 0, checkedAt: [], disabled: false });
      expect(method).not.toHaveProperty('lockedUntil');
    }
    given(created(), app)
      .when((document) => unlockAccount(document, 'account'))
      .thenAnswered({ kind: 'unchanged' });
  });

  it('takes everything away by a reset: methods, codes, enrolments, pages, a bypass, open logins', () => {
    const pending: Told = {
      type: 'enrolment-started',
      time: t0,
      data: { enrolmentId: enrolmentId('more'), type: 'totp', attemptsMax: 5, expiresAt: t0 + minuteMs },
    };
    const page: Told = { type: 'page-opened', time: t0, data: { nonce: 'page', handleExpiresAt: t0 + minuteMs } };
    const history = [
      app,
      codesMade(),
      pending,
      page,
      bypassMade(t0 + dayMs),
      loginStarted('open'),
      loginStarted('old', t0 - dayMs),
    ];
    const reset = given(created(), ...history).when((document) => resetAccount(document, 'account', t0));
    reset.thenHappened({ type: 'method-reset' }, { type: 'login-failed', data: { reason: 'reset' } });
    const after = reset.after(t0, 'reset');
    expect(after).toMatchObject({ methods: [], enrolments: [], pages: [] });
    expect(after).not.toHaveProperty('bypass');
    expect(after).not.toHaveProperty('defaultMethodId');
    const login = loginNamed(after, 'open');
    expect(login && loginStatus(login, t0)).toBe('failed');
  });

  it('lets no code of before a reset be good for anything after it', () => {
    const account = accountOf(created(), phone, loginStarted('one'));
    account.carryOut(t0, (document) => startEnrolment(document, enrolAddressAt(t0, 'mail', 'email')));
    account.carryOut(t0, (document) => resetAccount(document, 'account', t0));
    expect(account.current().challenges.map((challenge) => statusOf(challenge, t0))).toEqual(['canceled']);
  });

  it('resets an account that holds nothing without a word', () => {
    given(created())
      .when((document) => resetAccount(document, 'account', t0))
      .thenAnswered({ kind: 'unchanged' });
  });

  it('resets one that holds no more than a bypass code or a page', () => {
    given(created(), bypassMade(t0 + dayMs))
      .when((document) => resetAccount(document, 'account', t0))
      .thenHappened({ type: 'method-reset', data: { methodIds: [] } });
  });

  it('makes a bypass code that voids the one before', () => {
    const after = given(created(), bypassMade(t0 + dayMs))
      .when((document) => createBypass(document, 'account', 'new-hash', t0 + minuteMs))
      .after(t0, 'bypass');
    expect(after.bypass).toEqual({ hash: 'new-hash', expiresAt: t0 + minuteMs });
  });

  it('acts on accounts that are there', () => {
    given()
      .when((document) => unlockAccount(document, 'account'))
      .thenRefused('not-found');
    given()
      .when((document) => resetAccount(document, 'account', t0))
      .thenRefused('not-found');
    given()
      .when((document) => exemptAccount(document, 'account', t0))
      .thenRefused('not-found');
    given()
      .when((document) => createBypass(document, 'account', 'hash', t0))
      .thenRefused('not-found');
  });
});
