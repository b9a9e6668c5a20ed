import type { FastifyReply } from 'fastify';
import { brandOf, type At } from '../enrol/place.ts';
import { hiddenFields } from '../form.ts';
import { html, type Html, type Part } from '../html.ts';
import { card, cardLook, originOf, sendPage } from '../page.ts';
import { fill } from '../words.ts';
import type { Fault } from './faults.ts';
import type { LoginView } from './login.ts';
import { loginWords } from './words/words.ts';

export type LoginPage = {
  readonly title: string;
  readonly body: Part;
  readonly login?: LoginView;
  readonly fault?: Fault;
  /** The way out of an open login. */
  readonly mayCancel?: boolean;
};

/** Sends a page of a login; its forms may lead to the application, and nowhere else. */
export function showLogin(at: At, { title, body, login, fault, mayCancel = true }: LoginPage): FastifyReply {
  const brand = brandOf(at, login);
  const back = originOf(login?.page?.returnUrl ?? at.session.content.returnUrl);
  if (fault?.retryAfterSeconds !== undefined) at.reply.header('retry-after', fault.retryAfterSeconds);
  const footer = mayCancel && cancelForm(at, brand.name);
  return sendPage(
    at.reply,
    {
      look: cardLook,
      lang: at.session.content.language,
      title,
      brand,
      body: card(brand, title, body, footer || undefined),
      status: fault?.status ?? 200,
      formOrigins: back === undefined ? [] : [back],
    },
    at.portal,
  );
}

function cancelForm(at: At, name: string): Html {
  const { cancel } = loginWords[at.session.content.language];
  return html`<form method="post" action="${at.home}/cancel">${hiddenFields(at.session)}<button class="link">${fill(cancel, { name })}</button></form>`;
}

/** A fault that belongs to no field. */
export const noteOf = (fault: Fault | undefined): Html | false =>
  fault !== undefined && html`<p class="note bad" role="alert">${fault.text}</p>`;

/** Leads the browser to where the API says that the application waits. */
export const goBack = (at: At, redirectTo: string): FastifyReply =>
  at.reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').redirect(redirectTo, 303);
