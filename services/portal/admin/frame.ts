import type { FastifyReply } from 'fastify';
import { scriptOf, styleOf } from '../assets.ts';
import { plainBrand } from '../failure.ts';
import { html, type Html, type Part } from '../html.ts';
import { sendPage, type Look } from '../page.ts';
import { allows, whyNot, type Administrator, type AdminSession, type Need } from './administrator.ts';
import { postForm } from './form.ts';

export const adminLook: Look = { style: styleOf('base', 'admin'), script: scriptOf('card', 'admin') };

type Entry = { readonly path: string; readonly label: string; readonly need: Need };
type Group = { readonly label: string; readonly entries: readonly Entry[] };

const groups: readonly Group[] = [
  {
    label: 'Security',
    entries: [
      { path: '/admin/two-factor', label: 'Two-factor authentication', need: 'settings-or-platform' },
      { path: '/admin/versions', label: 'Versions', need: 'settings-or-platform' },
    ],
  },
  { label: 'People', entries: [{ path: '/admin/accounts', label: 'Accounts', need: 'support' }] },
  {
    label: 'Access',
    entries: [
      { path: '/admin/keys', label: 'API keys', need: 'settings' },
      { path: '/admin/tenants', label: 'Tenants', need: 'platform' },
    ],
  },
  {
    label: 'Operation',
    entries: [
      { path: '/admin/delivery', label: 'Delivery', need: 'settings-or-platform' },
      { path: '/admin/providers', label: 'Providers', need: 'settings-or-platform' },
    ],
  },
];

/** Entries of the other kind of key are left out; those that a scope is missing for stand there with the reason. */
const concerns = ({ kind }: Administrator, { need }: Entry) =>
  kind === 'platform' ? allows({ kind } as Administrator, need) : need !== 'platform';

function entryLine(admin: Administrator, path: string, entry: Entry): Html {
  if (!allows(admin, entry.need)) {
    return html`<li><span class="closed">${entry.label}<small>${whyNot(admin, entry.need)}</small></span></li>`;
  }
  const here = path === entry.path || path.startsWith(`${entry.path}/`);
  return html`<li><a href="${entry.path}"${here && html` aria-current="page"`}>${entry.label}</a></li>`;
}

function navigation(admin: Administrator, path: string): Html {
  const shown = groups
    .map(({ label, entries }) => ({ label, entries: entries.filter((entry) => concerns(admin, entry)) }))
    .filter(({ entries }) => entries.length > 0);
  return html`<nav class="side" aria-label="Administration">${shown.map(
    ({ label, entries }) =>
      html`<div><p class="group">${label}</p><ul>${entries.map((entry) => entryLine(admin, path, entry))}</ul></div>`,
  )}</nav>`;
}

const placeOf = ({ kind, tenant }: Administrator): Html =>
  kind === 'platform' ? html`Platform` : html`Tenant <strong>${tenant}</strong>`;

export type FramedPage = {
  readonly title: string;
  readonly body: Part;
  readonly status?: number;
  readonly session: AdminSession;
  /** The route's, for the navigation. */
  readonly path: string;
};

/** A page of a signed-in administrator: where they are, with which key, and the way out. */
export function sendAdminPage(
  reply: FastifyReply,
  { title, body, status, session, path }: FramedPage,
  portal: { readonly secure: boolean },
): FastifyReply {
  const admin = session.content;
  const out = postForm('/admin/sign-out', session, html`<button class="small-button">Sign out</button>`);
  const framed = html`<a class="skip" href="#content">Skip to the content</a>
<header class="top"><p class="product">Twofold <span>Administration</span></p><p class="place">${placeOf(admin)}</p>
<div class="who"><p>Signed in with <strong>${admin.label}</strong></p>${out}</div></header>
<div class="shell">${navigation(admin, path)}
<main id="content" tabindex="-1"><h1>${title}</h1>
${body}</main></div>`;
  return sendPage(
    reply,
    { look: adminLook, lang: 'en', title: `${title} · Administration`, brand: plainBrand, body: framed, status },
    portal,
  );
}

/** A page for whoever is not signed in, and for what went wrong before anybody is known. */
export function sendPlainPage(
  reply: FastifyReply,
  { title, body, status }: { readonly title: string; readonly body: Part; readonly status?: number },
  portal: { readonly secure: boolean },
): FastifyReply {
  const framed = html`<div class="lone"><header><p class="product">Twofold <span>Administration</span></p></header>
<main class="panel"><h1>${title}</h1>
${body}</main></div>`;
  return sendPage(
    reply,
    { look: adminLook, lang: 'en', title: `${title} · Administration`, brand: plainBrand, body: framed, status },
    portal,
  );
}
