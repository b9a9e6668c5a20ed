import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBypass, removeMethod, resetAccount, setDefault } from '#core/account.ts';
import { happened } from '#core/decider.ts';
import type { Event } from '#core/event.ts';
import { accountPolicy, effectiveSettings } from '#core/settings.ts';
import { readDeadLetter } from '#runtime/dead-letters.ts';
import type { NoticeRequested } from '#schemas/notice.ts';
import { channels } from '#schemas/channel.ts';
import { topics } from '#schemas/topics.ts';
import type { LogRecord } from '#storage/log.ts';
import type { SandboxMessage } from '../../services/delivery-worker/providers/sandbox-inbox.ts';
import { fatesOf, makeAccount, noticeIn } from '../support/accounts-by-rule.ts';
import { anEmail, aPhone, eventually, generousSettings } from '../support/installation.ts';
import { readEvents, readRecords } from '../support/journal.ts';
import { startSystem, type System } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({ kind: 'embedded' });
});
afterAll(() => system.close());

const messageTopics = Object.values(channels).map(({ topic }) => topic);

/** Waits until each target of a notice has its fate. */
async function settle(event: Event | undefined): Promise<Event[]> {
  const { noticeId, targets } = noticeIn(event);
  return eventually('a fate for each target', async () => {
    const fates = await fatesOf(system.foundation, noticeId);
    return fates.length >= targets.length && fates;
  });
}

/** The messages of one notice, wherever they went. */
const messagesOf = (event: Event | undefined): SandboxMessage[] => {
  const { noticeId } = noticeIn(event);
  return system.inbox.list().filter((message) => message.noticeId === noticeId);
};

async function anAccount(profile: { locale?: string; accountName?: string } = {}, tenant = system.tenant) {
  const account = await makeAccount(system.foundation, tenant, profile);
  const [phone, mail] = [aPhone(), anEmail()];
  const first = await account.enrol({ type: 'sms', to: phone });
  const second = await account.enrol({ type: 'email', to: mail });
  return { ...account, phone, mail, first, second };
}

/** Tells records of the log once more, as they are or changed. */
const tellAgain = (records: readonly LogRecord[]) =>
  system.foundation.log.publish(records.map(({ topic, key, headers, value }) => ({ topic, key, headers, value })));

/** The dead letters of one account: why each is one, and of which topic. */
async function buried(account: string) {
  const records = await readRecords(system.foundation.log, [topics.deadLetters.name]);
  return records.filter(({ key }) => key?.toString() === account).map((record) => readDeadLetter(record));
}

describe('a notice', () => {
  it('goes to the addresses beside the method that it is about, in the language of the account', async () => {
    const account = await anAccount({ locale: 'de-AT', accountName: 'ada@work' });
    expect(account.first.notices).toEqual([]);
    const [ofSecond] = account.second.notices;
    expect((await settle(ofSecond)).map(({ type }) => type)).toEqual(['delivery-sent']);
    expect(messagesOf(ofSecond)).toMatchObject([{ channel: 'sms', to: account.phone }]);

    const third = anEmail();
    const { notices } = await account.enrol({ type: 'email', to: third });
    await settle(notices[0]);
    const [sms, mail] = messagesOf(notices[0]).toSorted((a, b) => b.channel.localeCompare(a.channel));
    expect(messagesOf(notices[0])).toHaveLength(2);
    expect(system.inbox.list({ to: third })).toEqual([]);
    const time = new Date(notices[0]?.time ?? 0).toISOString().slice(0, 16).replace('T', ' ');
    expect(sms?.text).toBe(
      `Example: Anmeldemethode hinzugefügt (E-Mail), ${time} UTC. Unerwartet? Wenden Sie sich an Example.`,
    );
    expect(mail).toMatchObject({ to: account.mail, subject: 'Example: Anmeldemethode hinzugefügt' });
    expect(mail?.text).toContain(`Zeitpunkt: ${time} UTC\nKonto: ada@work\nMethode: E-Mail, a***@example. com\n`);
    expect(mail?.html).toContain('<html lang="de"');
    expect(mail?.html).toContain('ada@work');
  });

  it('of a reset reaches the addresses that went with it', async () => {
    const account = await anAccount();
    const [notice] = await account.carryOut((document) => resetAccount(document, account.id, system.clock.now()));
    await settle(notice);
    expect(
      messagesOf(notice)
        .map(({ to }) => to)
        .toSorted(),
    ).toEqual([account.phone, account.mail].toSorted());
    const record = await system.foundation.store.load(account.id);
    expect(JSON.parse(record?.document ?? '')).toMatchObject({ methods: [] });
  });

  it('says what settings call the brand, and is not sent once they turned its kind off', async () => {
    const settings = { ...generousSettings, branding: { name: 'Acme' }, notices: { 'default-changed': false } };
    const { tenant } = await system.newTenant(settings);
    const account = await anAccount({ locale: 'fr' }, tenant);
    expect(await account.carryOut((document) => setDefault(document, account.second.methodId))).toEqual([]);
    const until = system.clock.now() + 3_600_000;
    const [notice] = await account.carryOut((document) => createBypass(document, account.id, 'h'.repeat(22), until));
    await settle(notice);
    const mail = messagesOf(notice).find(({ channel }) => channel === 'email');
    expect(mail?.subject).toBe('Acme : Code de remplacement émis');
    expect(mail?.text).toContain(`Jusqu’au : ${new Date(until).toISOString().slice(0, 16).replace('T', ' ')} UTC\n`);
    expect(system.inbox.list({ to: account.mail })).toHaveLength(1);
  });

  it('comes once, however often its events come', async () => {
    const account = await anAccount();
    const policy = accountPolicy(effectiveSettings(undefined, undefined).settings);
    const { methodId } = await account.enrol({ type: 'email', to: anEmail() });
    const { now } = system.clock;
    const remove = () => account.carryOut((document) => removeMethod(document, methodId, policy, [], now()));
    const [notice] = await remove();
    const fates = await settle(notice);
    const ours = ({ subject }: { subject: string }) => subject === account.id;
    const records = (await readEvents(system.foundation.log, ours, [topics.journal.name, ...messageTopics])).map(
      ({ record }) => record,
    );
    for (let times = 0; times < 3; times += 1) await tellAgain(records);
    // Behind all copies stands one more notice: when its messages are there, theirs would be as well.
    const [last] = await account.carryOut((document) => setDefault(document, account.second.methodId));
    await settle(last);
    const { lag } = system.foundation.log;
    await eventually('the end of the copies', async () => {
      const lags = await Promise.all([
        lag('template-worker', [topics.journal.name]),
        lag('delivery-worker-sms-notices', [channels.sms.topic]),
        lag('delivery-worker-email-notices', [channels.email.topic]),
      ]);
      return lags.flat().every(({ records: behind }) => behind === 0);
    });
    expect(messagesOf(notice)).toHaveLength(2);
    expect(await fatesOf(system.foundation, noticeIn(notice).noticeId)).toEqual(fates);
    expect(await buried(account.id)).toEqual([]);
  });
});

describe('a notice that somebody else wrote into the log', () => {
  const forge = (record: LogRecord | undefined, id: string, change: (data: NoticeRequested) => object): LogRecord => {
    if (!record) throw new Error('there is nothing to copy');
    const data = JSON.parse(record.value?.toString() ?? '') as NoticeRequested;
    const value = Buffer.from(JSON.stringify({ ...data, ...change(data) }));
    return { ...record, value, headers: { ...record.headers, ce_id: Buffer.from(id) } };
  };
  const about = (account: string, type: string, names: readonly string[]) =>
    readEvents(system.foundation.log, (event) => event.subject === account && event.type === type, names);

  it('of another kind, or to another address, is buried and sends nothing', async () => {
    const account = await anAccount();
    const [notice] = await account.carryOut((document) => setDefault(document, account.second.methodId));
    await settle(notice);
    const asked = await about(account.id, 'notice-requested', [topics.journal.name]);
    const rendered = await about(account.id, 'message-rendered', messageTopics);
    const [request, message] = [asked.at(-1)?.record, rendered.at(-1)?.record];
    const before = system.inbox.list().length;
    const id = (notice?.id ?? '').replace(/\d+$/, '99');
    await tellAgain([
      forge(request, id, () => ({ kind: 'account-reset', noticeId: `${account.id}.n${'x'.repeat(22)}` })),
      forge(request, id, () => ({ kind: 'account-reset' })),
      forge(request, id, ({ targets }) => ({ targets: targets.slice(0, 1) })),
      forge(message, 'forged', () => ({ methodId: `${account.id}.m${'x'.repeat(22)}` })),
    ]);
    const letters = await eventually('four dead letters', async () => {
      const found = await buried(account.id);
      return found.length === 4 && found;
    });
    expect(letters.map((letter) => letter?.reason)).toEqual(Array.from({ length: 4 }, () => 'unreadable'));
    expect(system.inbox.list()).toHaveLength(before);
  });

  it('that no form fits is one dead letter, although two groups read it', async () => {
    const account = await anAccount();
    await settle(account.second.notices[0]);
    const [rendered] = await about(account.id, 'message-rendered', messageTopics);
    await tellAgain([forge(rendered?.record, 'malformed', () => ({ noticeId: 7 }))]);
    await eventually('a dead letter', async () => (await buried(account.id)).length > 0);
    const [last] = await account.carryOut((document) => setDefault(document, account.second.methodId));
    await settle(last);
    expect(await buried(account.id)).toMatchObject([{ reason: 'malformed-data', group: 'delivery-worker-sms' }]);
  });
});

it('Nothing that is told of a notice shows whom it is about, or where it went', async () => {
  const account = await anAccount({ accountName: 'Augusta Ada King', locale: 'en' });
  const [notice] = await account.carryOut(() =>
    happened({ type: 'method-reset', about: account.id, data: { methodIds: [] } }),
  );
  await settle(notice);
  expect(messagesOf(notice)).toHaveLength(2);
  const names = Object.values(topics).map(({ name }) => name);
  const records = await readRecords(system.foundation.log, names);
  const told = records.map(({ key, value, headers }) => `${String(key)} ${String(value)} ${JSON.stringify(headers)}`);
  const text = [...told, ...system.logLines].join('\n');
  expect(text).toContain(noticeIn(notice).noticeId);
  for (const secret of [account.phone, account.mail, 'Augusta', account.phone.slice(1, 9)]) {
    expect(text).not.toContain(secret);
  }
});
