/** Text that is markup already. Nothing else is ever put into a page unescaped. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

/** What a page is made of: markup, text and numbers (escaped), lists of them; nothing for false, null and undefined. */
export type Part = Html | string | number | false | null | undefined | readonly Part[];

const signs: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => signs[sign] as string);

function write(part: Part): string {
  if (part instanceof Html) return part.text;
  if (part === false || part === null || part === undefined) return '';
  if (typeof part === 'string' || typeof part === 'number') return escape(String(part));
  return part.map(write).join('');
}

/**
 * Makes markup of a template literal: what stands in it is ours, what is put in is escaped. Attributes must stand in double
 * quotes; nothing from outside may be put into a tag's or attribute's name, a script or a style.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = strings[0] ?? '';
  parts.forEach((part, index) => {
    text += write(part) + (strings[index + 1] ?? '');
  });
  return new Html(text);
}

/** Markup from our own source that is no literal: an SVG that the server drew, a style sheet. Never from outside. */
export const trusted = (text: string): Html => new Html(text);

/** A boolean attribute (`required`, `checked`), there or not. */
export const attribute = (
  name: 'required' | 'checked' | 'selected' | 'disabled' | 'autofocus' | 'readonly',
  on: boolean,
) => on && trusted(` ${name}`);
