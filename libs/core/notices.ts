import type {
  BackupCodeUsed,
  BypassCodeCreated,
  MethodDefaultChanged,
  MethodDisabled,
  MethodEnrolled,
  MethodLocked,
  MethodRemoved,
  MethodUnlocked,
} from '#schemas/account.ts';
import type { NoticeRendered } from '#schemas/delivery.ts';
import type { NoticeAbout, NoticeKind, NoticeRequested, NoticeTarget } from '#schemas/notice.ts';
import type { AccountDocument } from './account-document.ts';
import { lengthPrefixed, sha256 } from './bytes.ts';
import { happened, type Decision } from './decider.ts';
import type { Draft } from './event.ts';
import { noticesPerDayMax, recentlyNoticed } from './evolve-notices.ts';
import type { AddressMethod, Method } from './methods/method.ts';

/** An address that a notice is about, as its method keeps it. */
export type NoticedAddress = Omit<NoticeTarget, 'methodId'>;

/** What making notices takes beside what was decided. */
export type Noticing = {
  /** settings.notices */
  readonly on: Readonly<Record<NoticeKind, boolean>>;
  readonly now: number;
  readonly newId: () => string;
  /** Seals what the message may show of the person, for the thing that it is given. */
  readonly seal: (thing: string, address: NoticedAddress | undefined) => string;
};

/** From this many backup codes on a person is told to make new ones. */
const codesLeftLow = 2;

type Due = {
  readonly kind: NoticeKind;
  readonly about: NoticeAbout;
  readonly targets: readonly AddressMethod[];
  /** The address it is about, where it is about one. */
  readonly address?: NoticedAddress;
};

/**
 * Adds the notices that a decision calls for, behind its own events, so that one commit holds what happened and that its owner is told.
 * @param document the account as it was before: who is told of a reset is gone after it
 */
export function withNotices<Answer>(
  decision: Decision<Answer>,
  document: AccountDocument | undefined,
  noticing: Noticing,
): Decision<Answer> {
  if (decision.kind !== 'events' || !document) return decision;
  return happened(...decision.events, ...noticesOf(document, decision.events, noticing));
}

/** The notices that decided events call for: none of a kind that is off, none where no other address is enrolled. */
export function noticesOf(document: AccountDocument, decided: readonly Draft[], noticing: Noticing): Draft[] {
  const { on, now } = noticing;
  return decided
    .flatMap((draft) => dueOf(document, draft))
    .filter(({ kind, targets }) => on[kind] && targets.length > 0)
    .filter(({ kind }) => recentlyNoticed(document.noticed, kind, now).length < noticesPerDayMax)
    .map((due) => draftOf(due, noticing));
}

const isAddress = (method: Method): method is AddressMethod => method.type === 'sms' || method.type === 'email';

function addressOf(method: Method | undefined): NoticedAddress | undefined {
  if (!method || !isAddress(method)) return undefined;
  const { type: channel, thing, to } = method;
  return { channel, thing, to };
}

/**
 * What one decided event is worth telling. A notice about a method goes to the addresses beside it; one about the account, its default
 * or a lock to all of them, since only their owner can tell whose doing it was.
 */
function dueOf({ methods }: AccountDocument, { type, data }: Draft): Due[] {
  const all = methods.filter(isAddress);
  const find = (id: string | undefined) => methods.find((method) => method.id === id);
  const toAll = (kind: NoticeKind, about: NoticeAbout = {}, methodId?: string): Due => {
    const method = find(methodId);
    return {
      kind,
      about: { ...(method && { type: method.type }), ...about },
      targets: all,
      address: addressOf(method),
    };
  };
  switch (type) {
    case 'method-enrolled':
      return [{ kind: 'method-enrolled', targets: all, ...enrolled(data as MethodEnrolled) }];
    case 'method-removed': {
      const { methodIds } = data as MethodRemoved;
      const targets = all.filter(({ id }) => !methodIds.includes(id));
      return [{ ...toAll('method-removed', {}, methodIds[0]), targets }];
    }
    case 'method-default-changed':
      return [toAll('default-changed', {}, (data as MethodDefaultChanged).methodId)];
    case 'backup-codes-generated':
      return [toAll('backup-codes-generated')];
    case 'backup-code-used': {
      const { codesLeft } = data as BackupCodeUsed;
      const used = toAll('backup-code-used', { codesLeft });
      return codesLeft > codesLeftLow ? [used] : [used, toAll('backup-codes-low', { codesLeft })];
    }
    case 'method-locked': {
      const { methodId, until } = data as MethodLocked;
      return [toAll('method-locked', { until }, methodId)];
    }
    case 'method-disabled':
      return [toAll('method-locked', {}, (data as MethodDisabled).methodId)];
    case 'method-unlocked': {
      const { methodIds } = data as MethodUnlocked;
      return [toAll('method-unlocked', {}, methodIds.length === 1 ? methodIds[0] : undefined)];
    }
    case 'method-reset':
      return [toAll('account-reset')];
    case 'bypass-code-created':
      return [toAll('bypass-code-created', { until: (data as BypassCodeCreated).expiresAt })];
    default:
      return [];
  }
}

function enrolled({ type, to, enrolmentId: thing }: MethodEnrolled): Pick<Due, 'about' | 'address'> {
  const address = type === 'totp' || to === undefined ? undefined : { channel: type, thing, to };
  return { about: { type }, address };
}

function draftOf({ kind, about, targets, address }: Due, noticing: Noticing): Draft {
  const noticeId = noticing.newId();
  const clear: Omit<NoticeRequested, 'params'> = {
    noticeId,
    kind,
    targets: targets.map(({ id, type, thing, to }) => ({ methodId: id, channel: type, thing, to })),
    about,
  };
  const params = noticing.seal(thingOfNotice(clear, noticing.now), address);
  return { type: 'notice-requested', about: noticeId, data: { ...clear, params } satisfies NoticeRequested };
}

const digestOf = (...fields: readonly string[]) => sha256(lengthPrefixed(...fields)).toString('base64url');

/**
 * The thing that a notice's params are sealed for: its id and a digest of all it tells and when. Nothing else in a record knows of a
 * notice, so this is how a worker recognises one that was decided and not written into the log by somebody else.
 * @param at the event's time
 */
export const thingOfNotice = (clear: Omit<NoticeRequested, 'params'>, at: number): string =>
  `${clear.noticeId}/${digestOf(JSON.stringify(clear), String(at))}`;

/** The thing that a notice's text is sealed for: which notice, to which method, and a digest of where and until when. */
export const thingOfNoticeText = (clear: Omit<NoticeRendered, 'message'>): string =>
  `${clear.noticeId}/${clear.methodId}/${digestOf(JSON.stringify(clear))}`;
