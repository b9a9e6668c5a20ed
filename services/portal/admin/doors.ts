import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static, type TSchema } from 'typebox';
import { PageFailure } from '../failure.ts';
import { isOwnForm } from '../session.ts';
import type { Ground, Need } from './administrator.ts';
import { openDesk, type Desk } from './desk.ts';
import type { Faults } from './form.ts';

/** The two hidden fields of every form. */
export const formFields = {
  form: Type.String({ maxLength: 64 }),
  once: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }),
};

type Where = { readonly url: string; readonly need: Need };
type FormWhere<Body extends TSchema> = Where & { readonly body: Body; readonly bytesMax?: number };

/** How routes of signed-in administrators are made: whoever they are and whether a form is ours is settled before a handler runs. */
export type Doors = {
  page(where: Where, show: (desk: Desk) => Promise<FastifyReply>): void;
  /** `faults` are those of the form's own shape; with any, `form` may be anything. */
  form<Body extends TSchema>(
    where: FormWhere<Body>,
    take: (desk: Desk, form: Static<Body>, faults: Faults) => Promise<FastifyReply>,
  ): void;
};

export function openDoors(app: FastifyInstance, ground: Ground): Doors {
  return {
    page({ url, need }, show) {
      app.get(url, { schema: { hide: true } }, async (request, reply) => show(openDesk(ground, need, request, reply)));
    },
    form({ url, need, body, bytesMax }, take) {
      const options = { schema: { hide: true, body }, attachValidation: true, bodyLimit: bytesMax };
      app.post(url, options, async (request: FastifyRequest, reply: FastifyReply) => {
        const desk = openDesk(ground, need, request, reply);
        if (!isOwnForm(request, ground.portal.origin, desk.session)) throw new PageFailure('foreignForm');
        return take(desk, request.body as Static<typeof body>, shapeFaults(request));
      });
    },
  };
}

type Violation = { readonly instancePath: string; readonly keyword: string; readonly params: Record<string, unknown> };

/** What a form's schema says of its fields, in words: browsers check the same, so whoever sees these has gone round them. */
export function shapeFaults({ validationError }: FastifyRequest): Faults {
  const found = (validationError?.validation ?? []) as readonly Violation[];
  return Object.fromEntries(
    found.map(({ instancePath, keyword, params }) => {
      const name = params['missingProperty'] ?? params['additionalProperty'];
      const field = typeof name === 'string' ? name : (instancePath.split('/')[1] ?? '');
      return [field, wordsOf(keyword, params)];
    }),
  );
}

function wordsOf(keyword: string, { limit }: Record<string, unknown>): string {
  if (keyword === 'required' || (keyword === 'minLength' && limit === 1)) return 'is missing';
  if (keyword === 'maxLength') return `must have at most ${String(limit)} characters`;
  return 'is not valid';
}
