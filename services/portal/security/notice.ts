import type { At } from '../enrol/place.ts';
import { html, type Html } from '../html.ts';
import { createSessions } from '../session.ts';
import { fill } from '../words.ts';
import { securityWords, type SecurityWords } from './words/words.ts';

export type NoticeName = keyof SecurityWords['notices'];
type Notice = { readonly notice: NoticeName };

const noticeMs = 60_000;
const noticesOf = ({ portal }: At) => createSessions<Notice>({ ...portal, kind: 'notice' });

/** What the next view of the tab says, once. */
export const leaveNotice = (at: At, notice: NoticeName): void =>
  void noticesOf(at).open(at.reply, at.home, { notice }, at.portal.now() + noticeMs);

/** The notice that was left, and its end. */
export function takeNotice(at: At, name: string): Html | undefined {
  const kept = noticesOf(at).read(at.request, at.home)?.content;
  if (!kept) return undefined;
  noticesOf(at).close(at.reply, at.home);
  const bad = kept.notice === 'gone' || kept.notice === 'lastEnforced';
  const text = fill(securityWords[at.session.content.language].notices[kept.notice], { name });
  return html`<p class="note ${bad ? 'careful' : 'good'}" role="status">${text}</p>`;
}
