import { once } from 'node:events';
import { connect } from 'node:net';

export type Answer = { readonly status: number; readonly body: string };

/** One kept-alive HTTP/1.1 connection with one request on it at a time: raw, so that the load costs little beside what it measures. */
export type Connection = {
  /** Sends the bytes of one request; rejects if the connection breaks or the answer is none that this client reads. */
  ask(request: string): Promise<Answer>;
  close(): void;
};

const headEnd = Buffer.from('\r\n\r\n');
const statusAt = 'HTTP/1.1 '.length;

type Asked = { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void };

export async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  let asked: Asked | undefined;
  let held: Buffer = Buffer.alloc(0);

  const fail = (reason: string): void => {
    asked?.reject(new Error(reason));
    asked = undefined;
    socket.destroy();
  };

  socket.on('data', (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const answer = readAnswer(held);
    if (answer === 'more') return;
    held = Buffer.alloc(0);
    if (answer === 'unreadable') return fail('an answer without a content-length');
    const { resolve } = asked ?? {};
    asked = undefined;
    resolve?.(answer);
  });
  socket.on('error', (error) => fail(error.message));
  socket.on('close', () => fail('the connection was closed'));

  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(new Error('the connection is closed'));
        asked = { resolve, reject };
        socket.write(request, 'latin1');
      }),
    close: () => void socket.destroy(),
  };
}

function readAnswer(bytes: Buffer): Answer | 'more' | 'unreadable' {
  const end = bytes.indexOf(headEnd);
  if (end < 0) return 'more';
  const head = bytes.toString('latin1', 0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) return 'unreadable';
  const from = end + headEnd.length;
  const until = from + Number(length);
  if (bytes.length < until) return 'more';
  return { status: Number(head.slice(statusAt, statusAt + 3)), body: bytes.toString('utf8', from, until) };
}
