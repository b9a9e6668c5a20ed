import type { FastifyReply } from 'fastify';
import { html } from '../html.ts';
import { signInMsMax, signInPath, type Ground } from './administrator.ts';
import { postForm, summaryOf, textField, type Faults } from './form.ts';
import { sendPlainPage } from './frame.ts';

export const keyLengthMax = 512;

/** The form for a key, with a session of its own that only makes the form ours. What was typed is a secret, so it never comes back. */
export function showSignIn(
  { portal, strangers }: Ground,
  reply: FastifyReply,
  { note, faults = {}, status }: { readonly note?: string; readonly faults?: Faults; readonly status?: number } = {},
): FastifyReply {
  const session = strangers.open(reply, signInPath, { stranger: true }, portal.now() + signInMsMax);
  const field = textField({
    name: 'key',
    label: 'API key',
    type: 'password',
    hint: "A tenant's key with the scope “settings” or “support”, or the operator's key.",
    fault: faults['key'],
    required: true,
    focus: true,
    lengthMax: keyLengthMax,
    autocomplete: 'current-password',
    mono: true,
  });
  const body = html`${note && html`<p class="note careful" role="alert">${note}</p>`}${summaryOf(faults, { key: 'API key' })}
<p class="muted">An API key opens the administration for twelve hours. What it may do here is what it may do in the API.</p>
${postForm(signInPath, session, html`${field}<button class="primary wide">Sign in</button>`)}`;
  return sendPlainPage(reply, { title: 'Sign in', body, status }, portal);
}
