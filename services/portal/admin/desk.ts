import type { FastifyReply, FastifyRequest } from 'fastify';
import { call, type ApiCall } from '../api.ts';
import type { Part } from '../html.ts';
import { adminPath, allows, type Administrator, type AdminSession, type Ground, type Need } from './administrator.ts';
import { sendAdminPage } from './frame.ts';

/** Nobody is signed in, or no more. */
export class SignedOut extends Error {
  override readonly name = 'SignedOut';
}

/** The key does not open this page; the reason is in `need`. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
  readonly need: Need;
  readonly session: AdminSession;
  constructor(need: Need, session: AdminSession) {
    super(`the key does not open this page: ${need}`);
    this.need = need;
    this.session = session;
  }
}

export type AdminPage = { readonly title: string; readonly body: Part; readonly status?: number };

/** One request of a signed-in administrator: who it is, and the API as that key may use it. */
export type Desk = {
  readonly request: FastifyRequest;
  readonly session: AdminSession;
  readonly admin: Administrator;
  readonly now: number;
  call<Answer>(what: Omit<ApiCall, 'bearer' | 'clientIp'>): Promise<Answer>;
  page(page: AdminPage): FastifyReply;
  /** After an act: a GET, so that a reload repeats nothing. */
  leadTo(path: string): FastifyReply;
  /** Something that is no whole page. */
  send(status: number, type: string, content: string, policy?: string): FastifyReply;
  close(): void;
};

/** Rejects with SignedOut or NotAllowed. */
export function openDesk(ground: Ground, need: Need, request: FastifyRequest, reply: FastifyReply): Desk {
  const { portal, sessions } = ground;
  const session = sessions.read(request, adminPath);
  if (!session) throw new SignedOut();
  const admin = session.content;
  if (!allows(admin, need)) throw new NotAllowed(need, session);
  return {
    request,
    session,
    admin,
    now: portal.now(),
    call: (what) => call(portal.api, { ...what, bearer: admin.key, clientIp: request.ip }),
    page: (page) => sendAdminPage(reply, { ...page, session, path: request.routeOptions.url ?? '' }, portal),
    leadTo: (path) => reply.redirect(path, 303),
    send: (status, type, content, policy = "default-src 'none'") =>
      reply.code(status).type(type).header('content-security-policy', policy).send(content),
    close: () => sessions.close(reply, adminPath),
  };
}
