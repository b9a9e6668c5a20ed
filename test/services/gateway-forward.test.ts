import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHttp } from '#runtime/http.ts';
import { silentLogger } from '#runtime/logger.ts';
import { createTelemetry } from '#runtime/telemetry.ts';
import { registerForwarding } from '../../services/gateway/forward.ts';
import { createCall } from '../support/call.ts';
import { listen } from '../support/vendors/listen.ts';

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string };
type Play = (request: Seen, answer: ServerResponse) => void;

const approve: Play = (_request, answer) => {
  answer
    .setHeader('content-type', 'application/json; charset=utf-8')
    .setHeader('set-cookie', 'a=b')
    .end('{"result":"approved"}');
};

/** A gateway before a verifier that the test plays. */
async function startGateway(play: Play = approve) {
  const seen: Seen[] = [];
  const take = async (incoming: IncomingMessage, answer: ServerResponse) => {
    const { method = '', url = '', headers } = incoming;
    const request = { method, url, headers, body: await text(incoming) };
    seen.push(request);
    play(request, answer);
  };
  const verifier = createServer((incoming, answer) => void take(incoming, answer));
  const verifierPort = await listen(verifier);
  const telemetry = createTelemetry({ service: 'gateway' });
  const app = createHttp({ logger: silentLogger, telemetry, loopbackOnly: false, trustedProxies: [] });
  registerForwarding(app, `http://127.0.0.1:${verifierPort}`);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const port = Number(new URL(app.listeningOrigin).port);
  onTestFinished(async () => {
    verifier.close();
    verifier.closeAllConnections();
    await app.close();
    await telemetry.shutdown();
  });
  const stop = () =>
    new Promise<void>((resolve) => {
      verifier.close(() => resolve());
      verifier.closeAllConnections();
    });
  return { seen, port, stop, call: createCall(`http://127.0.0.1:${port}`, 'key') };
}

const path = '/v1/challenges/x/verify';

describe('the gateway before a verifier', () => {
  it('passes bytes on as they came, with the headers that matter and no others', async () => {
    const { call, seen } = await startGateway();
    const body = ' {"code" : "123456", "code": "1\\u0032"}\n';
    const answer = await call('POST', path, body, {
      'idempotency-key': 'k1',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      cookie: 'session=1',
      'x-forwarded-for': '203.0.113.7',
    });
    expect(answer).toMatchObject({ status: 200, text: '{"result":"approved"}' });
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers).not.toHaveProperty('set-cookie');
    const { host: _, connection: __, ...headers } = seen[0]?.headers ?? {};
    expect(headers).toEqual({
      authorization: 'Bearer key',
      'content-type': 'application/json',
      'content-length': String(body.length),
      'idempotency-key': 'k1',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    });
    expect(seen).toMatchObject([{ method: 'POST', url: path, body }]);
  });

  it('forwards the calls that check codes and no other path', async () => {
    const { call, seen } = await startGateway();
    await call('POST', '/v1/addresses/reset', {});
    await call('GET', '/.well-known/jwks.json');
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /v1/addresses/reset',
      'GET /.well-known/jwks.json',
    ]);
    for (const other of ['/v1/challenges/x/y/verify', '/v1/settings', '/health/ready', '//evil.example/verify']) {
      expect((await call('POST', other, {})).status).toBe(404);
    }
    expect(seen).toHaveLength(2);
  });

  it('takes a path that names a host for the path that it is', async () => {
    const { port, seen } = await startGateway();
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `POST http://evil.example${path} HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    );
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 /);
    expect(seen).toMatchObject([{ url: path }]);
  });

  it('passes a refusal on with its wait', async () => {
    const problem = '{"code":"too-busy","status":429}';
    const { call } = await startGateway((_request, answer) => {
      answer.writeHead(429, { 'content-type': 'application/problem+json', 'retry-after': '7' }).end(problem);
    });
    const answer = await call('POST', path, { code: '123456' });
    expect(answer).toMatchObject({ status: 429, text: problem, headers: { 'retry-after': '7' } });
    expect(answer.headers['content-type']).toBe('application/problem+json');
  });

  const unavailable = {
    status: 503,
    headers: { 'content-type': 'application/problem+json', 'retry-after': expect.stringMatching(/^[1-9]\d*$/) },
    json: { code: 'unavailable' },
  };

  it('answers 503 with a wait while no verifier is there', async () => {
    const { call, stop } = await startGateway();
    await stop();
    expect(await call('POST', path, { code: '123456' })).toMatchObject(unavailable);
    expect(await call('GET', '/.well-known/jwks.json')).toMatchObject(unavailable);
  });

  const halves: readonly (readonly [string, Play])[] = [
    ['ends without an answer', (_request, answer) => void answer.destroy()],
    [
      'breaks off in its answer',
      (_request, answer) => {
        answer.writeHead(200, { 'content-length': '100' }).write('{"result":');
        setImmediate(() => answer.destroy());
      },
    ],
    [
      'is replaced by the error page of a proxy',
      (_request, answer) => void answer.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>'),
    ],
  ];
  for (const [what, play] of halves) {
    it(`answers 503 with a wait when the verifier ${what}`, async () => {
      const { call } = await startGateway(play);
      expect(await call('POST', path, { code: '123456' })).toMatchObject(unavailable);
    });
  }

  it('refuses what is too large itself', async () => {
    const { call, seen } = await startGateway();
    const answer = await call('POST', path, 'x'.repeat(70_000));
    expect(answer).toMatchObject({ status: 413, json: { code: 'body-too-large' } });
    expect(seen).toEqual([]);
  });
});
