import { Type } from 'typebox';
import type { Http } from '#runtime/http.ts';
import type { SandboxInbox, SandboxMessage } from '../delivery-worker/providers/sandbox-inbox.ts';

const ToQuery = Type.Object({ to: Type.Optional(Type.String({ maxLength: 320 })) });
const shownMax = 100;

/** The inbox of development: what would have reached people, as JSON and as a page. Without a key, on the loopback only. */
export function registerSandbox(app: Http, inbox: SandboxInbox): void {
  app.get('/sandbox/messages', { schema: { hide: true, querystring: ToQuery } }, async (request) =>
    inbox.list(request.query),
  );
  app.get('/sandbox', { schema: { hide: true, querystring: ToQuery } }, async (request, reply) => {
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
    return page(inbox.list(request.query).slice(0, shownMax));
  });
}

const escape = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

function card(message: SandboxMessage): string {
  const title = message.channel === 'sms' ? 'SMS' : `Email: ${escape(message.subject ?? '')}`;
  return `<article><header><b>${title}</b> to ${escape(message.to)}<time>${escape(message.at)}</time></header><pre>${escape(message.text)}</pre></article>`;
}

const page = (messages: readonly SandboxMessage[]) => `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="3"><title>Sandbox inbox · Twofold</title>
<style>
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}
article{border:1px solid color-mix(in srgb,currentColor 20%,transparent);border-radius:.6rem;margin:1rem 0;padding:.8rem 1rem}
header{display:flex;gap:.6rem;flex-wrap:wrap}time{margin-left:auto;opacity:.7}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:.6rem 0 0}
</style>
<h1>Sandbox inbox</h1>
<p>What would have been sent, newest first. This page reloads by itself.</p>
${messages.length > 0 ? messages.map(card).join('\n') : '<p>Nothing yet: request a challenge and look here.</p>'}
</html>`;
