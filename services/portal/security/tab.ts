import type { FastifyReply } from 'fastify';
import { brandOf, show, type At } from '../enrol/place.ts';
import { hiddenFields } from '../form.ts';
import { html, trusted, type Html } from '../html.ts';
import { methodIcons } from '../icons.ts';
import { methodKinds, type MethodKind } from '../method-kind.ts';
import { moment, withTime } from '../moment.ts';
import { fill } from '../words.ts';
import { methodWords } from '../method-words.ts';
import { readAccount, type Account } from './account.ts';
import { methodRow } from './method-row.ts';
import { takeNotice } from './notice.ts';
import { securityWords } from './words/words.ts';

/** The Security tab: every offered method with its switch, and what is set up of it. */
export async function showTab(at: At): Promise<FastifyReply> {
  const account = await readAccount(at);
  const { name } = brandOf(at, account);
  const words = securityWords[at.session.content.language].tab;
  const sections = methodKinds
    .filter((kind) => account.offered.includes(kind))
    .map((kind) => section(at, account, kind));
  const body = html`${takeNotice(at, name)}<p class="lead">${words.lead}</p>${standingNote(at, account, name)}${sections}`;
  const { language, returnUrl } = at.session.content;
  const ends = moment(language, at.session.content.endsAt, 'time');
  const back = account.page?.returnUrl ?? returnUrl;
  const footer = html`${back !== undefined && html`<p><a href="${back}">${fill(words.back, { name })}</a></p>`}
<p>${withTime(words.ends, ends)}</p>`;
  return show(at, { title: words.title, body, standing: account, footer, broad: true });
}

function standingNote(at: At, { enforced, enrolmentDueAt, methods }: Account, name: string): Html | undefined {
  const { language } = at.session.content;
  const words = securityWords[language].tab;
  if (methods.length === 0 && enrolmentDueAt !== undefined) {
    const text = fill(words.due, { name });
    return html`<p class="note careful">${withTime(text, moment(language, enrolmentDueAt))}</p>`;
  }
  if (enforced) return html`<p class="note">${fill(words.enforced, { name })}</p>`;
  return methods.length === 0 ? html`<p class="note careful">${words.off}</p>` : undefined;
}

function section(at: At, account: Account, kind: MethodKind): Html {
  const { language } = at.session.content;
  const words = securityWords[language];
  const own = account.methods.filter(({ type }) => type === kind);
  const alone = kind === 'backup-codes' && account.methods.every(({ type }) => type === 'backup-codes');
  const more =
    own.length > 0 &&
    kind !== 'backup-codes' &&
    beginForm(at, kind, html`<button class="link">${named(at, words.method.addAnother, kind)}</button>`);
  return html`<section class="kind" aria-labelledby="kind-${kind}"><div class="head">${methodIcons[kind]}
<div class="about"><h2 id="kind-${kind}">${kind === 'backup-codes' ? words.tab.codes : methodWords[language][kind]}</h2>
<p class="muted small" id="about-${kind}">${words.tab.about[kind]}${alone && html` ${words.tab.codesNeedMethod}`}</p></div>${turn(at, kind, own.length > 0, alone && own.length === 0)}</div>
${own.length > 0 && html`<ul class="methods">${own.map((method) => methodRow(at, account, method))}</ul>`}${more}</section>`;
}

/** A switch that acts at once: on begins the kind's steps, off asks before anything goes. */
function turn(at: At, kind: MethodKind, on: boolean, disabled: boolean): Html {
  const state = html`role="switch" aria-checked="${on ? 'true' : 'false'}" aria-labelledby="kind-${kind}" aria-describedby="about-${kind}"`;
  const button = html`<button class="switch" ${state}${disabled && trusted(' disabled')}><span></span></button>`;
  if (!on) return beginForm(at, kind, button);
  return html`<form method="post" action="${at.home}/off">${hiddenFields(at.session)}<input type="hidden" name="what" value="${kind}">${button}</form>`;
}

const beginForm = (at: At, kind: MethodKind, button: Html): Html =>
  html`<form method="post" action="${at.home}/enrol/begin">${hiddenFields(at.session)}<input type="hidden" name="type" value="${kind}">${button}</form>`;

/** A button's words, and, for those who hear it alone, which kind it is about. */
function named(at: At, action: string, kind: MethodKind): Html {
  const name = methodWords[at.session.content.language][kind];
  return html`${action}<span class="hidden-visually"> (${name})</span>`;
}
