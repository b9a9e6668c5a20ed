import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomBytes } from 'node:crypto';
import { call } from './api.ts';
import { languageOf, PageFailure } from './failure.ts';
import type { Portal } from './portal.ts';
import { createSessions, type Sessions } from './session.ts';
import type { Language } from './words.ts';

/** A browser's page of one login or one account. */
export type PageContent = {
  /** Opens that login or account in the API, and nothing else. */
  readonly token: string;
  readonly id: string;
  readonly language: Language;
  /** The tenant's, for pages that are shown when the API cannot be asked. */
  readonly name: string;
  /** The application's page that the person came from. */
  readonly returnUrl?: string;
  /** RFC 3339: when the API lets this page go. */
  readonly endsAt: string;
  /** Why the first code was not sent when the page was opened, and until when (Unix milliseconds) that holds. */
  readonly refused?: { readonly code: string; readonly until: number };
};

export type PageSessions = Sessions<PageContent>;

export const createPageSessions = (portal: Portal, kind: 'login' | 'security'): PageSessions =>
  createSessions({ ...portal, kind });

type OpenedSession = {
  readonly token: string;
  readonly kind: 'login' | 'account';
  readonly id: string;
  readonly branding: { readonly name: string };
  readonly locale?: string;
  readonly returnUrl?: string;
  readonly expiresAt: string;
};

/** A browser that only looks ahead uses no handle up: neither HEAD nor prefetch nor prerender. */
const looksAhead = ({ method, headers }: FastifyRequest): boolean =>
  method === 'HEAD' || /prefetch|prerender/i.test(`${String(headers['sec-purpose'])} ${String(headers['purpose'])}`);

const tabBytes = 9;
/** The page outlives the login a little, so that its end can be told in words. */
const graceMs = 600_000;

/**
 * Exchanges the handle of a pageUrl, which dies by this, for a page of this browser under a path of its own: the tab. Several
 * logins can be open beside each other, and no address that can be seen or kept opens any.
 *
 * @param first what is done at once for a page that is opened by a person
 */
export async function openHandle(
  portal: Portal,
  sessions: PageSessions,
  place: '/login/at' | '/security/at',
  request: FastifyRequest<{ Params: { handle: string } }>,
  reply: FastifyReply,
  first?: (portal: Portal, content: PageContent, clientIp: string) => Promise<PageContent['refused']>,
): Promise<FastifyReply> {
  if (request.params.handle === '') throw new PageFailure('over');
  if (looksAhead(request))
    return reply
      .code(request.method === 'HEAD' ? 200 : 503)
      .header('vary', 'sec-purpose')
      .send();
  const opened = await call<OpenedSession>(portal.api, {
    method: 'POST',
    path: '/v1/pages/sessions',
    body: { handle: request.params.handle },
    clientIp: request.ip,
  });
  const path = `${place}/${randomBytes(tabBytes).toString('base64url')}`;
  const content = {
    token: opened.token,
    id: opened.id,
    language: languageOf(request, opened.locale),
    name: opened.branding.name,
    returnUrl: opened.returnUrl,
    endsAt: opened.expiresAt,
  };
  const refused = await first?.(portal, content, request.ip);
  sessions.open(reply, path, { ...content, refused }, Date.parse(opened.expiresAt) + graceMs);
  return reply.redirect(path, 303);
}
