import { Agent, request as call } from 'undici';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '#runtime/errors.ts';
import { forwardedCalls } from './forwarded-calls.ts';

const callMsMax = 15_000;
const answerBytesMax = 1_048_576;
const passedOn = ['authorization', 'content-type', 'idempotency-key', 'traceparent'] as const;
const passedBack = ['content-type', 'retry-after', 'www-authenticate', 'cache-control'] as const;

/** The path alone: a request may name scheme and host before it (RFC 9112, 3.2.2). */
const pathOf = (url: string): string => url.replace(/^https?:\/\/[^/]*/i, '');

/** The calls that check a code: only the verifier has the keys, so their bytes go on to it as they came. */
export function registerForwarding(
  app: FastifyInstance,
  verifierUrl: string,
  traceparent: () => string | undefined = () => undefined,
): void {
  const agent = new Agent({
    connections: 64,
    pipelining: 1,
    connect: { timeout: 2_000 },
    headersTimeout: callMsMax,
    bodyTimeout: callMsMax,
  });
  app.addHook('onClose', () => agent.close());
  const handler = (request: FastifyRequest, reply: FastifyReply) =>
    forward(agent, `${verifierUrl}${pathOf(request.url)}`, request, reply, traceparent());
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.setValidatorCompiler(() => () => true);
    for (const [method, url, schema] of forwardedCalls) scope.route({ method, url, schema, handler });
  });
}

async function forward(
  agent: Agent,
  url: string,
  request: FastifyRequest,
  reply: FastifyReply,
  traceparent: string | undefined,
): Promise<FastifyReply> {
  const headers: Record<string, string> = {};
  for (const name of passedOn) {
    const value = request.headers[name];
    if (value !== undefined) headers[name] = value.toString();
  }
  if (traceparent !== undefined) headers['traceparent'] = traceparent;
  const body = Buffer.isBuffer(request.body) ? request.body : undefined;
  const method = request.method as 'GET' | 'POST' | 'PATCH' | 'DELETE';
  // It may have been carried out; repeating with the same Idempotency-Key finds out.
  const unavailable = () => {
    throw new Problem('unavailable', { retryAfterMs: 2_000 });
  };
  const answer = await call(url, { method, headers, body, dispatcher: agent }).catch(unavailable);
  const bytes = Buffer.from(await answer.body.arrayBuffer().catch(unavailable));
  if (bytes.length > answerBytesMax) throw new Problem('internal');
  // Not a verifier's words but those of something before it that finds none.
  if (answer.statusCode >= 500 && answer.headers['content-type'] !== 'application/problem+json') unavailable();
  for (const name of passedBack) {
    const value = answer.headers[name];
    if (value !== undefined) reply.header(name, value);
  }
  return reply.code(answer.statusCode).send(bytes);
}
