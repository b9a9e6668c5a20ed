// oxlint-disable vitest/expect-expect -- a story's then… expects
import { describe, expect, it } from 'vitest';
import { accountDecider, type AccountDocument } from '#core/account-document.ts';
import {
  createBypass,
  generateBackupCodes,
  removeMethod,
  resetAccount,
  setDefault,
  unlockAccount,
} from '#core/account.ts';
import { happened, refused } from '#core/decider.ts';
import { importTotp } from '#core/enrolment.ts';
import type { Draft } from '#core/event.ts';
import { thingOfNotice, withNotices } from '#core/notices.ts';
import { dataFault } from '#runtime/validate.ts';
import { noticeKinds, type NoticeKind, type NoticeRequested } from '#schemas/notice.ts';
import { dayMs, minuteMs, t0 } from '../support/challenges.ts';
import { fold, type Told } from '../support/given.ts';
import {
  account,
  thing,
  method,
  sealedFor,
  digest,
  seed,
  policy,
  enrolled,
  withCodes,
  given,
  everything,
  allOn,
  noticing,
  target,
  notice,
  telling,
  facts,
  fact,
  used,
  locked,
  created,
  phone,
  mail,
  app,
} from '../support/notices.ts';

describe('a notice', () => {
  it('of a new method goes to the addresses beside it', () => {
    given(created, phone)
      .when(telling(facts(enrolled('mail', 'email') as unknown as Draft)))
      .thenHappened({ type: 'method-enrolled' }, notice('method-enrolled', { type: 'email' }, 'phone'));
    const command = {
      enrolmentId: thing('e', 'new'),
      methodId: method('new'),
      seed,
      destination: digest('secret'),
      policy,
      now: t0,
    };
    given(...everything)
      .when(telling((document) => importTotp(document, command)))
      .thenHappened({ type: 'method-enrolled' }, notice('method-enrolled', { type: 'totp' }, 'phone', 'mail'));
  });

  it('of a removed method goes to the addresses that stay', () => {
    given(...everything)
      .when(telling((document) => removeMethod(document, method('phone'), policy, [], t0)))
      .thenHappened({ type: 'method-removed' }, notice('method-removed', { type: 'sms' }, 'mail'));
    given(...everything)
      .when(telling((document) => removeMethod(document, method('codes'), policy, [], t0)))
      .thenHappened({ type: 'method-removed' }, notice('method-removed', { type: 'backup-codes' }, 'phone', 'mail'));
  });

  it('of another default goes to all addresses, its own as well', () => {
    given(...everything)
      .when(telling((document) => setDefault(document, method('mail'))))
      .thenHappened({ type: 'method-default-changed' }, notice('default-changed', { type: 'email' }, 'phone', 'mail'));
  });

  it('of new backup codes goes to all addresses', () => {
    const command = { methodId: method('new'), hashes: ['x', 'y'].map(digest), policy };
    given(...everything)
      .when(telling((document) => generateBackupCodes(document, command)))
      .thenHappened({ type: 'backup-codes-generated' }, notice('backup-codes-generated', {}, 'phone', 'mail'));
  });

  it('of a used backup code says how many are left, and from two on that they run out', () => {
    given(...everything)
      .when(telling(facts(used(3))))
      .thenHappened({ type: 'backup-code-used' }, notice('backup-code-used', { codesLeft: 3 }, 'phone', 'mail'));
    for (const codesLeft of [2, 1, 0]) {
      given(...everything)
        .when(telling(facts(used(codesLeft))))
        .thenHappened(
          { type: 'backup-code-used' },
          notice('backup-code-used', { codesLeft }, 'phone', 'mail'),
          notice('backup-codes-low', { codesLeft }, 'phone', 'mail'),
        );
    }
  });

  it('of a lock says until when and goes to all addresses, the locked one as well', () => {
    const until = t0 + 30 * minuteMs;
    given(...everything)
      .when(telling(facts(locked('phone', until))))
      .thenHappened({ type: 'method-locked' }, notice('method-locked', { type: 'sms', until }, 'phone', 'mail'));
  });

  it('of a method that is disabled is one of a lock without an end', () => {
    const disabled = fact('method-disabled', { methodId: method('app'), failures: 100 });
    const decided = given(...everything).when(telling(facts(disabled)));
    decided.thenHappened({ type: 'method-disabled' }, notice('method-locked', { type: 'totp' }, 'phone', 'mail'));
  });

  it('of an unlock names the method if it was one', () => {
    const lock = { ...locked('phone', t0 + 30 * minuteMs), time: t0 };
    given(...everything, lock)
      .when(telling((document) => unlockAccount(document, account)))
      .thenHappened({ type: 'method-unlocked' }, notice('method-unlocked', { type: 'sms' }, 'phone', 'mail'));
    given(...everything, lock, { ...locked('app', t0 + 30 * minuteMs), time: t0 })
      .when(telling((document) => unlockAccount(document, account)))
      .thenHappened({ type: 'method-unlocked' }, notice('method-unlocked', {}, 'phone', 'mail'));
  });

  it('of a reset goes to the addresses that go with it', () => {
    const decided = given(...everything).when(telling((document) => resetAccount(document, account, t0)));
    decided.thenHappened({ type: 'method-reset' }, notice('account-reset', {}, 'phone', 'mail'));
    expect(decided.after(t0 + minuteMs, 'reset').methods).toEqual([]);
  });

  it('of a bypass code says until when it lives, and nothing of the code', () => {
    const until = t0 + dayMs;
    const decided = given(...everything).when(
      telling((document) => createBypass(document, account, digest('b'), until)),
    );
    decided.thenHappened({ type: 'bypass-code-created' }, notice('bypass-code-created', { until }, 'phone', 'mail'));
  });

  it('has the shape that its event demands, with the address it is about for the seal', () => {
    const decision = telling((document) => removeMethod(document, method('phone'), policy, [], t0))(
      given(...everything).document,
    );
    const draft = decision.kind === 'events' ? decision.events.at(-1) : undefined;
    const data = JSON.parse(JSON.stringify(draft?.data)) as NoticeRequested;
    expect(draft).toMatchObject({ type: 'notice-requested', about: thing('n', '1') });
    expect(dataFault('notice-requested', data)).toBeUndefined();
    const { params, ...clear } = data;
    const { methodId: _, ...address } = target('phone');
    expect(params).toBe(sealedFor(JSON.stringify({ what: thingOfNotice(clear, t0 + minuteMs), address })));
  });
});

describe('there is no notice', () => {
  it('of the first method, which has no other address', () => {
    given(created)
      .when(telling(facts(enrolled('mail', 'email', true) as unknown as Draft)))
      .thenHappened({ type: 'method-enrolled' });
    given(created, app, withCodes)
      .when(telling((document) => resetAccount(document, account, t0)))
      .thenHappened({ type: 'method-reset' });
    given(created, app, mail)
      .when(telling((document) => removeMethod(document, method('mail'), policy, [], t0)))
      .thenHappened({ type: 'method-removed' });
  });

  it.for(noticeKinds)('%s, once settings turned it off', (kind) => {
    const document = given(...everything).document as AccountDocument;
    const decided = happened(
      ...([enrolled('more', 'email')] as unknown as Draft[]),
      fact('method-removed', { methodIds: [method('app')] }),
      fact('method-default-changed', { methodId: method('mail') }),
      used(1),
      withCodes as unknown as Draft,
      locked('phone', t0),
      fact('method-unlocked', { methodIds: [method('phone')] }),
      fact('method-reset', { methodIds: [] }),
      fact('bypass-code-created', { hash: digest('b'), expiresAt: t0 }),
    );
    const kindsOf = (on: Record<NoticeKind, boolean>) => {
      const decision = withNotices(decided, document, noticing({ on }));
      const told = decision.kind === 'events' ? decision.events.slice(decided.events.length) : [];
      return told.map(({ data }) => (data as NoticeRequested).kind).toSorted();
    };
    expect(kindsOf(allOn)).toEqual(noticeKinds.toSorted());
    expect(kindsOf({ ...allOn, [kind]: false })).toEqual(noticeKinds.toSorted().filter((other) => other !== kind));
  });

  it('of what was not decided', () => {
    const { document } = given(...everything);
    for (const decision of [refused('not-found'), { kind: 'answer', answer: 'unchanged' } as const]) {
      expect(withNotices(decision, document, noticing())).toBe(decision);
    }
  });

  it('of one kind beyond ten in a day, and other kinds do not count', () => {
    const told = (kind: NoticeKind, time: number): Told => ({ type: 'notice-requested', time, data: { kind } });
    const ten = Array.from({ length: 10 }, (_, index) => told('default-changed', t0 + index));
    const change = (now: number) => telling((document) => setDefault(document, method('mail')), noticing({ now }));
    const expected = notice('default-changed', { type: 'email' }, 'phone', 'mail');
    given(...everything, ...ten.slice(1), told('method-locked', t0 + 20))
      .when(change(t0 + dayMs - 1))
      .thenHappened({ type: 'method-default-changed' }, expected);
    given(...everything, ...ten)
      .when(change(t0 + dayMs - 1))
      .thenHappened({ type: 'method-default-changed' });
    given(...everything, ...ten)
      .when(change(t0 + dayMs))
      .thenHappened({ type: 'method-default-changed' }, expected);
  });
});

describe('an account', () => {
  it('keeps of its notices when they were, ten of a kind at most, and answers a command by what it did', () => {
    const decided = given(...everything).when(telling((document) => setDefault(document, method('mail'))));
    const after = decided.after(t0 + minuteMs, 'change');
    expect(after.noticed).toEqual({ 'default-changed': [t0 + minuteMs] });
    expect(accountDecider.outcomeOf(after, 'change')).toMatchObject({
      did: 'method-default-changed',
      thing: method('mail'),
    });
    const more = Array.from({ length: 12 }, (_, index): Told => ({
      type: 'notice-requested',
      time: t0 + 2 * minuteMs + index,
      data: { kind: 'default-changed' },
    }));
    expect(fold(accountDecider, more, after)?.noticed?.['default-changed']).toHaveLength(10);
  });
});

describe('what a notice is sealed for', () => {
  const clear = {
    noticeId: thing('n', '1'),
    kind: 'method-locked' as const,
    targets: [target('phone') as NoticeRequested['targets'][number]],
    about: { type: 'sms' as const, until: t0 },
  };

  it('is the same for what a reader of the log sees', () => {
    const absent = { ...clear, about: { ...clear.about, codesLeft: undefined } };
    expect(thingOfNotice(JSON.parse(JSON.stringify(absent)), t0)).toBe(thingOfNotice(absent, t0));
  });

  it.for<[string, Partial<typeof clear>, number]>([
    ['id', { noticeId: thing('n', '2') }, t0],
    ['target', { targets: [target('mail') as NoticeRequested['targets'][number]] }, t0],
    ['fact', { about: { type: 'sms', until: t0 + 1 } }, t0],
    ['time', {}, t0 + 1],
  ])('is another with another %s', ([, change, at]) => {
    expect(thingOfNotice({ ...clear, ...change }, at)).not.toBe(thingOfNotice(clear, t0));
  });
});
