import { hiddenFields } from '../form.ts';
import { html, type Html } from '../html.ts';
import type { At } from './place.ts';
import { enrolWords } from './words/words.ts';

/** The way out of a step: nothing of it stays. */
export const cancelForm = (at: At, label = enrolWords[at.session.content.language].cancel): Html =>
  html`<form method="post" action="${at.home}/enrol/cancel">${hiddenFields(at.session)}<button class="wide">${label}</button></form>`;
