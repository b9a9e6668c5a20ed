import { decodeEvent, type RawRecord } from '#core/event.ts';
import { thingOfNotice, thingOfNoticeText } from '#core/notices.ts';
import { openField } from '#runtime/sealing.ts';
import type { KeyRing } from '#runtime/keys.ts';

/** Everything under which a text of one subject can have been sealed, but for the salt. */
export type Sealed = { readonly sealed: string; readonly things: ReadonlySet<string> };

const sealedText = /(?<![\w-])[\w-]{8}\.[\w-]{38,}(?![\w-])/g;
const idText = /(?<![\w-])[\w-]{22}(\.[a-z][\w-]{22})?(?![\w-])/g;
const purposes = ['address', 'method', 'params', 'message'] as const;
const fields = [
  'userId',
  'accountName',
  'email',
  'phone',
  'locale',
  'groups',
  'returnUrl',
  'state',
  'to',
  'label',
  'secret',
  'params',
  'message',
] as const;
const sendsMax = 5;

/** Whatever looks like a sealed text in a record of any topic, with all that its event names. */
export function findSealed(record: RawRecord): Sealed[] {
  const text = record.value?.toString() ?? '';
  // Snapshots hold a document within a text, quotes and all: to these patterns that is the same.
  const ids = [...text.matchAll(idText)].map(([id]) => id);
  const things = new Set([
    ...ids,
    ...ids.flatMap((id) => sendNumbers.map((send) => `${id}/${send}`)),
    ...ofNotice(record),
  ]);
  return [...text.matchAll(sealedText)].map(([sealed]) => ({ sealed, things }));
}

const sendNumbers = Array.from({ length: sendsMax }, (_, index) => index + 1);

function ofNotice(record: RawRecord): string[] {
  const decoded = decodeEvent(record);
  if (!decoded.ok) return [];
  const { type, data, time } = decoded.event;
  if (type === 'notice-requested') {
    const { params: _params, ...clear } = data as { params: string } & Parameters<typeof thingOfNotice>[0];
    return [thingOfNotice(clear, time)];
  }
  if (type === 'message-rendered' && 'noticeId' in (data as object)) {
    const { message: _message, ...clear } = data as { message: string } & Parameters<typeof thingOfNoticeText>[0];
    return [thingOfNoticeText(clear)];
  }
  return [];
}

/** Tries a salt with every key, field and thing there is. The text, or undefined if nothing opens it. */
export function breakSeal(
  keys: KeyRing,
  owner: { readonly tenant: string; readonly subject: string },
  salt: string,
  { sealed, things }: Sealed,
): string | undefined {
  for (const purpose of purposes) {
    for (const field of fields) {
      for (const thing of new Set([...things, owner.subject])) {
        const text = openField(keys, purpose, salt, { ...owner, field, thing }, sealed);
        if (text !== undefined) return text;
      }
    }
  }
  return undefined;
}

/** Whatever could be a salt in a text: 32 bytes in base64url. */
export const findSalts = (text: string): Set<string> =>
  new Set([...text.matchAll(/(?<![\w-])[\w-]{43}(?![\w-])/g)].map(([salt]) => salt));
