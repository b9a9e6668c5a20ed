import type { FastifyReply } from 'fastify';
import { hiddenFields } from '../form.ts';
import { html } from '../html.ts';
import type { Session } from '../session.ts';
import { fill } from '../words.ts';
import { keptStep } from './code-step.ts';
import { brandOf, goTo, readStanding, show, type At } from './place.ts';
import { keepStep, type StepOf } from './step.ts';
import { enrolWords } from './words/words.ts';

/** A new set of backup codes, shown until the person says they are saved, and to this browser only. */
export async function showCodesStep(at: At, kept: Session<StepOf<'codes'>>): Promise<FastifyReply> {
  const { codes: words, app } = enrolWords[at.session.content.language];
  const { codes } = kept.content;
  const standing = await readStanding(at);
  const hidden = html`${hiddenFields(at.session)}<input type="hidden" name="step" value="${kept.formToken}">`;
  const body = html`<p class="lead">${words.lead}</p>
<ul class="codes mono" aria-label="${words.list}">${codes.map((code) => html`<li>${code}</li>`)}</ul>
<p class="note careful">${words.once}</p>
<p class="print-only">${fill(words.file, { name: brandOf(at, standing).name })}</p>
<div class="row keep"><form method="post" action="${at.home}/enrol/backup-codes/download">${hidden}<button>${words.download}</button></form>
<button type="button" hidden data-print>${words.print}</button>
<button type="button" hidden data-copy="${codes.join('\n')}" data-copied="${app.copied}">${words.copy}</button></div>
<form class="actions" method="post" action="${at.home}/enrol/backup-codes">${hidden}<button class="primary wide">${words.saved}</button></form>`;
  return show(at, { title: words.title, body, standing });
}

/** The codes as a text file: the answer of a form, from what the browser's sealed step holds; no address leads to it. */
export async function downloadCodes(at: At): Promise<FastifyReply> {
  const kept = keptStep(at, 'codes');
  if (!kept) return goTo(at, '');
  const { codes: words } = enrolWords[at.session.content.language];
  const title = fill(words.file, { name: brandOf(at, await readStanding(at)).name });
  return at.reply
    .type('text/plain; charset=utf-8')
    .header('content-disposition', 'attachment; filename="backup-codes.txt"')
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .send(`${title}\r\n\r\n${kept.content.codes.join('\r\n')}\r\n`);
}

/** The person has them: from here on nobody shows them again. */
export function codesSaved(at: At): FastifyReply {
  if (!keptStep(at, 'codes')) return goTo(at, '');
  keepStep(at, { step: 'done', type: 'backup-codes' });
  return goTo(at, '/enrol/done');
}
