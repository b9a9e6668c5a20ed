import type { FastifyInstance } from 'fastify';
import { call } from '../api.ts';
import { PageFailure } from '../failure.ts';
import { html } from '../html.ts';
import { createPageSessions, openHandle } from '../open-handle.ts';
import { card, cardLook, sendPage } from '../page.ts';
import type { Portal } from '../portal.ts';

const hidden = { schema: { hide: true } } as const;

/** The second step of a login. */
export function registerLogin(app: FastifyInstance, portal: Portal): void {
  const sessions = createPageSessions(portal, 'login');
  app.route<{ Params: { handle: string } }>({
    method: ['GET', 'HEAD'],
    url: '/login/:handle',
    ...hidden,
    handler: (request, reply) => openHandle(portal, sessions, '/login/at', request, reply),
  });
  app.get<{ Params: { tab: string } }>(
    '/login/at/:tab',
    { exposeHeadRoute: false, ...hidden },
    async (request, reply) => {
      const session = sessions.read(request, `/login/at/${request.params.tab}`);
      if (!session) throw new PageFailure('over');
      const { token, id, name, language } = session.content;
      const login = await call<{ status: string }>(portal.api, {
        method: 'GET',
        path: `/v1/logins/${encodeURIComponent(id)}`,
        bearer: token,
        clientIp: request.ip,
      });
      const brand = { name };
      const body = card(brand, 'Check that it is you', html`<p>${login.status}</p>`);
      return sendPage(reply, { look: cardLook, lang: language, title: 'Log in', brand, body }, portal);
    },
  );
}
