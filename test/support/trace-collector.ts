import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { listen } from './vendors/listen.ts';

/** An OTLP/HTTP collector that keeps what it is sent, as it came. */
export type TraceCollector = { readonly url: string; readonly received: readonly Buffer[]; close(): void };

export async function startTraceCollector(): Promise<TraceCollector> {
  const received: Buffer[] = [];
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    received.push(Buffer.from(JSON.stringify(request.headers)), await buffer(request));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }
  const server = createServer((request, response) => void take(request, response));
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
