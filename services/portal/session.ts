import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sameSecret } from '#core/bytes.ts';
import { seal, unseal } from '#core/seal.ts';
import type { KeyRing } from '#runtime/keys.ts';

/**
 * What a browser holds of a page: a sealed cookie, for one path and one kind of page, so that two logins in two tabs
 * don't know of each other. The portal itself keeps nothing.
 */
export type Session<Content extends object> = {
  readonly content: Content;
  /** Stands in every form of the session; a form without it is not ours. */
  readonly formToken: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
};

export type Sessions<Content extends object> = {
  /** Puts the cookie on the answer. */
  open(reply: FastifyReply, path: string, content: Content, expiresAt: number): Session<Content>;
  /** The session of a path, while it lives; undefined where the cookie is missing, forged, or another path's. */
  read(request: FastifyRequest, path: string): Session<Content> | undefined;
  close(reply: FastifyReply, path: string): void;
};

const formTokenBytes = 16;
const ivBytes = 12;

/**
 * @param kind of page; a cookie opens pages of its kind only
 * @param secure whether pages are served behind TLS
 * @param sameSite strict where no link from elsewhere has to open the page with its session; default lax
 */
export function createSessions<Content extends object>(options: {
  readonly keys: KeyRing;
  readonly kind: string;
  readonly secure: boolean;
  readonly now: () => number;
  readonly sameSite?: 'lax' | 'strict';
}): Sessions<Content> {
  const { keys, kind, secure, now, sameSite = 'lax' } = options;
  const name = `${secure ? '__Secure-' : ''}twofold_${kind}`;
  const place = (path: string) => ({ tenant: 'portal', subject: path, field: kind, thing: name });
  const cookie = { httpOnly: true, sameSite, secure } as const;
  return {
    open(reply, path, content, expiresAt) {
      const kept = { content, formToken: randomBytes(formTokenBytes).toString('base64url'), expiresAt };
      const value = seal(keys.newest('portal'), '', place(path), randomBytes(ivBytes), JSON.stringify(kept));
      void reply.setCookie(name, value, { ...cookie, path, expires: new Date(expiresAt) });
      return kept;
    },
    read(request, path) {
      const value = request.cookies[name];
      if (value === undefined || value.length > 4_096) return undefined;
      const text = unseal((kid) => keys.byKid('portal', kid), '', place(path), value);
      if (text === undefined) return undefined;
      const kept = JSON.parse(text) as Session<Content>;
      return now() < kept.expiresAt ? kept : undefined;
    },
    close: (reply, path) => void reply.clearCookie(name, { ...cookie, path }),
  };
}

/**
 * Whether a form was sent by a page of ours: the browser's word (Fetch Metadata, or Origin) and the token of the session.
 * A browser that says nothing must still have the token.
 */
export function isOwnForm(request: FastifyRequest, origin: string, session: { readonly formToken: string }): boolean {
  const { 'sec-fetch-site': site, origin: from } = request.headers;
  if (site !== undefined && site !== 'same-origin') return false;
  if (from !== undefined && from !== origin) return false;
  const { form } = (request.body ?? {}) as { form?: unknown };
  return typeof form === 'string' && sameSecret(form, session.formToken);
}
