import type { FastifyReply } from 'fastify';
import { maskAddress } from '#core/address.ts';
import { Type } from 'typebox';
import { ApiProblem } from '../api.ts';
import { fieldsOf, hiddenFields, onceOf } from '../form.ts';
import { html, type Html } from '../html.ts';
import { secondsUntil } from '../moment.ts';
import type { Session } from '../session.ts';
import { fill } from '../words.ts';
import { abandon, sendFirstCode } from './begin.ts';
import { cancelForm } from './cancel-form.ts';
import { codeField } from './code-field.ts';
import { faultText, sendingFault } from './faults.ts';
import { ask, goTo, readStanding, show, type At } from './place.ts';
import { keepStep, readStep, type Fault, type StepOf } from './step.ts';
import { enrolWords } from './words/words.ts';

type CodeStep = Session<StepOf<'code'>>;

/** The code that went to an address: enter it, ask for another, or change the address. */
export async function showCodeStep(at: At, kept: CodeStep, fault?: Fault): Promise<FastifyReply> {
  const { language } = at.session.content;
  const words = enrolWords[language];
  const { type, to } = kept.content;
  const over = fault?.name === 'expired' || fault?.name === 'exhausted';
  const hidden = html`${hiddenFields(at.session)}<input type="hidden" name="step" value="${kept.formToken}">`;
  const enter = html`<p class="lead">${fill(words.code.sent, { to: maskAddress(type, to) })}</p>
<form method="post" action="${at.home}/enrol/code">${hidden}
${codeField({ label: words.code.label, fault: fault && faultText(language, fault), otp: type === 'sms' })}<button class="primary wide">${words.code.confirm}</button></form>`;
  const ended = over && html`<p class="note bad" role="alert">${faultText(language, fault)}</p>`;
  const body = html`${ended || enter}
<div class="below">${!over && html`<p class="muted small">${words[type].missing}</p>`}
<form method="post" action="${at.home}/enrol/resend">${hidden}${resendButton(at, kept, over)}</form>
<p><a href="${at.home}/enrol/${type}">${words[type].change}</a></p></div>
${cancelForm(at)}`;
  const standing = await readStanding(at);
  return show(at, { title: words.code.title, body, standing, status: fault ? 422 : 200 });
}

function resendButton(at: At, { content }: CodeStep, over: boolean): Html {
  const { code: words, again } = enrolWords[at.session.content.language];
  if (over) return html`<button class="primary wide">${again}</button>`;
  if (content.sendsLeft < 1) return html`<p class="muted">${words.noneLeft}</p>`;
  const wait = secondsUntil(content.resendAvailableAt, at.portal.now());
  const waiting = wait > 0 && html` data-wait-seconds="${wait}" data-wait-label="${words.resendWait}"`;
  return html`<button class="link"${waiting}>${words.resend}</button>`;
}

type Resent = { readonly resendAvailableAt: string; readonly sendsLeft: number; readonly expiresAt: string };

/** Sends another code, or, where the enrolment is over, begins it anew for the same address. */
export async function resendCode(at: At): Promise<FastifyReply> {
  const kept = keptStep(at, 'code');
  if (!kept) return goTo(at, '');
  const { enrolmentId, type, to, typed } = kept.content;
  const once = onceOf(at.request);
  try {
    const sent = await ask<Resent>(at, 'POST', `/enrolments/${encodeURIComponent(enrolmentId)}/resend`, {}, once);
    const { resendAvailableAt, sendsLeft, expiresAt } = sent;
    keepStep(at, { ...kept.content, resendAvailableAt, sendsLeft, expiresAt });
    return goTo(at, '/enrol/code');
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    if (error.code !== 'challenge-not-pending' && error.code !== 'not-found') {
      if (error.code === 'no-sends-left') return goTo(at, '/enrol/code');
      return showCodeStep(at, kept, sendingFault(error, type));
    }
  }
  await abandon(at, enrolmentId);
  const begun = await sendFirstCode(at, { want: 'address', type, to, typed }, once);
  return 'name' in begun ? showCodeStep(at, kept, begun) : begun;
}

/** The kept step that a form belongs to; undefined where another has taken its place. */
export function keptStep<Name extends 'app' | 'code' | 'codes'>(at: At, name: Name): Session<StepOf<Name>> | undefined {
  const kept = readStep(at, name);
  const { step } = fieldsOf(at.request, StepField) ?? {};
  return kept && step === kept.formToken ? kept : undefined;
}

const StepField = Type.Object({ step: Type.Optional(Type.String({ maxLength: 64 })) });
