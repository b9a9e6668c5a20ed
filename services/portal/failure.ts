import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '#runtime/logger.ts';
import { ApiProblem } from './api.ts';
import type { Brand } from './brand.ts';
import { html } from './html.ts';
import { card, cardLook, sendPage } from './page.ts';
import type { Portal } from './portal.ts';
import { chooseLanguage, type Language } from './words.ts';
import { sharedWords, type SharedWords } from './words/shared.ts';

/** Why a page can't be shown, in words that the person reads; thrown by routes. */
export class PageFailure extends Error {
  readonly kind: keyof SharedWords;
  constructor(kind: keyof SharedWords) {
    super(`page failure: ${kind}`);
    this.name = 'PageFailure';
    this.kind = kind;
  }
}

export const statusOf: Record<keyof SharedWords, number> = {
  over: 410,
  notFound: 404,
  foreignForm: 403,
  tooMany: 429,
  unavailable: 503,
  broken: 500,
};

export const plainBrand: Brand = { name: 'Twofold' };

/** What a failure comes to for the person: a refusal that no route has put into words of its own ends here. */
export function failureOf(error: unknown): keyof SharedWords {
  if (error instanceof PageFailure) return error.kind;
  if (error instanceof ApiProblem) {
    if (error.status === 401 || error.status === 404 || error.status === 410) return 'over';
    if (error.status === 429) return 'tooMany';
    return error.status === 503 ? 'unavailable' : 'broken';
  }
  const { statusCode = 500 } = (error ?? {}) as FastifyError;
  if (statusCode === 429) return 'tooMany';
  return statusCode >= 400 && statusCode < 500 ? 'notFound' : 'broken';
}

export const languageOf = (request: FastifyRequest, preferred?: string): Language =>
  chooseLanguage(preferred, request.headers['accept-language']);

/** Every failure of a page as a page. */
export function answerFailure(portal: Portal, logger: Logger) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const kind = failureOf(error);
    if (kind === 'broken') {
      logger.error('page-failed', { route: request.routeOptions.url, method: request.method, error });
    }
    const retryAfter = error instanceof ApiProblem ? error.retryAfterSeconds : undefined;
    if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
    const lang = languageOf(request);
    const { title, text } = sharedWords[lang][kind];
    const body = card(plainBrand, title, html`<p class="muted">${text}</p>`);
    return sendPage(reply, { look: cardLook, lang, title, brand: plainBrand, body, status: statusOf[kind] }, portal);
  };
}
