import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '#runtime/logger.ts';
import { ApiProblem } from '../api.ts';
import { failureOf, statusOf } from '../failure.ts';
import { html } from '../html.ts';
import { sharedWords } from '../words/shared.ts';
import { adminPath, signInPath, whyNot, type Ground } from './administrator.ts';
import { NotAllowed, SignedOut } from './desk.ts';
import { sendAdminPage, sendPlainPage } from './frame.ts';
import { showSignIn } from './sign-in-page.ts';

/** Refusals after which a key opens nothing any more. */
const endsSession = (error: unknown): error is ApiProblem =>
  error instanceof ApiProblem && (error.status === 401 || error.code === 'tenant-suspended');

/** Every failure of the administration as a page of it; a key that opens nothing any more ends its session. */
export function answerAdminFailure(ground: Ground, logger: Logger) {
  const { portal, sessions } = ground;
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const path = request.routeOptions.url ?? '';
    if (error instanceof SignedOut) return reply.redirect(signInPath, 303);
    if (error instanceof NotAllowed) {
      const body = html`<p class="note careful">${whyNot(error.session.content, error.need)}</p>`;
      const { session } = error;
      return sendAdminPage(reply, { title: 'Not with this key', body, status: 403, session, path }, portal);
    }
    if (endsSession(error)) {
      sessions.close(reply, adminPath);
      const note =
        error.status === 401
          ? 'Your key is valid no longer: it was revoked, or its time is over. Sign in with another.'
          : 'The tenant of your key is suspended.';
      return showSignIn(ground, reply, { note, status: 401 });
    }
    if (error instanceof ApiProblem && [400, 403, 409, 412, 422].includes(error.status)) {
      return refused(ground, error, request, reply);
    }
    const kind = failureOf(error);
    if (kind === 'broken') logger.error('page-failed', { route: path, method: request.method, error });
    if (error instanceof ApiProblem && error.retryAfterSeconds !== undefined)
      reply.header('retry-after', error.retryAfterSeconds);
    const found = kind === 'over' || kind === 'notFound' ? sharedWords.en.notFound : sharedWords.en[kind];
    const page = {
      title: found.title,
      body: html`<p>${found.text}</p>${detailOf(error)}<p><a href="${adminPath}">Back to the administration</a></p>`,
      status: kind === 'over' ? 404 : statusOf[kind],
    };
    const session = sessions.read(request, adminPath);
    return session ? sendAdminPage(reply, { ...page, session, path }, portal) : sendPlainPage(reply, page, portal);
  };
}

/** What the API would not do, in its own words. */
function refused({ portal, sessions }: Ground, error: ApiProblem, request: FastifyRequest, reply: FastifyReply) {
  const reasons = error.errors.map(({ field, message }) => html`<li>${field}: ${message}</li>`);
  const body = html`<div class="note bad" role="alert"><p>${error.detail}</p>${reasons.length > 0 && html`<ul>${reasons}</ul>`}</div>
<p><a href="${adminPath}">Back to the administration</a></p>`;
  const page = { title: 'That was not done', body, status: error.status };
  const session = sessions.read(request, adminPath);
  const path = request.routeOptions.url ?? '';
  return session ? sendAdminPage(reply, { ...page, session, path }, portal) : sendPlainPage(reply, page, portal);
}

/** What the API said, for an administrator who may be able to do something about it. */
const detailOf = (error: unknown) =>
  error instanceof ApiProblem &&
  error.status < 500 &&
  error.detail !== '' &&
  html`<p class="muted">${error.detail}</p>`;
