import type { FastifyReply } from 'fastify';
import { hashOf, scriptOf, styleOf, type Script } from './assets.ts';
import { accentStyle, type Brand } from './brand.ts';
import { html, trusted, type Html, type Part } from './html.ts';

/** The looks of a family of pages: style sheets and the one script that makes them handier, never needed. */
export type Look = { readonly style: string; readonly script: Script };

/** A small card in the middle: what end users see. */
export const cardLook: Look = { style: styleOf('base', 'card', 'steps'), script: scriptOf('card') };

export type Page = {
  readonly look: Look;
  /** BCP 47. */
  readonly lang: string;
  readonly title: string;
  readonly brand: Brand;
  readonly body: Html;
  readonly status?: number;
  /** Other origins that a form on this page may lead to in the end: browsers hold redirects to it as well. */
  readonly formOrigins?: readonly string[];
  /** Whether it shows documents of ours in frames. */
  readonly frames?: boolean;
};

/** Where pages are served by https: by nothing else for a year (RFC 6797). */
export const strictTransport = 'max-age=31536000; includeSubDomains';

const accents = new Map<string, { readonly css: string; readonly hash: string }>();
const accentsMax = 1_000;

function accentOf(colour: string | undefined) {
  const known = accents.get(colour ?? '');
  if (known) return known;
  if (accents.size >= accentsMax) accents.clear();
  const css = accentStyle(colour);
  const accent = { css, hash: hashOf(css) };
  accents.set(colour ?? '', accent);
  return accent;
}

const styleHashes = new Map<Look, string>();
function styleHash(look: Look): string {
  const known = styleHashes.get(look) ?? hashOf(look.style);
  styleHashes.set(look, known);
  return known;
}

/** The origin of a URL for a policy; none where its host has a sign that a policy reads otherwise. */
export function originOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { origin } = new URL(url);
  return /^https?:\/\/[a-z0-9.:[\]-]+$/.test(origin) ? origin : undefined;
}

/**
 * Sends a whole page with the headers that every page has: nothing inline but our own style, no frame, no referrer
 * for others. Not `no-referrer`: with it browsers send `Origin: null` with our own forms, and isOwnForm could not tell them.
 */
export function sendPage(reply: FastifyReply, page: Page, { secure }: { readonly secure: boolean }): FastifyReply {
  const accent = accentOf(page.brand.colour);
  const logo = originOf(page.brand.logo);
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${styleHash(page.look)}' 'sha256-${accent.hash}'`,
    "script-src 'self'",
    "connect-src 'self'",
    `img-src 'self' data:${logo ? ` ${logo}` : ''}`,
    `form-action ${["'self'", ...(page.formOrigins ?? [])].join(' ')}`,
    ...(page.frames ? ["frame-src 'self'"] : []),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  reply
    .code(page.status ?? 200)
    .type('text/html; charset=utf-8')
    .header('content-security-policy', policy.join('; '))
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'same-origin')
    .header('x-content-type-options', 'nosniff')
    .header('x-frame-options', 'DENY')
    .header('cross-origin-opener-policy', 'same-origin')
    .header('cross-origin-resource-policy', 'same-origin')
    .header('permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=(), otp-credentials=(self)');
  if (secure) reply.header('strict-transport-security', strictTransport);
  return reply.send(documentOf(page, accent.css).text);
}

function documentOf({ look, lang, title, brand, body }: Page, accent: string): Html {
  return html`<!doctype html>
<html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><meta name="color-scheme" content="light dark">
<title>${title} · ${brand.name}</title>
<style>${trusted(look.style)}</style><style>${trusted(accent)}</style>
<script type="module" src="${look.script.path}"></script></head>
<body>${body}</body></html>`;
}

/** The frame of an end user's page: the tenant's name or logo, one heading, what it is about. */
export function card(brand: Brand, heading: string, content: Part, footer?: Part, broad = false): Html {
  const mark = brand.logo
    ? html`<img class="logo" src="${brand.logo}" alt="${brand.name}">`
    : html`<span class="name">${brand.name}</span>`;
  return html`<div class="stage${broad && ' broad'}"><header class="brand">${mark}</header>
<main class="card"><h1>${heading}</h1>
${content}</main>
${footer && html`<footer class="foot">${footer}</footer>`}</div>`;
}
