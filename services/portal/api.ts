import { Agent, request as send } from 'undici';
import type { FastifyInstance } from 'fastify';

/** One call of the public API, as any client would make it. */
export type ApiCall = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From `/v1` on; ids in it are encoded by the caller. */
  readonly path: string;
  /** A page token or an API key; none for opening a handle. */
  readonly bearer?: string;
  readonly body?: object;
  /** So that a form sent twice is carried out once. */
  readonly idempotencyKey?: string;
  readonly ifMatch?: string;
  /** Address of the browser, told as a trusted proxy would. */
  readonly clientIp: string;
};

export type ApiReply = {
  readonly status: number;
  readonly etag?: string;
  readonly retryAfterSeconds?: number;
  readonly body: unknown;
};

/** How calls reach the API: over the network, or within one process without a hop. */
export type Api = {
  /** Never rejects: what cannot be reached answers 503. */
  send(call: ApiCall): Promise<ApiReply>;
  /** Whether the API answers at all. */
  ready(): Promise<boolean>;
  close(): Promise<void>;
};

export type FieldFault = { readonly field: string; readonly message: string };

/** The API's refusal: its stable `code`, and what came with it. Network faults are `unavailable`. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly FieldFault[];
  readonly retryAfterSeconds: number | undefined;
  constructor(reply: ApiReply) {
    const body = (reply.body ?? {}) as { code?: string; detail?: string; errors?: FieldFault[] };
    const code = typeof body.code === 'string' ? body.code : 'unavailable';
    super(`the API refused: ${code}`);
    this.name = 'ApiProblem';
    this.status = reply.status;
    this.code = code;
    this.detail = body.detail ?? '';
    this.errors = Array.isArray(body.errors) ? body.errors : [];
    this.retryAfterSeconds = reply.retryAfterSeconds;
  }
}

/** Carries a call out and gives its answer; any status of 400 or more is thrown as an ApiProblem. */
export async function call<Answer>(api: Api, what: ApiCall): Promise<Answer> {
  const reply = await api.send(what);
  if (reply.status >= 400) throw new ApiProblem(reply);
  return reply.body as Answer;
}

const callMsMax = 20_000;
const answerBytesMax = 2_097_152;

function headersOf({ bearer, idempotencyKey, ifMatch, body }: ApiCall): Record<string, string> {
  return {
    ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    ...(ifMatch !== undefined && { 'if-match': ifMatch }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
const secondsOf = (value: unknown) => (/^\d{1,6}$/.test(textOf(value) ?? '') ? Number(value) : undefined);

function replyOf(status: number, headers: Readonly<Record<string, unknown>>, text: string): ApiReply {
  const etag = textOf(headers['etag']);
  const retryAfterSeconds = secondsOf(headers['retry-after']);
  let body: unknown;
  try {
    body = text === '' ? undefined : JSON.parse(text);
  } catch {
    return { status: 503, body: undefined };
  }
  return {
    status,
    body,
    ...(etag !== undefined && { etag }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}

/** The API in this process. `host` is a name that it lets in. */
export function apiInProcess(app: FastifyInstance, host: string): Api {
  return {
    async send(what) {
      const answer = await app.inject({
        method: what.method,
        url: what.path,
        headers: { host, ...headersOf(what) },
        remoteAddress: what.clientIp,
        ...(what.body !== undefined && { payload: what.body }),
      });
      return replyOf(answer.statusCode, answer.headers, answer.payload);
    },
    ready: async () => true,
    async close() {},
  };
}

/** The API behind a URL. Whoever cannot be reached, or speaks something else, is unavailable. */
export function apiByHttp(url: string): Api {
  const agent = new Agent({
    connections: 64,
    connect: { timeout: 2_000 },
    headersTimeout: callMsMax,
    bodyTimeout: callMsMax,
    maxResponseSize: answerBytesMax,
  });
  const api: Api = {
    async send(what) {
      try {
        const answer = await send(`${url}${what.path}`, {
          method: what.method,
          headers: { ...headersOf(what), 'x-forwarded-for': what.clientIp },
          dispatcher: agent,
          ...(what.body !== undefined && { body: JSON.stringify(what.body) }),
        });
        return replyOf(answer.statusCode, answer.headers, await answer.body.text());
      } catch {
        return { status: 503, body: undefined };
      }
    },
    ready: async () =>
      (await api.send({ method: 'GET', path: '/.well-known/jwks.json', clientIp: '127.0.0.1' })).status === 200,
    close: () => agent.close(),
  };
  return api;
}
