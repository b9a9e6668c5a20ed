import { cancelLogin, type LoginVerdict } from '#core/login.ts';
import { findLogin, newestOf } from '#core/login-status.ts';
import { accountPolicy } from '#core/settings.ts';
import { answers, IdParams, Nothing, Repeatable } from '#schemas/api.ts';
import { LoginAnswer, LoginSend, SendAnswer, StartLogin } from '#schemas/account-api.ts';
import { accountCallerOf, accountOfLogin, demandAccount, type AccountCaller } from '#runtime/account-caller.ts';
import { commandAccount, lookAtAccount } from '#runtime/account-command.ts';
import { viewLogin } from '#runtime/account-view.ts';
import type { AccountDocument } from '#core/account-document.ts';
import { demand, tenantOf } from '#runtime/caller.ts';
import { Problem } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Http } from '#runtime/http.ts';
import { claimOf } from '#runtime/idempotency.ts';
import { redirectOf } from '#runtime/login-redirect.ts';
import { viewPage } from '#runtime/page-view.ts';
import { sendLoginCode } from '../send-login.ts';
import { beginLogin } from '../start-login.ts';
import { viewSends } from '../view-sends.ts';

const common = { tags: ['logins'], security: [{ apiKey: [] }] };

/** The calls of a login that check no code: begin, read, send, cancel. */
export function registerLogins(app: Http, foundation: Foundation): void {
  const onRequest = demandAccount(foundation, 'accounts', 'login');

  const start = {
    ...common,
    summary: 'Begin the second step of a login',
    headers: Repeatable,
    body: StartLogin,
    response: answers(201, LoginAnswer),
  };
  app.post(
    '/v1/logins',
    { onRequest: demand(foundation.authenticate, 'accounts'), schema: start },
    async (request, reply) => {
      const caller = tenantOf(request);
      reply.code(201);
      return beginLogin(foundation, caller, request.body, await claimOf(foundation, request, caller));
    },
  );

  const read = { ...common, summary: 'Read a login', params: IdParams, response: answers(200, LoginAnswer) };
  app.get('/v1/logins/:id', { onRequest, schema: read }, async (request) => {
    const caller = accountCallerOf(request);
    const { id } = request.params;
    const found = await lookAtAccount(foundation, caller, accountOfLogin(id));
    return withFate(foundation, found.document, show(foundation, caller, id, found));
  });

  const send = {
    ...common,
    summary: 'Send a code',
    headers: Repeatable,
    params: IdParams,
    body: LoginSend,
    response: answers(202, SendAnswer),
  };
  app.post('/v1/logins/:id/send', { onRequest, schema: send }, async (request, reply) => {
    const caller = accountCallerOf(request);
    reply.code(202);
    return sendLoginCode(
      foundation,
      caller,
      request.params.id,
      request.body.methodId,
      await claimOf(foundation, request, caller),
    );
  });

  const cancel = {
    ...common,
    summary: 'Cancel a login',
    headers: Repeatable,
    params: IdParams,
    body: Nothing,
    response: answers(200, LoginAnswer),
  };
  app.post('/v1/logins/:id/cancel', { onRequest, schema: cancel }, async (request) => {
    const caller = accountCallerOf(request);
    const { id } = request.params;
    const claimed = await claimOf(foundation, request, caller);
    const done = await commandAccount<LoginVerdict>(
      foundation,
      caller,
      accountOfLogin(id),
      claimed,
      (document, { now }) => cancelLogin(document, id, now),
    );
    return show(foundation, caller, id, done);
  });
}

/** Adds what became of the message that went out last. */
async function withFate({ store, now }: Foundation, document: AccountDocument, view: LoginAnswer) {
  const challenge = view.sending && newestOf(document, view.id);
  if (!view.sending || !challenge) return view;
  const status = viewSends(challenge, await store.notes(challenge.id), now()).at(-1)?.status;
  return { ...view, sending: { ...view.sending, status } };
}

function show(
  foundation: Foundation,
  caller: AccountCaller,
  loginId: string,
  { document, salt }: { readonly document: AccountDocument; readonly salt: string },
): LoginAnswer {
  const login = findLogin(document, loginId);
  if (!login) throw new Problem('not-found');
  const place = { keys: foundation.keys, tenant: caller.tenantId, accountId: accountOfLogin(loginId), salt };
  const now = foundation.now();
  const view = viewLogin(place, document, login, accountPolicy(caller.tenant.settings), now, caller.kind === 'page');
  if (caller.kind !== 'page') return view;
  const page = viewPage(place, caller.tenant, document, { thing: loginId, returnUrl: login.returnUrl });
  return { ...view, redirectTo: redirectOf(place, login, now), page };
}
