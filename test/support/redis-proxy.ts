import type { Script } from '#storage/redis/scripts.ts';
import { startGatedProxy, type GatedProxy, type Protocol } from './gated-proxy.ts';

/** A gate before a Redis of this machine. */
export const startRedisProxy = (port: number): Promise<GatedProxy> => startGatedProxy(port, resp);

/** Clients send arrays of strings, each with its length before it (RESP). */
const resp: Protocol = {
  requestBytes: (bytes) => readCommand(bytes)?.end ?? 0,
};

/** The words of a command, name first. */
export const wordsOf = (request: Buffer): string[] => readCommand(request)?.words ?? [];

/** Whether a command runs this script, which the server knows by its digest once it has run. */
export const runs = (request: Buffer, script: Script): boolean => wordsOf(request)[1] === script.digest;

function readCommand(bytes: Buffer): { words: string[]; end: number } | undefined {
  let at = 0;
  const line = (): string | undefined => {
    const end = bytes.indexOf('\r\n', at, 'latin1');
    if (end < 0) return undefined;
    const text = bytes.toString('latin1', at, end);
    at = end + 2;
    return text;
  };
  const count = line();
  if (count === undefined) return undefined;
  const words: string[] = [];
  for (let left = Number(count.slice(1)); left > 0; left -= 1) {
    const size = line();
    if (size === undefined) return undefined;
    const end = at + Number(size.slice(1));
    if (bytes.length < end + 2) return undefined;
    words.push(bytes.toString('utf8', at, end));
    at = end + 2;
  }
  return { words, end: at };
}
