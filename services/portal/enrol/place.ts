import type { FastifyReply, FastifyRequest } from 'fastify';
import { call, type ApiCall } from '../api.ts';
import type { Brand } from '../brand.ts';
import { PageFailure } from '../failure.ts';
import type { Html } from '../html.ts';
import { createPageSessions, type PageContent } from '../open-handle.ts';
import { card, cardLook, originOf, sendPage } from '../page.ts';
import type { Portal } from '../portal.ts';
import type { Session } from '../session.ts';

/** What a person with an open page wants, that may need a fresh proof first. */
export type Wish =
  | { readonly want: 'method'; readonly type: 'totp' | 'sms' | 'email' }
  | { readonly want: 'address'; readonly type: 'sms' | 'email'; readonly to: string; readonly typed: TypedAddress }
  | { readonly want: 'codes' }
  | { readonly want: 'default'; readonly methodId: string }
  | { readonly want: 'removal'; readonly methodIds: readonly string[] };

/** An address as the person gave it, so that a form can show it again. */
export type TypedAddress = { readonly country: string; readonly text: string };

export type AskForProof = (at: At, wish: Wish) => FastifyReply;

/** Where the steps stand: on the Security tab, or in a login that demands them. The same calls, under other paths. */
export type Place =
  | { readonly kind: 'account'; readonly base: '/security/at'; readonly askForProof: AskForProof }
  | { readonly kind: 'login'; readonly base: '/login/at' };

/** One request to a page that this browser has open. */
export type At = {
  readonly portal: Portal;
  readonly place: Place;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly session: Session<PageContent>;
  /** The page's own path, where a person who gives up or is done comes back to. */
  readonly home: string;
};

export type TabParams = { readonly tab: string };

/** The open page that a request belongs to; whoever has none is told that it has ended. */
export function enter(portal: Portal, place: Place, request: FastifyRequest, reply: FastifyReply): At {
  const { tab } = request.params as TabParams;
  const home = `${place.base}/${tab}`;
  const kind = place.kind === 'account' ? 'security' : 'login';
  const session = createPageSessions(portal, kind).read(request, home);
  if (!session) throw new PageFailure('over');
  return { portal, place, request, reply, session, home };
}

/** A call about this page's account or login; `path` goes on after its id. */
export function ask<Answer>(at: At, method: ApiCall['method'], path: string, body?: object, once?: string) {
  const { portal, place, request, session } = at;
  return call<Answer>(portal.api, {
    method,
    path: `/v1/${place.kind}s/${encodeURIComponent(session.content.id)}${path}`,
    bearer: session.content.token,
    clientIp: request.ip,
    ...(body && { body }),
    ...(once !== undefined && { idempotencyKey: once }),
  });
}

/** What the API tells a page about where it stands. */
export type Standing = {
  readonly status?: string;
  readonly offered?: readonly string[];
  readonly methods: readonly { readonly type: string }[];
  readonly email?: string;
  readonly phone?: string;
  readonly redirectTo?: string;
  readonly enrolmentDueAt?: string;
  readonly page?: { readonly branding?: Brand; readonly returnUrl?: string };
};

export const readStanding = (at: At): Promise<Standing> => ask<Standing>(at, 'GET', '');

export const brandOf = (at: At, standing: Standing | undefined): Brand =>
  standing?.page?.branding ?? { name: at.session.content.name };

export type Shown = {
  readonly title: string;
  readonly body: Html;
  readonly standing?: Standing;
  readonly status?: number;
  readonly footer?: Html;
  /** A list of things rather than one thing to do. */
  readonly broad?: boolean;
};

/** Sends a card in the language of the page. */
export function show(at: At, { title, body, standing, status = 200, footer, broad }: Shown): FastifyReply {
  const brand = brandOf(at, standing);
  const { language: lang, returnUrl } = at.session.content;
  // Giving a login up leads to the application, and browsers hold that redirect to what the page allows.
  const back = at.place.kind === 'login' ? originOf(standing?.page?.returnUrl ?? returnUrl) : undefined;
  const content = card(brand, title, body, footer, broad);
  const formOrigins = back === undefined ? [] : [back];
  return sendPage(at.reply, { look: cardLook, lang, title, brand, body: content, status, formOrigins }, at.portal);
}

export const goTo = (at: At, path: string): FastifyReply => at.reply.redirect(`${at.home}${path}`, 303);
