import type { FastifyReply } from 'fastify';
import { hiddenFields } from '../form.ts';
import { html, type Html } from '../html.ts';
import { methodIcons } from '../icons.ts';
import { methodKinds } from '../method-kind.ts';
import { fill } from '../words.ts';
import { loginWords } from '../login/words/words.ts';
import { methodWords } from '../method-words.ts';
import { brandOf, goTo, readStanding, show, type At } from './place.ts';
import { enrolWords } from './words/words.ts';

/** A login that demands a second step of somebody who has none: why, and what there is to choose. */
export async function showIntro(at: At): Promise<FastifyReply> {
  const standing = await readStanding(at);
  if (standing.status !== 'enrolment-required') return goTo(at, '');
  const { language } = at.session.content;
  const words = enrolWords[language].intro;
  const { name } = brandOf(at, standing);
  const kinds = methodKinds.filter((kind) => kind !== 'backup-codes' && standing.offered?.includes(kind));
  const choice = (kind: 'totp' | 'sms' | 'email'): Html =>
    html`<li><form method="post" action="${at.home}/enrol/begin">${hiddenFields(at.session)}<input type="hidden" name="type" value="${kind}">
<button class="choice">${methodIcons[kind]}<span>${methodWords[language][kind]}<small>${words.choices[kind]}</small></span></button></form></li>`;
  const body =
    kinds.length > 0
      ? html`<p class="lead">${words.lead}</p><ul class="choices">${kinds.map((kind) => choice(kind as 'totp'))}</ul>`
      : html`<p class="note careful">${fill(words.none, { name })}</p>`;
  const giveUp = fill(loginWords[language].cancel, { name });
  const footer = html`<form method="post" action="${at.home}/cancel">${hiddenFields(at.session)}<button class="link">${giveUp}</button></form>`;
  return show(at, { title: fill(words.title, { name }), body, standing, footer });
}
