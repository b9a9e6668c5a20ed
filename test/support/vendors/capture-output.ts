import { formatWithOptions } from 'node:util';

/** Takes down everything that this process would write for people, by any library, until `stop`. */
export function captureOutput(): { text(): string; stop(): void } {
  const lines: string[] = [];
  const restore: (() => void)[] = [];

  function replace(target: object, name: string, replacement: (...values: unknown[]) => unknown): void {
    const original: unknown = Reflect.get(target, name);
    Reflect.set(target, name, replacement);
    restore.push(() => Reflect.set(target, name, original));
  }

  const format = (...values: unknown[]): void => void lines.push(formatWithOptions({ depth: 10 }, ...values));
  for (const name of ['debug', 'info', 'log', 'warn', 'error', 'trace', 'dir']) replace(console, name, format);
  for (const stream of [process.stdout, process.stderr]) {
    replace(stream, 'write', (chunk, ...rest) => {
      lines.push(chunk instanceof Uint8Array ? Buffer.from(chunk).toString('utf8') : String(chunk));
      const written = rest.find((each) => typeof each === 'function');
      if (written) written();
      return true;
    });
  }
  return { text: () => lines.join('\n'), stop: () => restore.splice(0).forEach((each) => each()) };
}
