import type { FastifyReply } from 'fastify';
import { encodeQR } from 'qr';
import { hiddenFields } from '../form.ts';
import { html, trusted, type Html } from '../html.ts';
import type { Session } from '../session.ts';
import { cancelForm } from './cancel-form.ts';
import { codeField } from './code-field.ts';
import { faultText } from './faults.ts';
import { readStanding, show, type At } from './place.ts';
import type { Fault, StepOf } from './step.ts';
import { enrolWords } from './words/words.ts';

/** Quiet zone of a QR code (ISO/IEC 18004), in modules; white in the dark as well. */
const quietModules = 4;

/** In fours, so that it can be read off and typed. */
const inFours = (key: string): string => key.replace(/(.{4})(?=.)/g, '$1 ');

/** An app in three steps on one page: get it, scan, enter its code. */
export async function showAppStep(at: At, kept: Session<StepOf<'app'>>, fault?: Fault): Promise<FastifyReply> {
  const words = enrolWords[at.session.content.language];
  const over = fault?.name === 'expired' || fault?.name === 'exhausted';
  const body = over ? startAgain(at, fault) : threeSteps(at, kept, fault);
  const standing = await readStanding(at);
  return show(at, { title: words.app.title, body, standing, status: fault ? 422 : 200 });
}

function startAgain(at: At, fault: Fault): Html {
  const { language } = at.session.content;
  return html`<p class="note bad" role="alert">${faultText(language, fault)}</p>
<form method="post" action="${at.home}/enrol/begin">${hiddenFields(at.session)}<input type="hidden" name="type" value="totp">
<button class="primary wide">${enrolWords[language].again}</button></form>
${cancelForm(at)}`;
}

function threeSteps(at: At, kept: Session<StepOf<'app'>>, fault: Fault | undefined): Html {
  const { language } = at.session.content;
  const { app: words, code } = enrolWords[language];
  const { uri } = kept.content;
  const key = new URL(uri).searchParams.get('secret') ?? '';
  return html`<ol class="steps">
<li><h2>${words.get.title}</h2><p class="muted">${words.get.text}</p></li>
<li><h2>${words.scan.title}</h2><p class="muted">${words.scan.text}</p>
<div class="qr" role="img" aria-label="${words.qr}">${trusted(encodeQR(uri, 'svg', { border: quietModules }))}</div>
<p class="touch-only"><a class="button wide" href="${uri}">${words.open}</a></p>
<div class="key"><h3>${words.key}</h3><p class="muted small">${words.keyText}</p>
<p class="row"><code class="mono">${inFours(key)}</code><button type="button" hidden data-copy="${key}" data-copied="${words.copied}">${words.copy}</button></p></div></li>
<li><h2>${words.enter.title}</h2><p class="muted">${words.enter.text}</p>
<form method="post" action="${at.home}/enrol/app">${hiddenFields(at.session)}<input type="hidden" name="step" value="${kept.formToken}">
${codeField({ label: code.label, fault: fault && faultText(language, fault), below: true })}<button class="primary wide">${code.confirm}</button></form>
${cancelForm(at)}</li></ol>`;
}
