import { connect, createServer, type Socket } from 'node:net';
import { listen } from './vendors/listen.ts';

/**
 * What happens to one request: `pass` forwards it · `swallow` loses this one · `freeze` loses this one and all that follow, of
 * every connection · `cut` forwards it and ends the connection before its answer · `sever` does the same and lets nobody in any more ·
 * `hush` forwards it and loses its answer only (of a protocol whose answers are told apart).
 */
export type Verdict = 'pass' | 'swallow' | 'freeze' | 'cut' | 'sever' | 'hush';

/** How requests and answers are told apart in a stream of bytes. */
export type Protocol = {
  /** How many bytes the first whole message of a client takes; 0 while it is not whole. */
  requestBytes(bytes: Buffer): number;
  /** The same of what the server sends; without it answers pass as they come. */
  answerBytes?(bytes: Buffer): number;
  rewrite?(answer: Buffer, proxyPort: number): Buffer;
};

/** Stands between a service and a server, and stops the service at a chosen request: what it waits for then never comes. */
export type GatedProxy = {
  readonly port: number;
  /** Asked about every request from now on, in the order they come. */
  gate(judge: (request: Buffer) => Verdict): void;
  /** Whether a request has met anything but `pass` since `gate`. */
  tripped(): boolean;
  /** Passes whatever comes from now on; connections that have lost something end, as no network loses a part in the middle. */
  open(): void;
  close(): void;
};

type State = {
  readonly target: number;
  readonly protocol: Protocol;
  port: number;
  judge: (request: Buffer) => Verdict;
  tripped: boolean;
  frozen: boolean;
  severed: boolean;
  readonly sockets: Set<Socket>;
  /** Clients of whom something was lost. */
  readonly bereft: Set<Socket>;
};

/** Starts a proxy to a port of the loopback. */
export async function startGatedProxy(target: number, protocol: Protocol): Promise<GatedProxy> {
  const state: State = {
    target,
    protocol,
    port: 0,
    judge: () => 'pass',
    tripped: false,
    frozen: false,
    severed: false,
    sockets: new Set(),
    bereft: new Set(),
  };
  const server = createServer((client) => join(state, client));
  state.port = await listen(server);
  const endAll = () => state.sockets.forEach((socket) => socket.destroy());
  return {
    port: state.port,
    gate(judge) {
      Object.assign(state, { judge, tripped: false });
    },
    tripped: () => state.tripped,
    open() {
      Object.assign(state, { judge: () => 'pass', tripped: false, frozen: false, severed: false });
      state.bereft.forEach((client) => client.destroy());
      state.bereft.clear();
    },
    close() {
      server.close();
      endAll();
    },
  };
}

function join(state: State, client: Socket): void {
  if (state.severed) return void client.resetAndDestroy();
  const server = connect(state.target, '127.0.0.1');
  for (const socket of [client, server]) {
    state.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => {
      state.sockets.delete(socket);
      client.destroy();
      // Not destroyed: what was forwarded should still be carried out.
      server.end();
    });
  }
  let deaf = false;
  /** Of the requests that wait for their answers, in order: whether the answer is to be lost. */
  const hushed: boolean[] = [];
  const requests = cutter(state.protocol.requestBytes);
  client.on('data', (bytes) => {
    for (const request of requests(bytes)) {
      const verdict = deaf || state.frozen ? 'swallow' : judgeOne(state, request);
      deaf ||= verdict === 'cut' || verdict === 'sever';
      if (verdict === 'swallow' || verdict === 'freeze') {
        state.bereft.add(client);
      } else {
        hushed.push(verdict === 'hush');
        server.write(request);
      }
    }
  });
  const answers = state.protocol.answerBytes && cutter(state.protocol.answerBytes);
  server.on('data', (bytes) => {
    if (deaf) return endAllOrOne(state, client);
    for (const answer of answers?.(bytes) ?? [bytes]) {
      if (answers && hushed.shift()) continue;
      client.write(state.protocol.rewrite?.(answer, state.port) ?? answer);
    }
  });
}

function judgeOne(state: State, request: Buffer): Verdict {
  const verdict = state.judge(request);
  state.tripped ||= verdict !== 'pass';
  state.frozen ||= verdict === 'freeze';
  state.severed ||= verdict === 'sever';
  return verdict;
}

function endAllOrOne(state: State, client: Socket): void {
  if (state.severed) state.sockets.forEach((socket) => socket.destroy());
  else client.destroy();
}

/** Collects bytes and hands over what is whole. */
function cutter(bytesOf: (bytes: Buffer) => number): (bytes: Buffer) => Buffer[] {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    const whole: Buffer[] = [];
    for (let size = bytesOf(rest); size > 0 && size <= rest.length; size = bytesOf(rest)) {
      whole.push(rest.subarray(0, size));
      rest = rest.subarray(size);
    }
    return whole;
  };
}
