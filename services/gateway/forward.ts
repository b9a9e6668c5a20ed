import { Agent, request as call } from 'undici';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '#runtime/errors.ts';
import { answers, IdParams, ResetAddress, ResetAnswer, VerifyAnswer, VerifyChallenge } from '#schemas/api.ts';

const callMsMax = 15_000;
const answerBytesMax = 1_048_576;
const passedOn = ['authorization', 'content-type', 'idempotency-key', 'traceparent'] as const;
const security = [{ apiKey: [] }];

/** The path alone: a request may name scheme and host before it (RFC 9112, 3.2.2). */
const pathOf = (url: string): string => url.replace(/^https?:\/\/[^/]*/i, '');

/** The calls that check a code: only the verifier has the keys, so their bytes go on to it as they came. */
export function registerForwarding(app: FastifyInstance, verifierUrl: string): void {
  const agent = new Agent({
    connections: 64,
    pipelining: 1,
    connect: { timeout: 2_000 },
    headersTimeout: callMsMax,
    bodyTimeout: callMsMax,
  });
  app.addHook('onClose', () => agent.close());

  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.setValidatorCompiler(() => () => true);
    const forward = async (
      request: FastifyRequest,
      reply: { code(status: number): { headers(h: object): { send(b: Buffer): unknown } } },
    ) => {
      const headers = Object.fromEntries(
        passedOn.flatMap((name) => (request.headers[name] ? [[name, request.headers[name]]] : [])),
      );
      const body = Buffer.isBuffer(request.body) ? request.body : undefined;
      const answer = await call(`${verifierUrl}${pathOf(request.url)}`, {
        method: request.method as 'POST',
        headers,
        body,
        dispatcher: agent,
      }).catch(() => {
        // It may have been carried out; repeating with the same Idempotency-Key finds out.
        throw new Problem('unavailable', { retryAfterMs: 2_000 });
      });
      const bytes = Buffer.from(
        await answer.body.arrayBuffer().catch(() => {
          throw new Problem('unavailable');
        }),
      );
      if (bytes.length > answerBytesMax) throw new Problem('internal');
      // Not a verifier's words but those of something before it that finds none.
      if (answer.statusCode >= 500 && answer.headers['content-type'] !== 'application/problem+json') {
        throw new Problem('unavailable', { retryAfterMs: 2_000 });
      }
      const kept = ['content-type', 'retry-after', 'www-authenticate', 'cache-control'].flatMap((name) =>
        answer.headers[name] ? [[name, answer.headers[name]]] : [],
      );
      return reply.code(answer.statusCode).headers(Object.fromEntries(kept)).send(bytes);
    };
    const verify = {
      tags: ['challenges'],
      security,
      summary: 'Check a code',
      params: IdParams,
      body: VerifyChallenge,
      response: answers(200, VerifyAnswer),
    };
    scope.post(
      '/v1/challenges/:id/verify',
      { schema: verify, serializerCompiler: () => (bytes) => bytes as never },
      forward as never,
    );
    const reset = {
      tags: ['support'],
      security,
      summary: 'Forget wrong codes at an address',
      body: ResetAddress,
      response: answers(200, ResetAnswer),
    };
    scope.post('/v1/addresses/reset', { schema: reset }, forward as never);
    scope.get(
      '/.well-known/jwks.json',
      { schema: { tags: ['proofs'], summary: 'Public keys of proofs' } },
      forward as never,
    );
  });
}
