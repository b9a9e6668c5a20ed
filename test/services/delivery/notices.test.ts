import { afterEach, describe, expect, it } from 'vitest';
import { resetAccount, setDefault } from '#core/account.ts';
import type { Event } from '#core/event.ts';
import type { OutgoingMessage, SendOutcome } from '../../../services/delivery-worker/providers/provider.ts';
import { codeMayCall, noticeMayCall } from '../../../services/delivery-worker/precedence.ts';
import { onNoticeRequested } from '../../../services/template-worker/on-notice-requested.ts';
import { fatesOf, makeAccount, noticeIn } from '../../support/accounts-by-rule.ts';
import { anEmail, aPhone, eventually } from '../../support/installation.ts';
import { readEvents } from '../../support/journal.ts';
import { createScriptedProvider } from '../../support/scripted-provider.ts';
import { startSystem, type System } from '../../support/system.ts';

const accepted: SendOutcome = { kind: 'accepted' };
const hourMs = 3_600_000;

let system: System | undefined;
afterEach(async () => {
  await system?.close();
  system = undefined;
});

/** A system whose one provider of SMS does as the test says, and an account with two phones. */
async function start(answer: (message: OutgoingMessage) => SendOutcome | Promise<SendOutcome>) {
  const sms = createScriptedProvider('sms', 'sms', answer);
  const mail = createScriptedProvider('mail', 'email', () => accepted);
  const running = await startSystem({
    kind: 'embedded',
    providers: new Map([
      ['sms', [sms]],
      ['email', [mail]],
    ]),
  });
  system = running;
  const { foundation } = running;
  const account = await makeAccount(foundation, running.tenant);
  const { methodId: phone } = await account.enrol({ type: 'sms', to: aPhone() });
  const fates = (notice: Event | undefined, count = 1) =>
    eventually('the fates of a notice', async () => {
      const found = await fatesOf(foundation, noticeIn(notice).noticeId);
      return found.length >= count && found;
    });
  return { running, foundation, account, phone, sms, mail, fates };
}

const busy: SendOutcome = { kind: 'temporary', reason: 'busy' };

describe('a notice on its way', () => {
  it('is tried again while it is news, and never after an hour', async () => {
    const { running, account, sms, fates } = await start(() => busy);
    const { notices } = await account.enrol({ type: 'email', to: anEmail() });
    await eventually('a second call', () => sms.sent.length > 1);
    expect(sms.sent[0]).toMatchObject({
      noticeId: noticeIn(notices[0]).noticeId,
      expiresAt: (notices[0]?.time ?? 0) + hourMs,
    });
    sms.answer = () => accepted;
    running.clock.advance(hourMs);
    const calls = sms.sent.length;
    expect((await fates(notices[0])).map(({ type, data }) => [type, data])).toEqual([
      ['delivery-failed', expect.objectContaining({ channel: 'sms', reason: 'expired' })],
    ]);
    expect(sms.sent).toHaveLength(calls);
  });

  it('ends when its account is erased, and when it was erased before the text was written', async () => {
    const { foundation, account, sms, fates } = await start(() => busy);
    const { notices } = await account.enrol({ type: 'email', to: anEmail() });
    await eventually('a first call', () => sms.sent.length > 0);
    await account.erase();
    sms.answer = () => accepted;
    expect((await fates(notices[0]))[0]).toMatchObject({ type: 'delivery-failed', data: { reason: 'unreadable' } });
    const ends = sms.sent.length;
    await onNoticeRequested(foundation, notices[0] as Event);
    const [, second] = await fates(notices[0], 2);
    expect(second).toMatchObject({ actor: 'service:template-worker', data: { reason: 'unreadable', channel: 'sms' } });
    expect(sms.sent).toHaveLength(ends);
  });

  it('is passed over by template workers an hour later', async () => {
    const { foundation, account, fates } = await start(() => accepted);
    const { notices } = await account.enrol({ type: 'email', to: anEmail() });
    await fates(notices[0]);
    const rendered = () =>
      readEvents(foundation.log, ({ type }) => type === 'message-rendered', ['twofold.messages.sms']);
    const before = await rendered();
    const later = { ...foundation, now: () => (notices[0]?.time ?? 0) + hourMs + 1 };
    await onNoticeRequested(later, notices[0] as Event);
    expect(await rendered()).toHaveLength(before.length);
  });

  it('is refused for one address and taken for another', async () => {
    const bad = aPhone();
    const refuse = (message: OutgoingMessage): SendOutcome =>
      message.to === bad ? { kind: 'permanent', reason: 'invalid-number' } : accepted;
    const { running, account, fates } = await start(refuse);
    await account.enrol({ type: 'sms', to: bad });
    await account.enrol({ type: 'email', to: anEmail() });
    const [notice] = await account.carryOut((document) => resetAccount(document, account.id, running.clock.now()));
    const seen = (await fates(notice, 3)).map(({ type, data }) => `${type} ${(data as { channel: string }).channel}`);
    expect(seen.toSorted()).toEqual(['delivery-failed sms', 'delivery-sent email', 'delivery-sent sms']);
  });
});

describe('the budget of notices', () => {
  it('bounds those by SMS and tells what it withheld, lets mails through, and takes nothing from codes', async () => {
    const { running, account, phone, sms, mail, fates } = await start(() => accepted);
    const settings = { quotas: { tenantPerDay: 3 } };
    expect((await running.call('PUT', '/v1/settings', settings)).status).toBe(200);
    const { methodId, notices } = await account.enrol({ type: 'email', to: anEmail() });
    const told = [await fates(notices[0])];
    for (let times = 0; times < 2; times += 1) {
      for (const id of [methodId, phone]) {
        const [notice] = await account.carryOut((document) => setDefault(document, id));
        told.push(await fates(notice, 2));
      }
    }
    const how = (channel: string) =>
      told.map(
        (all) =>
          all.map(({ data }) => data as { channel: string; reason?: string }).find((one) => one.channel === channel)
            ?.reason,
      );
    expect(how('sms')).toEqual([undefined, undefined, undefined, 'over-budget', 'over-budget']);
    expect(how('email')).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect([sms.sent.length, mail.sent.length]).toEqual([3, 4]);
    const codes = await Promise.all(
      [1, 2, 3, 4].map(() => running.call('POST', '/v1/challenges', { channel: 'sms', to: aPhone() })),
    );
    expect(codes.filter(({ status }) => status === 202)).toHaveLength(3);
  });
});

describe('a code', () => {
  it('waits for no notice: not for their handlers, nor for their calls', async () => {
    const waiting: (() => void)[] = [];
    const hang = () => new Promise<SendOutcome>((resolve) => waiting.push(() => resolve(accepted)));
    const { running, account, sms, fates } = await start(({ noticeId }) =>
      noticeId === undefined ? accepted : hang(),
    );
    const others = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const other = await makeAccount(running.foundation, running.tenant);
        await other.enrol({ type: 'sms', to: aPhone() });
        return (await other.enrol({ type: 'email', to: anEmail() })).notices[0];
      }),
    );
    const own = (await account.enrol({ type: 'email', to: anEmail() })).notices[0];
    await eventually('as many calls as notices may make', () => waiting.length === 8);
    const asked = await Promise.all(
      Array.from({ length: 100 }, () => running.call('POST', '/v1/challenges', { channel: 'sms', to: aPhone() })),
    );
    const ids = new Set(asked.map(({ json }) => json.id as string));
    await eventually('every code', () => {
      const sent = sms.sent.filter(({ challengeId }) => challengeId !== undefined && ids.has(challengeId));
      return sent.length === ids.size;
    });
    expect(ids.size).toBe(100);
    expect(waiting).toHaveLength(8);
    sms.answer = () => accepted;
    for (const release of waiting) release();
    const all = await Promise.all([...others, own].map((notice) => fates(notice)));
    expect(all.map(([fate]) => fate?.type)).toEqual(Array.from({ length: 21 }, () => 'delivery-sent'));
  });

  it('has the one call that tries a broken provider, where one waits', () => {
    const states = ['closed', 'half-open', 'open'] as const;
    expect(states.map(codeMayCall)).toEqual([true, true, false]);
    expect(states.map((state) => noticeMayCall(state, 1))).toEqual([true, false, false]);
    expect(states.map((state) => noticeMayCall(state, 0))).toEqual([true, true, false]);
  });
});

it('A notice that a second provider could deliver goes there, and one account’s notices keep their order', async () => {
  const { running, account, mail, fates } = await start(() => accepted);
  const to = anEmail();
  const { methodId } = await account.enrol({ type: 'email', to });
  const changes: (Event | undefined)[] = [];
  for (let times = 0; times < 3; times += 1) {
    changes.push(...(await account.carryOut((document) => setDefault(document, methodId))));
    changes.push(...(await account.carryOut((document) => setDefault(document, document.methods[0]?.id ?? ''))));
  }
  await Promise.all(changes.map((notice) => fates(notice, 2)));
  const order = mail.sent.filter((message) => message.to === to).map(({ noticeId }) => noticeId);
  expect(order).toEqual(changes.map((notice) => noticeIn(notice).noticeId));
  expect(running.logLines.filter((line) => line.includes('dead-lettered'))).toEqual([]);
});
