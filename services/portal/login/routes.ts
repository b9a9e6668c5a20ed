import type { FastifyInstance, FastifyReply } from 'fastify';
import { ApiProblem } from '../api.ts';
import { pageRoutes } from '../enrol/page-routes.ts';
import { goTo, type At } from '../enrol/place.ts';
import { fieldsOf } from '../form.ts';
import { createPageSessions, openHandle } from '../open-handle.ts';
import type { Portal } from '../portal.ts';
import { checkCode, MethodForm, wayOf } from './check.ts';
import { showCodePage } from './code-page.ts';
import { showEnd, showUnreachable } from './end-page.ts';
import { showHelp, showList } from './list-page.ts';
import { firstMethod, isOpen, readLogin, type LoginView } from './login.ts';
import { cancel, sendCode, sendFirst } from './send.ts';

const pathOf = (method: string): string => `/with/${encodeURIComponent(method)}`;

/** The page that a form of a method stands on. */
function formOf({ request }: At): string {
  const { method } = fieldsOf(request, MethodForm) ?? {};
  return method === undefined ? '' : pathOf(method);
}

type Show = (at: At, login: LoginView) => FastifyReply;

/** The second step of a login. */
export function registerLogin(app: FastifyInstance, portal: Portal): void {
  const sessions = createPageSessions(portal, 'login');
  app.route<{ Params: { handle: string } }>({
    method: ['GET', 'HEAD'],
    url: '/login/:handle',
    schema: { hide: true },
    handler: (request, reply) => openHandle(portal, sessions, '/login/at', request, reply, sendFirst),
  });
  const { page, form } = pageRoutes(app, portal, { kind: 'login', base: '/login/at' });
  page('', shown('', showFirst));
  page('/with/:method', (at) => shown(pathOf((at.request.params as { method: string }).method), showWay)(at));
  page('/methods', shown('/methods', showList));
  page('/help', (at) => reachable(at, '/help', async () => showHelp(at, await readLogin(at))));
  form('/verify', (at) => reachable(at, formOf(at), () => checkCode(at)));
  form('/send', (at) => reachable(at, formOf(at), () => sendCode(at)));
  form('/cancel', (at) => reachable(at, '', () => cancel(at)));
}

/** A page of an open login; one that is over shows its end instead. */
const shown = (path: string, show: Show) => (at: At) =>
  reachable(at, path, async () => {
    const login = await readLogin(at);
    return login.status === 'second-factor-required' ? show(at, login) : showEnd(at, login);
  });

async function reachable(at: At, path: string, act: () => Promise<FastifyReply>): Promise<FastifyReply> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 503) return showUnreachable(at, path);
    throw error;
  }
}

function showFirst(at: At, login: LoginView): FastifyReply {
  const method = firstMethod(login);
  return method ? showCodePage(at, login, method) : showList(at, login);
}

function showWay(at: At, login: LoginView): FastifyReply {
  const way = wayOf(login, (at.request.params as { method?: string }).method);
  const usable = way === 'support' || (way !== undefined && isOpen(way));
  return usable ? showCodePage(at, login, way) : goTo(at, '/methods');
}
