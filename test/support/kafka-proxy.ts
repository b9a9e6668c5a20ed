import { startGatedProxy, type GatedProxy, type Protocol } from './gated-proxy.ts';

const sizeBytes = 4;
const produceKey = 0;
const host = Buffer.from('127.0.0.1');

/**
 * A gate before a single broker of this machine. Brokers tell clients where to find them, so the answers are rewritten: wherever
 * the broker's own host and port stand side by side, the port becomes the proxy's, which is as long.
 */
export function startKafkaProxy(port: number): Promise<GatedProxy> {
  const from = Buffer.concat([host, portBytes(port)]);
  const frames: Protocol = {
    requestBytes: frameBytes,
    answerBytes: frameBytes,
    rewrite(answer, proxyPort) {
      const to = Buffer.concat([host, portBytes(proxyPort)]);
      const rewritten = Buffer.from(answer);
      for (let at = rewritten.indexOf(from); at >= 0; at = rewritten.indexOf(from, at + 1)) to.copy(rewritten, at);
      return rewritten;
    },
  };
  return startGatedProxy(port, frames);
}

/** Whether a request appends records (its API key follows the size). */
export const isProduce = (request: Buffer): boolean => request.readInt16BE(sizeBytes) === produceKey;

const frameBytes = (bytes: Buffer): number => (bytes.length < sizeBytes ? 0 : sizeBytes + bytes.readInt32BE(0));

function portBytes(port: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  bytes.writeInt32BE(port);
  return bytes;
}
