import type { FastifyInstance, FastifyReply } from 'fastify';
import { ApiProblem } from '../api.ts';
import { demandOwnForm } from '../form.ts';
import { html } from '../html.ts';
import type { Portal } from '../portal.ts';
import { sharedWords } from '../words/shared.ts';
import { enter, show, type At, type Place } from './place.ts';

type Handler = (at: At) => FastifyReply | Promise<FastifyReply>;

export type PageRoutes = {
  /** What a browser may look at; it changes nothing. */
  readonly page: (path: string, handler: Handler) => void;
  /** What a form of ours does, and no other. */
  readonly form: (path: string, handler: Handler) => void;
};

/** Registers pages and forms of a tab; the paths go on after it. */
export function pageRoutes(app: FastifyInstance, portal: Portal, place: Place, under = ''): PageRoutes {
  const url = (path: string) => `${place.base}/:tab${under}${path}`;
  const hidden = { schema: { hide: true } } as const;
  const guarded = async (at: At, handler: Handler) => {
    try {
      return await handler(at);
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) return showOver(at);
      throw error;
    }
  };
  return {
    page: (path, handler) =>
      void app.get(url(path), { exposeHeadRoute: false, ...hidden }, (request, reply) =>
        guarded(enter(portal, place, request, reply), handler),
      ),
    form: (path, handler) =>
      void app.post(url(path), hidden, async (request, reply) => {
        const at = enter(portal, place, request, reply);
        demandOwnForm(request, portal, at.session);
        return guarded(at, handler);
      }),
  };
}

/** The page's time is over: said under its own name, with the way back. */
function showOver(at: At): FastifyReply {
  const { language, returnUrl, name } = at.session.content;
  const { title, text } = sharedWords[language].over;
  const back =
    returnUrl !== undefined && html`<p class="actions"><a class="button wide" href="${returnUrl}">${name}</a></p>`;
  return show(at, { title, body: html`<p class="muted">${text}</p>${back}`, status: 410 });
}
