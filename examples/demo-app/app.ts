import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import { createHash, randomBytes } from 'node:crypto';
import fastify, { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import { createSessions } from './sessions.ts';
import type { Twofold } from './twofold.ts';
import type { User, Users } from './users.ts';
import { accountPage, homePage, logInPage, messagePage, signUpPage, style } from './views.ts';

type Fields = Partial<
  Record<'name' | 'email' | 'password' | 'twofold_login' | 'twofold_code' | 'twofold_error' | 'state', string>
>;

const styleHash = createHash('sha256').update(style).digest('base64');
const fieldCharsMax = 200;

/** A field of a form or an address: one text, not too long, or nothing. */
function field(from: unknown, name: keyof Fields): string {
  const value = ((from ?? {}) as Record<string, unknown>)[name];
  return typeof value === 'string' && value.length <= fieldCharsMax ? value : '';
}

/**
 * A small application with a login of its own by email and password. Everything about second factors happens in three places:
 * `begin` below, the way back at /logged-in, and the Security tab.
 * @param url under which browsers see it
 */
export function createDemoApp({ twofold, users, url }: { twofold: Twofold; users: Users; url: () => string }) {
  const app = fastify({ bodyLimit: 16_384, logger: false });
  const sessions = createSessions();
  void app.register(cookie);
  void app.register(formbody);
  app.addHook('onRequest', async (request, reply) => {
    reply
      .header('cache-control', 'no-store')
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'same-origin')
      .header(
        'content-security-policy',
        `default-src 'none'; style-src 'sha256-${styleHash}'; frame-ancestors 'none'; base-uri 'none'`,
      );
    const site = request.headers['sec-fetch-site'];
    const { origin } = request.headers;
    const foreign = (site !== undefined && site !== 'same-origin') || (origin !== undefined && origin !== url());
    if (request.method === 'POST' && foreign) return reply.code(403).send('This form is not from here.');
  });
  app.setErrorHandler(({ statusCode = 503 }: FastifyError, _request, reply) =>
    statusCode >= 400 && statusCode < 500
      ? show(reply.code(statusCode), messagePage('That did not work', 'The form could not be read. Please try again.'))
      : show(reply.code(503), messagePage('Not now', 'Something is not working at the moment. Please try again.')),
  );
  const show = (reply: FastifyReply, html: string) => reply.type('text/html; charset=utf-8').send(html);
  const userOf = (request: FastifyRequest): User | undefined => {
    const session = sessions.read(request);
    return session?.kind === 'full' ? users.byId(session.userId) : undefined;
  };

  /** The password was right: asks Twofold what else is needed, and sends the browser there. */
  async function begin(user: User, request: FastifyRequest, reply: FastifyReply) {
    const accountId = await twofold.accountOf(user);
    const state = randomBytes(16).toString('base64url');
    const login = await twofold.beginLogin({ accountId, returnUrl: `${url()}/logged-in`, state });
    if (login.status === 'not-required') {
      sessions.start(request, reply, { kind: 'full', userId: user.id });
      return reply.redirect('/', 303);
    }
    if (login.pageUrl === undefined) {
      return show(
        reply.code(403),
        messagePage('You cannot log in now', 'Too many wrong codes, or no method is left. Try later, or ask for help.'),
      );
    }
    sessions.start(request, reply, { kind: 'half', userId: user.id, loginId: login.id, state });
    return reply.redirect(login.pageUrl, 303);
  }

  app.get('/', async (request, reply) => {
    const user = userOf(request);
    return user ? show(reply, homePage(user)) : reply.redirect('/log-in', 303);
  });
  app.get('/log-in', async (_request, reply) => show(reply, logInPage()));
  app.get('/sign-up', async (_request, reply) => show(reply, signUpPage()));

  app.post('/sign-up', async (request, reply) => {
    const [name, email, password] = [
      field(request.body, 'name').trim(),
      field(request.body, 'email'),
      field(request.body, 'password'),
    ];
    const wrong =
      name === '' || name.length > 80
        ? 'Please give a name of 1 to 80 characters.'
        : !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)
          ? 'Please give an email address, like ada@example.com.'
          : password.length < 8
            ? 'The password needs at least 8 characters.'
            : undefined;
    if (wrong !== undefined) return show(reply.code(422), signUpPage(wrong, { name, email }));
    const user = await users.add({ name, email, password });
    if (!user)
      return show(reply.code(422), signUpPage('This address has an account already: log in.', { name, email }));
    return begin(user, request, reply);
  });

  app.post('/log-in', async (request, reply) => {
    const email = field(request.body, 'email');
    const user = await users.check(email, field(request.body, 'password'));
    if (!user) return show(reply.code(422), logInPage('Email or password is not right.', { email }));
    return begin(user, request, reply);
  });

  // The way back. Only the login that this very browser began counts, and only Twofold's word about it.
  app.get('/logged-in', async (request, reply) => {
    const session = sessions.read(request);
    const own =
      session?.kind === 'half' &&
      session.loginId === field(request.query, 'twofold_login') &&
      session.state === field(request.query, 'state');
    if (!own)
      return show(
        reply.code(400),
        messagePage('Please log in again', 'This link belongs to no login of this browser.'),
      );
    const code = field(request.query, 'twofold_code');
    if (code !== '' && (await twofold.wasPassed(session.loginId, code))) {
      sessions.start(request, reply, { kind: 'full', userId: session.userId });
      return reply.redirect('/', 303);
    }
    sessions.end(request, reply);
    const canceled = field(request.query, 'twofold_error') === 'canceled';
    const words = canceled ? 'You stopped the login.' : 'The second step was not passed. Please log in again.';
    return show(reply.code(canceled ? 200 : 403), logInPage(words));
  });

  app.get('/account', async (request, reply) => {
    const user = userOf(request);
    return user ? show(reply, accountPage(user)) : reply.redirect('/log-in', 303);
  });
  app.post('/account/security', async (request, reply) => {
    const user = userOf(request);
    if (!user) return reply.redirect('/log-in', 303);
    const page = await twofold.securityPage(await twofold.accountOf(user), `${url()}/account`);
    return reply.redirect(page, 303);
  });
  app.post('/log-out', async (request, reply) => {
    sessions.end(request, reply);
    return reply.redirect('/log-in', 303);
  });
  return app;
}
