import type { SandboxMessage } from '../delivery-worker/providers/sandbox-inbox.ts';
import { html, type Html } from '../portal/html.ts';

type NamedMessage = SandboxMessage & { readonly name: string };

/** Mails that are shown open; the others open on demand. */
const openMax = 2;

const time = ({ at }: SandboxMessage) => html`<time datetime="${at}">${at.slice(0, 19).replace('T', ' ')} UTC</time>`;

const sms = (message: NamedMessage): Html =>
  html`<article class="sms"><header><span>${message.to}</span>${time(message)}</header><p>${message.text}</p></article>`;

function mail(message: NamedMessage, index: number): Html {
  const plain = html`<pre>${message.text}</pre>`;
  const shown =
    message.html === undefined
      ? plain
      : html`<iframe src="/sandbox/mails/${message.name}" title="Mail ${index + 1}: ${message.subject ?? ''}" loading="lazy" sandbox></iframe>
<details><summary>Plain text</summary>${plain}</details>`;
  const body = index < openMax ? shown : html`<details><summary>Open</summary>${shown}</details>`;
  return html`<article class="mail"><header><span>to ${message.to}</span>${time(message)}</header><h3>${message.subject ?? '(no subject)'}</h3>${body}</article>`;
}

/** Messages as a phone and a mail client would show them, newest first. */
export function sandboxPage(messages: readonly NamedMessage[], to: string, version: string): Html {
  const texts = messages.filter(({ channel }) => channel === 'sms');
  const mails = messages.filter(({ channel }) => channel === 'email');
  const nothing = html`<p class="empty">Nothing yet.</p>`;
  return html`<div class="desk"><header><div><h1>Sandbox inbox</h1><p>What would have reached people, newest first. Nothing leaves this machine.</p></div>
<form class="find" action="/sandbox"><div><label for="to">Only messages to</label><input id="to" name="to" value="${to}" maxlength="320" placeholder="ada@example.com" autocomplete="off"></div><button>Show</button></form></header>
<p id="news" class="hidden-visually" role="status"></p>
<noscript><p class="note">This page updates by itself where scripts run. <a href="/sandbox">Reload</a> to see what is new.</p></noscript>
<main id="messages" class="devices" data-version="${version}"><section class="phone" aria-labelledby="sms-heading" tabindex="0"><h2 id="sms-heading">Messages</h2>${texts.length > 0 ? texts.map(sms) : nothing}</section>
<section class="mailbox" aria-labelledby="mail-heading"><h2 id="mail-heading">Mail</h2>${mails.length > 0 ? mails.map(mail) : nothing}</section></main></div>`;
}
