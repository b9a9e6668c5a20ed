import { attribute, html, type Html } from '../html.ts';
import { faultLine, fieldState } from './faults.ts';

/** Room for ten digits with spaces between them, and for a backup code. */
const codeCharsMax = 40;

export type CodeField = {
  readonly label: string;
  /** What is wrong with the last one; it is never put in again. */
  readonly fault?: string;
  /** The browser may read it off an SMS. */
  readonly otp?: boolean;
  /** Letters as well as digits. */
  readonly backup?: boolean;
  /** Something stands above it that the person has to see first. */
  readonly below?: boolean;
};

export function codeField({ label, fault, otp, backup, below = false }: CodeField): Html {
  const kind = backup
    ? html`class="code long" autocomplete="off" autocapitalize="characters"`
    : html`class="code" inputmode="numeric" autocomplete="one-time-code"`;
  return html`<div class="field"><label for="code">${label}</label>
<input ${kind} id="code" name="code" maxlength="${codeCharsMax}" required spellcheck="false"${otp && html` data-otp`}${fieldState(fault !== undefined, 'code-fault')}${attribute('autofocus', fault !== undefined || !below)}>
${faultLine('code-fault', fault)}</div>`;
}
