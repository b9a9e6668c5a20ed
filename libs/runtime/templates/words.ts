/**
 * The words of one language's built-in templates: Handlebars source without markup, so that one layout serves them
 * all. Minutes are written with an abbreviation, because a template has no plural. An SMS keeps to the GSM alphabet
 * wherever the language can, because one letter outside it more than halves the room.
 */
export type Words = {
  /** BCP 47, also the `lang` of the mail. */
  readonly locale: string;
  readonly sms: {
    /** The first line, with the code. */
    readonly code: string;
    /** The last line: validity, secrecy, and what to do with a code nobody asked for. */
    readonly advice: string;
  };
  /** What stands between a label and its value in plain text. */
  readonly colon: string;
  /** Labels of `binding.amount` and `binding.payee`. */
  readonly amount: string;
  readonly payee: string;
  readonly mail: {
    readonly subject: string;
    /** Over the code, in HTML, where the brand stands above it already. */
    readonly heading: string;
    /** What a mailbox shows beside the subject. */
    readonly preview: string;
    readonly lead: string;
    readonly validity: string;
    /** Below amount and payee. */
    readonly compare: string;
    readonly secrecy: string;
    readonly unasked: string;
    readonly sender: string;
  };
};
