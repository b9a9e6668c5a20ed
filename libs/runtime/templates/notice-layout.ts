import { layOutPage, layOutRow, paragraph } from './html-page.ts';
import type { NoticeText, NoticeWords } from './notice-words.ts';

/** The subject of a notice: who tells, and what. */
export const layOutNoticeSubject = ({ punctuation, told }: NoticeWords, text: NoticeText): string =>
  `${punctuation.before}${told[text].what}`;

/**
 * One short SMS: who tells, what happened, when, and what to do about it. The account's name stands in mails only: it may be long, and
 * whoever holds the phone knows whose it is.
 */
export function layOutNoticeSms(words: NoticeWords, text: NoticeText): string {
  const { before, open, close, comma, stop, colon } = words.punctuation;
  const what = words.sms.told?.[text] ?? words.told[text].what;
  const method = `{{#if params.method}}${open}{{params.method}}${close}`;
  const codes = `{{else if params.codes}}${open}${words.labels.codesLeft}${colon}{{params.codes}}${close}{{/if}}`;
  return `${before}${what}${method}${codes}${comma}{{params.time}}${stop}${words.sms.advice}`;
}

/** A method and, where it is one, its masked address. */
const methodIn = ({ punctuation }: NoticeWords): string =>
  `{{params.method}}{{#if params.address}}${punctuation.comma}{{params.address}}{{/if}}`;

/** What a mail says beside its labels: when it happened, and what else is known. */
const rowsOf = (words: NoticeWords): readonly (readonly [name: string, label: string, value: string])[] => [
  ['account', words.labels.account, '{{params.account}}'],
  ['method', words.labels.method, methodIn(words)],
  ['until', words.labels.until, '{{params.until}}'],
  ['codes', words.labels.codesLeft, '{{params.codes}}'],
];

/** The mail as plain text. Each row brings the line break before it: a tag alone on its line would take the one behind it away. */
export function layOutNoticeText(words: NoticeWords, text: NoticeText, sender: string): string {
  const { what, detail } = words.told[text];
  const { colon } = words.punctuation;
  const rows = rowsOf(words).map(([name, label, value]) => `{{#if params.${name}}}\n${label}${colon}${value}{{/if}}`);
  const facts = `${words.labels.time}${colon}{{params.time}}${rows.join('')}`;
  return `${[what, detail, facts, words.expected, words.unexpected, sender].join('\n\n')}\n`;
}

/** The HTML mail, in the frame of those that bring a code. */
export function layOutNoticeHtml(words: NoticeWords, text: NoticeText, locale: string, sender: string): string {
  const { what, detail } = words.told[text];
  const rows = rowsOf(words).map(([name, label, value]) => `{{#if params.${name}}}${layOutRow(label, value)}{{/if}}`);
  return layOutPage({
    locale,
    title: layOutNoticeSubject(words, text),
    preview: detail,
    heading: what,
    content: `${paragraph(detail, 'ink', 'margin:0 0 10px')}
${layOutRow(words.labels.time, '{{params.time}}')}${rows.join('')}
${paragraph(words.expected, 'quiet', 'margin:26px 0 0')}
${paragraph(words.unexpected, 'ink', 'margin:8px 0 0;font-weight:600')}`,
    sender,
  });
}
