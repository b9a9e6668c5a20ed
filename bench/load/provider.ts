import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

export type HandedOver = { readonly id: string; readonly code: string };

/** What takes messages over, as an SMS gateway would: it answers at once and remembers when each code came. */
export type Provider = {
  readonly port: number;
  /** The code of a challenge and when it came, in milliseconds of performance.now(); waits at most `msMax` for it. */
  take(id: string, msMax: number): Promise<{ readonly code: string; readonly at: number } | undefined>;
  /** Codes that came and were not taken. */
  waiting(): number;
  /** Takes any code that came. */
  takeAny(): HandedOver | undefined;
  /** Messages since the start. */
  received(): number;
  close(): void;
};

type Came = { readonly code: string; readonly at: number };

const headEnd = Buffer.from('\r\n\r\n');
const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';

/** @param read finds challenge and code in the body of a message */
export async function startProvider(read: (body: string) => HandedOver): Promise<Provider> {
  const came = new Map<string, Came>();
  const awaited = new Map<string, (came: Came) => void>();
  let received = 0;

  function accept(body: string): void {
    const { id, code } = read(body);
    received += 1;
    const now = { code, at: performance.now() };
    const waiter = awaited.get(id);
    if (!waiter) return void came.set(id, now);
    awaited.delete(id);
    waiter(now);
  }

  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    let held: Buffer = Buffer.alloc(0);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const end = held.indexOf(headEnd);
      if (end < 0) return;
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(held.toString('latin1', 0, end))?.[1] ?? 0);
      const until = end + headEnd.length + length;
      if (held.length < until) return;
      accept(held.toString('utf8', end + headEnd.length, until));
      held = held.subarray(until);
      socket.write(answer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    take(id, msMax) {
      const now = came.get(id);
      if (now) {
        came.delete(id);
        return Promise.resolve(now);
      }
      return new Promise((resolve) => {
        const late = setTimeout(() => {
          awaited.delete(id);
          resolve(undefined);
        }, msMax);
        awaited.set(id, (it) => {
          clearTimeout(late);
          resolve(it);
        });
      });
    },
    waiting: () => came.size,
    takeAny() {
      const [first] = came;
      if (!first) return undefined;
      came.delete(first[0]);
      return { id: first[0], code: first[1].code };
    },
    received: () => received,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
