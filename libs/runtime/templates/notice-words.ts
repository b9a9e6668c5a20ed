import type { MethodType } from '#schemas/account.ts';
import type { NoticeKind } from '#schemas/notice.ts';

/** A text of its own for each kind of notice; a lock without an end says so in words. */
export type NoticeText = NoticeKind | 'method-disabled';

export type Punctuation = {
  /** The brand, in front of a subject and of an SMS. */
  readonly before: string;
  readonly open: string;
  readonly close: string;
  readonly comma: string;
  readonly stop: string;
  readonly colon: string;
};

export const latin: Punctuation = {
  before: '{{brand}}: ',
  open: ' (',
  close: ')',
  comma: ', ',
  stop: '. ',
  colon: ': ',
};

export const fullWidth: Punctuation = {
  before: '【{{brand}}】',
  open: '（',
  close: '）',
  comma: '，',
  stop: '。',
  colon: '：',
};

/**
 * The words of one language's notices: Handlebars source without markup, as in words.ts. They name things and times beside their labels
 * and never inside a sentence, so that no language has to bend a word to fit. An SMS keeps to the GSM alphabet wherever the language can.
 */
export type NoticeWords = {
  readonly punctuation: Punctuation;
  readonly labels: {
    readonly account: string;
    readonly method: string;
    readonly time: string;
    /** The end of a lock, or of a code that replaces a method. */
    readonly until: string;
    /** Also in an SMS. */
    readonly codesLeft: string;
  };
  readonly types: Readonly<Record<MethodType, string>>;
  /** What happened: `what` in a subject, over the mail and in an SMS; `detail` a sentence or two below it in the mail. */
  readonly told: Readonly<Record<NoticeText, { readonly what: string; readonly detail: string }>>;
  /** What to do: nothing, or to contact whoever runs the service. */
  readonly expected: string;
  readonly unexpected: string;
  readonly sms: {
    readonly advice: string;
    /** Where the words of the mail are too long, or have letters outside the GSM alphabet. */
    readonly types?: Partial<Readonly<Record<MethodType, string>>>;
    readonly told?: Partial<Readonly<Record<NoticeText, string>>>;
  };
};
