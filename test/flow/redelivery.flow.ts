import { randomInt } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import type { AccountDocument } from '#core/account-document.ts';
import { setDefault } from '#core/account.ts';
import type { DeliveryFailed, DeliverySent } from '#schemas/delivery.ts';
import { channels } from '#schemas/channel.ts';
import { topics } from '#schemas/topics.ts';
import { makeAccount, noticeIn } from '../support/accounts-by-rule.ts';
import { deriveCodeOf } from '../support/codes.ts';
import { startDuplicatedSystem, type DuplicatedSystem } from '../support/duplicated-system.ts';
import { anEmail, aPhone, eventually, wrong } from '../support/installation.ts';
import { firstOnes, readEvents, readRecords } from '../support/journal.ts';

const challengesMade = 30;
const accountsMade = 8;

/** A short story, as they happen: asked for, perhaps asked for again, answered rightly or wrongly, called off, or left. */
async function tellStory({ call, foundation }: DuplicatedSystem, index: number): Promise<string> {
  const request = index % 2 === 0 ? { channel: 'sms', to: aPhone() } : { channel: 'email', to: anEmail() };
  const made = await call('POST', '/v1/challenges', request);
  const id: string = made.json.id;
  const on = (what: string, body: object = {}) => call('POST', `/v1/challenges/${id}/${what}`, body);
  for (let resend = randomInt(3); resend > 0; resend -= 1) await on('resend');
  const ending = randomInt(4);
  if (ending === 0) await on('cancel');
  if (ending === 1) await on('verify', { code: await deriveCodeOf(foundation, id) });
  if (ending === 2) await on('verify', { code: wrong(await deriveCodeOf(foundation, id)) });
  return id;
}

type Fate = DeliverySent | DeliveryFailed;
const nameOf = (about: object) => {
  const { challengeId, send } = about as { challengeId: string; send: number };
  return `${challengeId}.${send}`;
};
const statusOf = (fate: Fate) => ('reason' in fate ? 'failed' : 'sent');

export function testRedelivery(kind: 'embedded' | 'kafka-redis'): void {
  it('sends nothing twice, gives each send one fate and buries nothing', async () => {
    const system = await startDuplicatedSystem(kind);
    onTestFinished(system.close);
    const { foundation, log, call, tenant } = system;
    const ids = await Promise.all(Array.from({ length: challengesMade }, (_, index) => tellStory(system, index)));
    const views = await eventually('a fate for every send', async () => {
      const answers = await Promise.all(ids.map((id) => call('GET', `/v1/challenges/${id}`)));
      const sends = answers.flatMap(({ json }) => json.sends);
      return sends.every(({ status }) => status !== 'queued') && answers.map(({ json }) => json);
    });
    await log.settled();

    const ours = ({ tenant: whose }: { tenant: string }) => whose === tenant;
    const told = await readEvents(log, ours, [topics.deliveries.name]);
    const fates = Map.groupBy(firstOnes(told), ({ event }) => nameOf(event.data as object));
    const sends = views.flatMap(({ id, sends: all }) => all.map((send: { number: number }) => ({ id, ...send })));
    expect(sends.length).toBeGreaterThan(challengesMade);
    for (const { id, number, ...seen } of sends) {
      const name = nameOf({ challengeId: id, send: number });
      const own = fates.get(name) ?? [];
      expect(own.map(({ event }) => event.type)).toHaveLength(1);
      const fate = own[0]?.event.data as Fate;
      expect(system.taken.filter((taken) => taken === name)).toHaveLength(statusOf(fate) === 'sent' ? 1 : 0);
      expect(seen).toMatchObject({ status: statusOf(fate), ...('reason' in fate && { reason: fate.reason }) });
      expect(JSON.parse((await foundation.store.notes(id))[number] ?? '{}').status).toBe(statusOf(fate));
    }

    // The log did its worst: without copies this test would say nothing.
    const copied = await readEvents(log, ours, [topics.journal.name, channels.sms.topic, channels.email.topic]);
    expect(copied.length).toBeGreaterThan(firstOnes(copied).length);
    const buried = await readRecords(log, [topics.deadLetters.name]);
    expect(buried.filter(({ headers }) => String(headers['ce_tenant']) === tenant)).toEqual([]);
  });

  it('tells each notice once to each address, with one fate', async () => {
    const system = await startDuplicatedSystem(kind);
    onTestFinished(system.close);
    const { foundation, log, tenant, taken } = system;
    const told = await Promise.all(
      Array.from({ length: accountsMade }, async () => {
        const account = await makeAccount(foundation, tenant, { locale: 'ja' });
        const [phone, mail] = [aPhone(), anEmail()];
        const { methodId } = await account.enrol({ type: 'sms', to: phone });
        const second = await account.enrol({ type: 'email', to: mail });
        const changes = [second.methodId, methodId].map(
          (id) => (document?: AccountDocument) => setDefault(document, id),
        );
        const notices = [...second.notices];
        for (const change of changes) notices.push(...(await account.carryOut(change)));
        const to: Record<string, string> = { [methodId]: phone, [second.methodId]: mail };
        return notices.flatMap((notice) => {
          const { noticeId, targets } = noticeIn(notice);
          return targets.map((target) => ({ noticeId, methodId: target.methodId, to: to[target.methodId] }));
        });
      }),
    );
    const expected = told.flat();
    const fates = () => readEvents(log, (event) => event.tenant === tenant, [topics.deliveries.name]);
    await eventually('a fate for every message', async () => firstOnes(await fates()).length >= expected.length);
    await log.settled();
    const seen = Map.groupBy(firstOnes(await fates()), ({ event }) => {
      const { noticeId, methodId } = event.data as { noticeId: string; methodId: string };
      return `${noticeId}/${methodId}`;
    });
    // Each second method is told at the first; each change of the default at both.
    expect(expected).toHaveLength(accountsMade * 5);
    expect(seen.size).toBe(expected.length);
    for (const { noticeId, methodId, to } of expected) {
      const own = seen.get(`${noticeId}/${methodId}`) ?? [];
      expect(own).toHaveLength(1);
      const count = taken.filter((one) => one === `${noticeId}.${to}`).length;
      expect(count).toBe(own[0]?.event.type === 'delivery-sent' ? 1 : 0);
    }
    const copied = await readEvents(log, (event) => event.tenant === tenant, [
      channels.sms.topic,
      channels.email.topic,
    ]);
    expect(copied.length).toBeGreaterThan(firstOnes(copied).length);
    const buried = await readRecords(log, [topics.deadLetters.name]);
    expect(buried.filter(({ headers }) => String(headers['ce_tenant']) === tenant)).toEqual([]);
  });
}
