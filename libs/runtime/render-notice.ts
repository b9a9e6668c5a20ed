import type { ChannelName, RenderedMessage } from '#schemas/channel.ts';
import type { NoticeAbout, NoticeKind, NoticeParams } from '#schemas/notice.ts';
import { builtInNotices, type NoticeTemplates } from './built-in-notices.ts';
import { findByLocale, localeChain } from './locale-chain.ts';
import { renderTemplate, type RenderValues } from './render.ts';
import type { NoticeText } from './templates/notice-words.ts';

export type NoticeInput = NoticeParams & {
  readonly channel: ChannelName;
  readonly kind: NoticeKind;
  readonly about: NoticeAbout;
  /** When it happened; Unix milliseconds. */
  readonly at: number;
  readonly brand: string;
};

/** The same in every language, and in the one time zone that nobody has to guess. */
function showTime(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/**
 * Renders a notice in the account's language, else in English. Notices have no templates of tenants: what they say is for the person's
 * safety, and the brand is theirs already. Parts without a slot.
 */
export function renderNotice(input: NoticeInput): RenderedMessage {
  const { channel } = input;
  const templates = templatesOf(input);
  const values = valuesOf(input, templates);
  if (channel === 'sms') return { text: renderTemplate(templates.sms, 'notice-sms', values) };
  return {
    subject: renderTemplate(templates.subject, 'notice-subject', values),
    text: renderTemplate(templates.text, 'notice-text', values),
    html: renderTemplate(templates.html, 'notice-html', values),
  };
}

function templatesOf({ locale, kind, about }: NoticeInput): NoticeTemplates {
  const text: NoticeText = kind === 'method-locked' && about.until === undefined ? 'method-disabled' : kind;
  const language = localeChain(locale)
    .map((tag) => findByLocale(builtInNotices, tag))
    .find((found) => found !== undefined);
  const chosen = (language ?? builtInNotices['en'])?.[text];
  if (!chosen) throw new Error('there is no English notice');
  return chosen;
}

function valuesOf(
  { channel, about, at, brand, account, address }: NoticeInput,
  { words }: NoticeTemplates,
): RenderValues {
  const { type, until, codesLeft } = about;
  const own = channel === 'sms' ? words.sms.types : undefined;
  const method = type && (own?.[type] ?? words.types[type]);
  const params = {
    time: showTime(at),
    ...(account !== undefined && { account }),
    ...(method !== undefined && { method }),
    ...(address !== undefined && { address }),
    ...(until !== undefined && { until: showTime(until) }),
    ...(codesLeft !== undefined && { codes: String(codesLeft) }),
  };
  return { brand, minutes: 0, purpose: '', params, binding: {} };
}
