import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { pageRoutes } from '../enrol/page-routes.ts';
import { goTo, type At, type Place } from '../enrol/place.ts';
import { registerEnrolment } from '../enrol/routes.ts';
import { PageFailure } from '../failure.ts';
import { fieldsOf, onceOf } from '../form.ts';
import { methodKinds } from '../method-kind.ts';
import { createPageSessions, openHandle } from '../open-handle.ts';
import type { Portal } from '../portal.ts';
import { readAccount, shortId } from './account.ts';
import { meant, showNewCodes, showRemoval } from './confirmations.ts';
import { askForProof, endProof, readProof } from './proof.ts';
import { showProof } from './prove-page.ts';
import { chooseMethod, prove } from './prove.ts';
import { showTab } from './tab.ts';
import { fulfil } from './wishes.ts';

const OffForm = Type.Object({ what: Type.Enum([...methodKinds]) });
const DefaultForm = Type.Object({ method: Type.String({ maxLength: 40 }) });
/** A kind of method, or the part of a method's id that addresses show. */
const whatPattern = /^[A-Za-z0-9_-]{1,40}$/;

/** The Security tab: what a person does about the methods of their own account. */
export function registerSecurity(app: FastifyInstance, portal: Portal): void {
  const sessions = createPageSessions(portal, 'security');
  app.route<{ Params: { handle: string } }>({
    method: ['GET', 'HEAD'],
    url: '/security/:handle',
    schema: { hide: true },
    handler: (request, reply) => openHandle(portal, sessions, '/security/at', request, reply),
  });
  const place: Place = { kind: 'account', base: '/security/at', askForProof };
  const { page, form } = pageRoutes(app, portal, place);
  page('', showTab);
  form('/off', (at) => {
    const { what } = fieldsOf(at.request, OffForm) ?? {};
    if (what === undefined) throw new PageFailure('notFound');
    return goTo(at, `/remove/${what}`);
  });
  page('/remove/:what', (at) => showRemoval(at, whatOf(at)));
  form('/remove/:what', async (at) => {
    const methodIds = meant(await readAccount(at), whatOf(at)).map(({ id }) => id);
    return fulfil(at, { want: 'removal', methodIds }, onceOf(at.request));
  });
  form('/default', async (at) => {
    const { method } = fieldsOf(at.request, DefaultForm) ?? {};
    const found = (await readAccount(at)).methods.find(({ id }) => shortId(id) === method);
    return found ? fulfil(at, { want: 'default', methodId: found.id }, onceOf(at.request)) : goTo(at, '');
  });
  page('/new-codes', showNewCodes);
  page('/prove', (at) => proving(at));
  page('/prove/method', (at) => proving(at, true));
  form('/prove', prove);
  form('/prove/method', chooseMethod);
  form('/prove/cancel', (at) => {
    endProof(at);
    return goTo(at, '');
  });
  registerEnrolment(app, portal, place);
}

function proving(at: At, choose = false) {
  const kept = readProof(at);
  return kept ? showProof(at, kept, { choose }) : goTo(at, '');
}

function whatOf({ request }: At): string {
  const { what } = request.params as { what: string };
  if (!whatPattern.test(what)) throw new PageFailure('notFound');
  return what;
}
