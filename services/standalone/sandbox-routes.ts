import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import type { Http } from '#runtime/http.ts';
import type { SandboxInbox, SandboxMessage } from '../delivery-worker/providers/sandbox-inbox.ts';
import { scriptOf, serveScript, styleOf } from '../portal/assets.ts';
import { sendPage, type Look } from '../portal/page.ts';
import { sandboxPage } from './sandbox-page.ts';

const ToQuery = Type.Object({ to: Type.Optional(Type.String({ maxLength: 320 })) });
const MessageParams = Type.Object({ name: Type.String({ pattern: '^[\\w-]{22}$' }) });
const shownMax = 60;

const look: Look = { style: styleOf('base', 'sandbox'), script: scriptOf('sandbox') };
const hidden = { hide: true } as const;

/** What a message is called in a URL: a digest, since its number changes and its id is not its own alone. */
const nameOf = (message: SandboxMessage): string =>
  createHash('sha256').update(JSON.stringify(message)).digest('base64url').slice(0, 22);

/** The inbox of development: what would have reached people, as JSON and as a page. Without a key, on the loopback only. */
export function registerSandbox(app: Http, inbox: SandboxInbox): void {
  serveScript(app, look.script);
  app.get('/sandbox/messages', { schema: { ...hidden, querystring: ToQuery } }, async (request) =>
    inbox.list(request.query),
  );
  app.get('/sandbox', { schema: { ...hidden, querystring: ToQuery } }, async (request, reply) => {
    const { to = '' } = request.query;
    const messages = inbox.list(to === '' ? {} : { to }).slice(0, shownMax);
    const named = messages.map((message) => ({ ...message, name: nameOf(message) }));
    const version = `"${createHash('sha256')
      .update(named.map(({ name }) => name).join())
      .digest('base64url')}"`;
    if (request.headers['if-none-match'] === version) return reply.code(304).send();
    const body = sandboxPage(named, to, version);
    const page = { look, lang: 'en', title: 'Sandbox inbox', brand: { name: 'Twofold' }, body, frames: true };
    return sendPage(reply, page, { secure: false });
  });
  // A mail as its reader's program would show it: a document of its own that may do nothing but look as it does.
  app.get('/sandbox/mails/:name', { schema: { ...hidden, params: MessageParams } }, async (request, reply) => {
    const found = inbox.list().find((message) => message.html !== undefined && nameOf(message) === request.params.name);
    reply
      .type('text/html; charset=utf-8')
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox",
      );
    return found?.html ?? '<!doctype html><html lang="en"><title>Gone</title><p>This mail is here no more.</p></html>';
  });
}
