import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { listen } from './listen.ts';
import type { ReceivedMail, Vendor, VendorFault } from './vendor.ts';

export type VendorRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type VendorReply = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
};

/** What makes one HTTP vendor differ from another. */
export type HttpContract = {
  /** The path on which messages are handed over. */
  readonly sendPath: string;
  /** Answers a request as documented; with `mail` the message is taken. */
  answer(request: VendorRequest): { readonly reply: VendorReply; readonly mail?: ReceivedMail };
  readonly faults: Readonly<Record<'refuses' | 'throttles' | 'fails' | 'garbles', VendorReply>>;
};

export type HttpVendor = Vendor & {
  readonly url: string;
  /** Every request for a message gets this answer from now on; undefined heals it. */
  script(reply: VendorReply | undefined): void;
};

/** The error page that a proxy in front of a broken service shows. */
export const errorPage: VendorReply = {
  status: 503,
  headers: { 'content-type': 'text/html' },
  body: '<!doctype html><html><head><title>503</title></head><body><h1>Service Unavailable</h1></body></html>',
};

export async function startHttpVendor(contract: HttpContract): Promise<HttpVendor> {
  const received: ReceivedMail[] = [];
  let handOvers = 0;
  let waiting = 0;
  let fault: VendorFault | undefined;
  let scripted: VendorReply | undefined;

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    if (request.path !== contract.sendPath) return write(outgoing, contract.answer(request).reply);
    handOvers += 1;
    if (scripted) return write(outgoing, scripted);
    if (fault === 'refuses' || fault === 'throttles' || fault === 'fails')
      return write(outgoing, contract.faults[fault]);
    const { reply, mail } = contract.answer(request);
    if (mail) received.push(mail);
    if (!mail || fault === undefined) return write(outgoing, reply);
    if (fault === 'garbles') return write(outgoing, contract.faults.garbles);
    // A head that never ends, and then a reset: whoever waits learns nothing of what became of the message.
    if (fault === 'stalls') {
      waiting += 1;
      outgoing.once('close', () => (waiting -= 1));
    }
    if (fault === 'resets') incoming.socket.write('HTTP/1.1 2', () => incoming.socket.resetAndDestroy());
  }

  const server = createServer((incoming, outgoing) => void handle(incoming, outgoing));
  const port = await listen(server);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    received,
    handOvers: () => handOvers,
    waiting: () => waiting,
    misbehave: (next) => (fault = next),
    script: (reply) => (scripted = reply),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readRequest(incoming: IncomingMessage): Promise<VendorRequest> {
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers,
    body: await text(incoming),
  };
}

function write(outgoing: ServerResponse, reply: VendorReply): void {
  outgoing.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
  outgoing.end(reply.body);
}
