import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createCall } from '../support/call.ts';
import { eventually } from '../support/installation.ts';
import type { System } from '../support/system.ts';

/** Bytes that are hardly a request, or only half of one. */
export function describeBadConnections(given: () => System): void {
  describe('a connection', () => {
    /** Sends bytes and collects what comes back until the server closes, or until an answer is whole. */
    function exchange(bytes: string): Promise<string> {
      const { port } = given();
      return new Promise((resolve, reject) => {
        let received = '';
        const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
        socket.setTimeout(20_000, () => socket.destroy(new Error('no answer')));
        socket.on('data', (chunk: Buffer) => {
          received += chunk.toString('latin1');
          if (received.endsWith('}')) socket.destroy();
        });
        socket.on('error', reject);
        socket.on('close', () => resolve(received));
      });
    }

    const start = () =>
      `POST /v1/challenges HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${given().apiKey}\r\n`;
    for (const [what, status, bytes] of [
      ['that speaks TLS', 400, () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
      ['that speaks HTTP/2', 400, () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
      ['with an invented method', 400, () => 'BREW /pot HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'],
      ['that names no host', 400, () => 'GET /v1/keys HTTP/1.1\r\n\r\n'],
      ['with two lengths', 400, () => `${start()}Content-Length: 3\r\nContent-Length: 5\r\n\r\n{}`],
      [
        'with a length and chunks',
        400,
        () => `${start()}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      ],
      ['with a negative length', 400, () => `${start()}Content-Length: -3\r\n\r\n`],
      [
        'with a chunk that is none',
        400,
        () => `${start()}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
      ],
      ['with a NUL in a header', 400, () => `${start()}X-Name: a\0b\r\n\r\n`],
      ['with 20 kB of headers', 431, () => `${start()}X-Name: ${'x'.repeat(20_000)}\r\n\r\n`],
      ['from a page of another host', 403, () => 'GET /v1/keys HTTP/1.1\r\nHost: evil.example\r\n\r\n'],
    ] as const) {
      it(`${what} is answered ${status} in our words`, async () => {
        const answer = await exchange(bytes());
        const [head = '', body = ''] = answer.split('\r\n\r\n');
        expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
        expect(head.toLowerCase()).toContain('content-type: application/problem+json');
        expect(JSON.parse(body)).toMatchObject({ status, code: expect.any(String), detail: expect.any(String) });
      });
    }

    it('that sends half a request is closed, while others are served', async () => {
      const { port, call, url } = given();
      let closed = 0;
      const answers: string[] = [];
      const halves = [
        start(),
        `${start()}Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{"cha`,
        'POST /v1/',
      ];
      const sockets = Array.from({ length: 150 }, (_, i) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(halves[i % halves.length] ?? ''));
        socket.on('data', (chunk) => answers.push(chunk.toString()));
        socket.on('error', () => {});
        socket.on('close', () => (closed += 1));
        return socket;
      });
      await eventually('all half requests are there', () => sockets.every((socket) => socket.bytesWritten > 0));
      expect((await call('GET', '/v1/keys/current')).status).toBe(200);
      expect((await createCall(url, '')('GET', '/health/ready')).status).toBe(200);
      await eventually('all of them are closed', () => closed === sockets.length, 60_000);
      for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      expect((await call('GET', '/v1/keys/current')).status).toBe(200);
    }, 90_000);
  });
}
