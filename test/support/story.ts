import { decodeEvent, type Event } from '#core/event.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { topics } from '#schemas/topics.ts';
import type { Answer, Body, Call } from './call.ts';
import { aPhone, anEmail, codeIn } from './installation.ts';

type Asked = {
  readonly to: string;
  readonly id: string;
  readonly code: string;
  /** Its text, as the person sees it. */
  readonly text: string;
  readonly made: Answer;
};

type Reached = { readonly messagesTo: (to: string, count?: number) => Promise<readonly { readonly text: string }[]> };

/** Requests a challenge, of a fresh address unless `body` names one, and reads its code off the message. */
export async function obtainCode(
  system: Reached & { readonly call: Call },
  body: { readonly channel?: 'sms' | 'email'; readonly to?: string; readonly [field: string]: unknown } = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Asked> {
  const channel = body.channel ?? 'email';
  const to = body.to ?? (channel === 'sms' ? aPhone() : anEmail());
  // The newest message is this challenge's only once there is one more than before.
  const before = asked.get(to) ?? 0;
  const made = await system.call('POST', '/v1/challenges', { ...body, channel, to }, headers);
  if (made.status !== 202) throw new Error(`the request was answered ${made.status} ${made.text}`);
  asked.set(to, before + 1);
  const [message] = await system.messagesTo(to, before + 1);
  return { to, id: made.json.id as string, code: codeIn(message), text: message?.text ?? '', made };
}

/** How many messages each address has asked for by `obtainCode` and `obtainNext`. */
const asked = new Map<string, number>();

/** Resends and reads the next code. */
export async function obtainNext(
  system: Reached & { readonly call: Call },
  { id, to }: Pick<Asked, 'id' | 'to'>,
): Promise<{ readonly code: string; readonly answer: Answer }> {
  const answer = await system.call('POST', `/v1/challenges/${id}/resend`, {});
  if (answer.status !== 202) throw new Error(`the resend was answered ${answer.status} ${answer.text}`);
  const count = (asked.get(to) ?? 1) + 1;
  asked.set(to, count);
  const [message] = await system.messagesTo(to, count);
  return { code: codeIn(message), answer };
}

/** One guess. */
export async function guess(call: Call, id: string, code: string, more: object = {}): Promise<Body> {
  const answer = await call('POST', `/v1/challenges/${id}/verify`, { code, ...more });
  if (answer.status !== 200) throw new Error(`the guess was answered ${answer.status} ${answer.text}`);
  return answer.json;
}

/** A subject's events in the journal, each id once, in order. */
export async function journalOf({ log }: Foundation, subject: string): Promise<Event[]> {
  const events = new Map<string, Event>();
  for await (const record of log.read({ topics: [topics.journal.name] })) {
    if (record.key?.toString() !== subject) continue;
    const decoded = decodeEvent(record);
    if (decoded.ok && !events.has(decoded.event.id)) events.set(decoded.event.id, decoded.event);
  }
  return [...events.values()];
}

/** The claims of a proof, unchecked. */
export function claimsOf(proof: string): Body {
  return JSON.parse(Buffer.from(proof.split('.')[1] ?? '', 'base64url').toString());
}
