import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

/** Takes comments and needless space out of a style sheet, since it travels with every page. */
const shrink = (css: string) =>
  css
    .replace(/\/\*[^]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,>]) ?/g, '$1')
    .replace(/: /g, ':')
    .trim();

export const hashOf = (text: string) => createHash('sha256').update(text).digest('base64');

/** The style of a page, inline so that it shows in one round trip. */
export const styleOf = (...sheets: readonly string[]): string =>
  sheets.map((sheet) => shrink(read(`style/${sheet}.css`))).join('');

export type Script = { readonly path: string; readonly text: string };

/** A script for browsers, made of one or more, under a path that changes with its content, so that it may be kept for ever. */
export function scriptOf(...names: readonly string[]): Script {
  const text = names.map((name) => read(`browser/${name}.js`)).join('\n');
  const version = createHash('sha256').update(text).digest('base64url').slice(0, 12);
  return { path: `/assets/${names.at(-1)}-${version}.js`, text };
}

/** Serves a script to browsers, who may keep it: another content is another path. */
export function serveScript(app: Pick<FastifyInstance, 'get'>, { path, text }: Script): void {
  app.get(path, { schema: { hide: true } }, async (_request, reply) =>
    reply
      .type('text/javascript; charset=utf-8')
      .header('cache-control', 'public, max-age=31536000, immutable')
      .send(text),
  );
}
