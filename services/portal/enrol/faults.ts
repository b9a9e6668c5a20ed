import { ApiProblem } from '../api.ts';
import { attribute, html, type Html } from '../html.ts';
import { clockOf } from '../moment.ts';
import { count, fill, type Language } from '../words.ts';
import type { Fault } from './step.ts';
import { enrolWords } from './words/words.ts';

/** A fault in the person's language. */
export function faultText(language: Language, { name, seconds, left }: Fault): string {
  const words = enrolWords[language];
  const text = fill(words.faults[name], { time: clockOf(seconds ?? 0) });
  return left === undefined ? text : `${text} ${count(language, words.attemptsLeft, left)}`;
}

/** A fault beside its field, which names it by the id. */
export const faultLine = (id: string, text: string | undefined): Html | undefined =>
  text === undefined ? undefined : html`<p class="fault" id="${id}" role="alert">${text}</p>`;

/** Attributes of a field: whether something is wrong with it, and where that and its hint are said. */
export function fieldState(faulty: boolean, faultId: string, hintId?: string): Html {
  const described = [...(faulty ? [faultId] : []), ...(hintId ? [hintId] : [])].join(' ');
  return html`${described && html` aria-describedby="${described}"`}${faulty && html` aria-invalid="true"`}`;
}

/** A field that the person is led to at once. */
export const focused = attribute('autofocus', true);

/** What the API refuses at any step of an enrolment; undefined for what only the step itself can put into words. */
export function enrolmentFault({ code, retryAfterSeconds }: ApiProblem): Fault | undefined {
  switch (code) {
    case 'already-enrolled':
      return { name: 'enrolled' };
    case 'too-many-methods':
      return { name: 'full' };
    case 'method-not-offered':
      return { name: 'notOffered' };
    case 'rate-limited':
    case 'too-busy':
      return { name: 'soon', seconds: retryAfterSeconds ?? 30 };
    case 'unavailable':
      return { name: 'unavailable' };
    default:
      return undefined;
  }
}

/** Why the API did not begin or send, as far as the form can tell it; anything else is thrown on. */
export function sendingFault(error: unknown, type: 'sms' | 'email'): Fault {
  if (!(error instanceof ApiProblem)) throw error;
  switch (error.code) {
    case 'malformed-request':
      return { name: type === 'sms' ? 'number' : 'email' };
    case 'country-not-allowed':
      return { name: 'country' };
    case 'resend-too-early':
    case 'address-throttled':
      return { name: 'soon', seconds: error.retryAfterSeconds ?? 30 };
    default: {
      const fault = enrolmentFault(error);
      if (!fault) throw error;
      return fault;
    }
  }
}
