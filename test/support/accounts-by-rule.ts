import { randomBytes } from 'node:crypto';
import { accountDecider, type AccountDocument, type AccountOutcome } from '#core/account-document.ts';
import { eraseAccount } from '#core/account.ts';
import { keyedDigest } from '#core/bytes.ts';
import { happened, type Decision } from '#core/decider.ts';
import type { Draft, Event } from '#core/event.ts';
import { withNotices } from '#core/notices.ts';
import { subjectOf, thingId } from '#core/subject.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { createNoticing } from '#runtime/noticing.ts';
import { sealField } from '#runtime/sealing.ts';
import type { NoticeRequested } from '#schemas/notice.ts';
import { topics } from '#schemas/topics.ts';
import { uniqueName } from './services.ts';
import { firstOnes, readEvents } from './journal.ts';

export type Address = { readonly type: 'sms' | 'email'; readonly to: string };

/** An account made by the rules and not over HTTP, whose every command is told to its owner. */
export type RuledAccount = {
  readonly id: string;
  /** Carries out what `decide` says, with the notices that it calls for; answers those notices. */
  readonly carryOut: (decide: (document: AccountDocument) => Decision<unknown>) => Promise<Event[]>;
  /** Enrols an address; answers the method's id and the notices of it. */
  readonly enrol: (address: Address) => Promise<{ readonly methodId: string; readonly notices: Event[] }>;
  readonly erase: () => Promise<void>;
};

type Profile = { readonly locale?: string; readonly accountName?: string };

export async function makeAccount(
  foundation: Foundation,
  tenant: string,
  profile: Profile = {},
): Promise<RuledAccount> {
  const { keys, handle, tenants } = foundation;
  const userId = uniqueName('user');
  const id = subjectOf(keys.newest('subject').key, 'account', tenant, userId);
  const seal = (salt: string, field: string, thing: string, text: string) =>
    sealField(keys, 'address', salt, { tenant, subject: id, field, thing }, text);
  const command = () => ({ subject: id, tenant, commandId: uniqueName('test'), actor: 'service:test' });

  async function commit(decide: (document: AccountDocument | undefined, salt: string) => Decision<unknown>) {
    const settings = (await tenants.find(tenant))?.settings;
    if (!settings) throw new Error('there is no such tenant');
    const before = new Set((await noticesOf(foundation, id)).map((event) => event.id));
    await handle.handle<AccountDocument, AccountOutcome, unknown>({
      ...command(),
      decider: accountDecider,
      decide(document, { now, salt }) {
        const decision = decide(document, salt);
        const place = { keys, tenant, accountId: id, salt };
        return document
          ? withNotices(decision, document, createNoticing(place, document, settings.notices, now))
          : decision;
      },
    });
    return (await noticesOf(foundation, id)).filter((event) => !before.has(event.id));
  }

  const fact = (type: Draft['type'], data: object): Draft => ({ type, about: id, data });
  const { locale, accountName } = profile;
  await commit((_, salt) =>
    happened(
      fact('account-created', {
        userId: seal(salt, 'userId', id, userId),
        accountName: accountName && seal(salt, 'accountName', id, accountName),
        locale: locale && seal(salt, 'locale', id, locale),
      }),
    ),
  );
  return {
    id,
    carryOut: (decide) => commit((document) => decide(document as AccountDocument)),
    async enrol({ type, to }) {
      const methodId = thingId(id, 'm', randomBytes(16));
      const enrolmentId = thingId(id, 'e', randomBytes(16));
      const destination = keyedDigest(keys.newest('destination').key, tenant, to).toString('base64url');
      const notices = await commit((document, salt) => {
        const isDefault = document?.defaultMethodId === undefined;
        const sealed = seal(salt, 'to', enrolmentId, to);
        const data = { methodId, type, enrolmentId, to: sealed, destination, default: isDefault };
        return happened(fact('method-enrolled', data));
      });
      return { methodId, notices };
    },
    async erase() {
      const decide = (document: AccountDocument | undefined) => eraseAccount(document, id);
      await handle.erase<AccountDocument, AccountOutcome>({ ...command(), decider: accountDecider, decide });
    },
  };
}

/** The notices of an account, in order. */
async function noticesOf({ log }: Foundation, account: string): Promise<Event[]> {
  const told = await readEvents(log, ({ subject, type }) => subject === account && type === 'notice-requested');
  return firstOnes(told).map(({ event }) => event);
}

export const noticeIn = (event: Event | undefined): NoticeRequested => {
  if (!event) throw new Error('there was no notice');
  return event.data as NoticeRequested;
};

/** What became of a notice: its fates in the order of the log, each once. */
export async function fatesOf({ log }: Foundation, noticeId: string): Promise<Event[]> {
  const told = await readEvents(log, ({ about }) => about === noticeId, [topics.deliveries.name]);
  return firstOnes(told).map(({ event }) => event);
}
