import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import fastify, { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { asProblem, Problem } from './errors.ts';
import type { Logger } from './logger.ts';
import type { Telemetry } from './telemetry.ts';
import type { RequestSpan } from './tracing.ts';

export type HttpOptions = {
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  /** Development: requests must name a loopback host, so that no web page can reach in by DNS rebinding. */
  readonly loopbackOnly: boolean;
  readonly trustedProxies: readonly string[];
};

const bodyBytesMax = 65_536;
const requestMsMax = 30_000;
const headersMsMax = 10_000;
/** On every answer; a page sets a policy of its own instead. */
const mannerHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;
/** How often Node looks for requests that are late; its own 30 s would let them be that much later. */
const lateCheckMs = 2_000;

/** A fastify app with our manners: one problem for every failure, closed bodies, nothing cached, one log line for what failed. */
export function createHttp(options: HttpOptions) {
  const { logger, telemetry } = options;
  const app = fastify({
    logger: false,
    bodyLimit: bodyBytesMax,
    requestTimeout: requestMsMax,
    connectionTimeout: 60_000,
    keepAliveTimeout: 65_000,
    genReqId: () => randomUUID(),
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    routerOptions: { maxParamLength: 200 },
    http: {
      headersTimeout: headersMsMax,
      maxHeaderSize: 16_384,
      connectionsCheckingInterval: lateCheckMs,
      // Asked for below, in our words.
      requireHostHeader: false,
    },
    ajv: {
      customOptions: {
        removeAdditional: false,
        coerceTypes: false,
        allErrors: true,
        useDefaults: false,
        strict: false,
      },
    },
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    // Malformed requests that never become one: answered in the same words as all others.
    clientErrorHandler(error, socket) {
      if ((error as { code?: string }).code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
      const problem = clientProblem(error);
      const body = JSON.stringify(bodyOf(problem));
      socket.end(
        `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\ncontent-type: application/problem+json\r\n` +
          `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      );
    },
    // A path that no route could take: no hook has run for it.
    frameworkErrors(error, request, reply) {
      sendProblem(error, request, reply.headers(mannerHeaders), options);
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  const readJson = app.getDefaultJsonParser('error', 'error');
  // A body of no bytes is no body, whatever its type says: many clients send the header with every request.
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) =>
    body === '' ? done(null, undefined) : readJson(request, body, done),
  );
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler((error: FastifyError, request, reply) => sendProblem(error, request, reply, options));
  app.setNotFoundHandler((request, reply) => sendProblem(new Problem('not-found'), request, reply, options));
  const spans = new WeakMap<FastifyRequest, RequestSpan>();
  app.addHook('onRequest', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    spans.set(request, telemetry.requestStarted(request.method, route, traceparentOf(request)));
    reply.headers(mannerHeaders);
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
      throw new Problem('malformed-request', { errors: [{ field: 'Host', message: 'is missing' }] });
    }
    if (options.loopbackOnly && !/^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(request.headers.host ?? '')) {
      throw new Problem('host-not-allowed');
    }
  });
  // A POST without a body is one with an empty body.
  app.addHook('preValidation', async (request) => {
    if (request.method !== 'GET' && request.body === undefined) request.body = {};
  });
  // The body arrives in the socket's context, so the span is entered again where the request is handled.
  app.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request);
    if (span) span.run(done);
    else done();
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    spans.get(request)?.end(reply.statusCode);
    telemetry.observe('http.server.request.duration', reply.elapsedTime / 1_000, {
      'http.request.method': request.method,
      'http.route': route,
      'http.response.status_code': reply.statusCode,
    });
  });
  logger.debug('http-created');
  return app;
}

export type Http = ReturnType<typeof createHttp>;

function clientProblem(error: Error): Problem {
  switch ((error as { code?: string }).code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Problem('headers-too-large');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem('request-too-slow');
    default:
      return new Problem('malformed-request', { errors: [] });
  }
}

function bodyOf(problem: Problem) {
  const { code, status, message, extras } = problem;
  const title = code.replaceAll('-', ' ').replace(/^./, (first) => first.toUpperCase());
  return { type: `urn:twofold:problem:${code}`, title, status, code, detail: message, ...extras };
}

function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, options: HttpOptions) {
  const problem = asProblem(error);
  const route = request.routeOptions.url ?? 'none';
  options.telemetry.count('twofold.refusals', { code: problem.code });
  if (problem.status >= 500) {
    options.logger.error('request-failed', {
      route,
      method: request.method,
      code: problem.code,
      requestId: request.id,
      error,
    });
  }
  if (problem.retryAfterMs !== undefined)
    reply.header('retry-after', Math.max(Math.ceil(problem.retryAfterMs / 1_000), 1));
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  // Not through a serializer: the shape is already the one all callers know.
  return reply.code(problem.status).type('application/problem+json').serializer(JSON.stringify).send(bodyOf(problem));
}

/** The caller's trace, if what it sent is one (W3C Trace Context, 3.2). */
function traceparentOf({ headers }: FastifyRequest): string | undefined {
  const value = headers['traceparent'];
  return typeof value === 'string' && /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(value)
    ? value
    : undefined;
}
