import { randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Type, type Static, type TObject } from 'typebox';
import { Check } from 'typebox/value';
import { PageFailure } from './failure.ts';
import { html, type Html } from './html.ts';
import type { Portal } from './portal.ts';
import { isOwnForm } from './session.ts';

const onceBytes = 16;
const once = Type.String({ pattern: '^[A-Za-z0-9_-]{16,64}$' });

/** What stands unseen in every form: the session's token, and a fresh key that makes a second sending of this form no second act. */
export const hiddenFields = (session: { readonly formToken: string }): Html =>
  html`<input type="hidden" name="form" value="${session.formToken}"><input type="hidden" name="once" value="${freshOnce()}">`;

export const freshOnce = (): string => randomBytes(onceBytes).toString('base64url');

/** Throws unless the form came from a page of ours that belongs to this session. */
export function demandOwnForm(
  request: FastifyRequest,
  { origin }: Pick<Portal, 'origin'>,
  session: { readonly formToken: string },
): void {
  if (!isOwnForm(request, origin, session)) throw new PageFailure('foreignForm');
}

/** The Idempotency-Key of a form. A form of ours has one; whatever else comes is given a new one. */
export function onceOf(request: FastifyRequest): string {
  const value = (request.body as { once?: unknown } | undefined)?.once;
  return Check(once, value) ? value : freshOnce();
}

/** The named fields of a form, or undefined where one is missing, repeated, or longer than its schema lets it be. */
export function fieldsOf<Fields extends TObject>(request: FastifyRequest, schema: Fields): Static<Fields> | undefined {
  const body = (request.body ?? {}) as Record<string, unknown>;
  const named = Object.fromEntries(Object.keys(schema.properties).map((name) => [name, body[name]]));
  const given = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
  return Check(schema, given) ? given : undefined;
}
