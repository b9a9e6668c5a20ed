import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { asProblem, errorTable, Problem, problemOf, type ErrorCode } from '#runtime/errors.ts';
import { Unavailable } from '#storage/unavailable.ts';

const codes = Object.keys(errorTable) as ErrorCode[];
const secret = 'ada@example.com 123456';

describe('The table of errors', () => {
  it.each(codes)('gives %s its status, and words that say what to do', (code) => {
    const problem = new Problem(code);
    const [status, detail] = errorTable[code];
    expect(problem).toMatchObject({ code, status, message: detail });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(detail).toMatch(/^[A-Z].{10,}\.$/);
    expect(code).toMatch(/^[a-z-]+$/);
  });

  it('says how long to wait with every 429 and 503, and with nothing else unless told', () => {
    const waits = codes.filter((code) => new Problem(code).retryAfterMs !== undefined);
    expect(waits).toEqual(codes.filter((code) => [429, 503].includes(errorTable[code][0])));
    expect(waits.map((code) => new Problem(code).retryAfterMs)).toEqual(waits.map(() => 1_000));
    expect(new Problem('rate-limited', { retryAfterMs: 7 }).retryAfterMs).toBe(7);
  });

  it('has a place for every refusal of a rule', () => {
    expect(problemOf({ code: 'resend-too-early', retryAfterMs: 1_500 })).toMatchObject({
      status: 429,
      retryAfterMs: 1_500,
    });
    expect(problemOf({ code: 'not-found' })).toMatchObject({ status: 404, retryAfterMs: undefined });
    expect(problemOf({ code: 'settings-changed-meanwhile' }).status).toBe(412);
  });

  it('carries field faults and the name of a limit, and nothing it was not given', () => {
    const errors = [{ field: 'to', message: 'is missing' }];
    expect(new Problem('malformed-request', { errors }).extras).toEqual({ errors });
    expect(new Problem('rate-limited', { limit: 'destination', retryAfterMs: 5 }).extras).toEqual({
      limit: 'destination',
    });
    expect(new Problem('internal').extras).toEqual({});
  });
});

describe('A failure that is none of ours', () => {
  it.each<[string, unknown]>([
    ['an error', new Error(secret)],
    ['an error with a code', Object.assign(new Error(secret), { code: 'ERR_SOMETHING' })],
    ["another library's 404", Object.assign(new Error(secret), { statusCode: 404, code: 'UND_ERR_RESPONSE' })],
    ["another library's 404 without a code", Object.assign(new Error(secret), { statusCode: 404 })],
    ["another library's 503", Object.assign(new Error(secret), { statusCode: 503 })],
    [
      "a fault of fastify's own",
      Object.assign(new Error(secret), { code: 'FST_ERR_REP_ALREADY_SENT', statusCode: 500 }),
    ],
    ['a text', secret],
    ['nothing', undefined],
    ['null', null],
    ['a number', 42],
    ['an object', { message: secret, status: 400 }],
  ])('is internal, and its text stays inside: %s', (_what, failure) => {
    const problem = asProblem(failure);
    expect(problem).toMatchObject({ code: 'internal', status: 500, extras: {} });
    expect(JSON.stringify([problem.message, problem.extras])).not.toContain('ada@');
  });

  it('is unavailable when store or log are, with two seconds to wait', () => {
    const problem = asProblem(new Unavailable('store', secret));
    expect(problem).toMatchObject({ code: 'unavailable', status: 503, retryAfterMs: 2_000 });
    expect(problem.message).not.toContain('ada@');
  });

  it('is itself when it is a problem already', () => {
    const problem = new Problem('too-busy');
    expect(asProblem(problem)).toBe(problem);
  });

  it('is a body that broke off when the connection did', () => {
    const aborted = Object.assign(new Error('aborted'), { code: 'ECONNRESET', statusCode: 400 });
    expect(asProblem(aborted)).toMatchObject({ code: 'malformed-request', extras: { errors: [] } });
    expect(asProblem(Object.assign(new Error('x'), { code: 'ECONNRESET' })).code).toBe('internal');
  });
});

/** What fastify itself says to a request, as a problem. */
async function problemFrom(request: { url?: string; headers?: Record<string, string>; payload?: string }) {
  let problem: Problem | undefined;
  const app = fastify({
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: true } },
    bodyLimit: 1_000,
    routerOptions: { maxParamLength: 20 },
    frameworkErrors(error, _request, reply) {
      problem = asProblem(error);
      reply.send('refused' as never);
    },
  });
  app.setErrorHandler((error, _request, reply) => {
    problem = asProblem(error);
    return reply.send({});
  });
  const body = {
    type: 'object',
    required: ['to'],
    additionalProperties: false,
    properties: {
      to: { type: 'string' },
      channel: { enum: ['sms', 'email'] },
      params: { type: 'object', additionalProperties: { type: 'string', maxLength: 3 } },
    },
  };
  const params = { type: 'object', properties: { id: { type: 'string', maxLength: 10 } } };
  const querystring = { type: 'object', properties: { dryRun: { enum: ['true'] } } };
  app.post('/things/:id', { schema: { body, params, querystring } }, async () => ({}));
  await app.inject({ method: 'POST', url: '/things/1', headers: { 'content-type': 'application/json' }, ...request });
  await app.close();
  if (!problem) throw new Error('fastify refused nothing');
  return { code: problem.code, errors: problem.extras['errors'] as { field: string; message: string }[] };
}

describe("Fastify's own refusals", () => {
  it.each([
    ['malformed JSON', { payload: '{bad' }, 'malformed-json'],
    ['no body', { payload: '' }, 'malformed-json'],
    ['prototype keys', { payload: '{"to":"x","__proto__":{"a":1}}' }, 'malformed-json'],
    ['another media type', { payload: 'x', headers: { 'content-type': 'text/html' } }, 'unsupported-media-type'],
    ['a large body', { payload: JSON.stringify({ to: 'x'.repeat(2_000) }) }, 'body-too-large'],
    [
      'a wrong Content-Length',
      { payload: '{"to":"x"}', headers: { 'content-type': 'application/json', 'content-length': '5' } },
      'malformed-request',
    ],
    ['an id of the wrong shape', { url: `/things/${'x'.repeat(15)}`, payload: '{"to":"x"}' }, 'not-found'],
    ['an id of any length', { url: `/things/${'x'.repeat(25)}`, payload: '{"to":"x"}' }, 'not-found'],
    ['a malformed URL', { url: '/things/%zz', payload: '{"to":"x"}' }, 'malformed-request'],
  ] as const)('of %s', async (_what, request, code) => {
    expect(await problemFrom(request)).toMatchObject({ code });
  });

  it('name every wrong field at once, and no value', async () => {
    const payload = JSON.stringify({ channel: 'pigeon', params: { a: 'long secret', b: 7 }, more: 1 });
    const { code, errors } = await problemFrom({ payload });
    expect(code).toBe('malformed-request');
    expect(Object.fromEntries(errors.map(({ field, message }) => [field, message]))).toMatchObject({
      to: 'is missing',
      more: 'is not known',
      channel: 'must be one of sms, email',
      'params.a': 'must NOT have more than 3 characters',
      'params.b': 'must be string',
    });
    expect(JSON.stringify(errors)).not.toMatch(/pigeon|secret/);
  });

  it('name a field outside of the body by its place', async () => {
    const problem = await problemFrom({ url: '/things/1?dryRun=maybe', payload: '{"to":"x"}' });
    expect(problem.errors).toMatchObject([{ field: 'querystring.dryRun' }]);
  });

  it('are bounded, whatever the body', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`f${index}`, 1]));
    const many = await problemFrom({ payload: JSON.stringify({ to: 'x', ...unknown }) });
    expect(many.errors).toHaveLength(100);
    const long = await problemFrom({ payload: JSON.stringify({ to: 'x', ['y'.repeat(900)]: 1 }) });
    expect(long.errors[0]?.field).toBe('y'.repeat(200));
  });
});
