import type { FastifyReply } from 'fastify';
import { hiddenFields } from '../form.ts';
import { html, trusted, type Html } from '../html.ts';
import { fill } from '../words.ts';
import { brandOf, readStanding, show, type At, type Standing } from './place.ts';
import type { StepOf } from './step.ts';
import { enrolWords } from './words/words.ts';

const tick = trusted(
  '<svg class="tick" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><circle cx="12" cy="12" r="10"/><path d="m7.5 12.5 3 3 6-6.5"/></svg>',
);

/** What is set up, what it means for the next login, and, in a login, the way on to the application. */
export async function showDoneStep(at: At, { type }: StepOf<'done'>): Promise<FastifyReply> {
  const standing = await readStanding(at);
  const words = enrolWords[at.session.content.language].done;
  const name = type === 'backup-codes' ? 'codes' : type;
  const onwards = standing.redirectTo ?? at.home;
  const label = standing.redirectTo ? fill(words.goOn, { name: brandOf(at, standing).name }) : words.done;
  const body = html`${tick}<p class="lead">${words.texts[name]}</p>
${mayInvite(standing) && invitation(at)}
<p class="actions"><a class="button primary wide" href="${onwards}">${label}</a></p>`;
  return show(at, { title: words.titles[name], body, standing });
}

const mayInvite = ({ offered = [], methods }: Standing): boolean =>
  offered.includes('backup-codes') && methods.every(({ type }) => type !== 'backup-codes');

function invitation(at: At): Html {
  const words = enrolWords[at.session.content.language].done;
  return html`<form class="note invite" method="post" action="${at.home}/enrol/begin">${hiddenFields(at.session)}
<input type="hidden" name="type" value="backup-codes"><h2>${words.invite}</h2><p>${words.inviteText}</p>
<button>${words.inviteAction}</button></form>`;
}
