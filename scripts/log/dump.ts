import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { LogRecord } from '#storage/log.ts';
import { inSpan, type Span } from './span.ts';

const Text = Type.Union([Type.String(), Type.Null()]);

/** A line of `kcat -C -J`: what we read of it. Headers are names and values in turn. */
const Line = Type.Object({
  topic: Type.String(),
  partition: Type.Integer({ minimum: 0 }),
  offset: Type.Integer({ minimum: 0 }),
  ts: Type.Optional(Type.Integer()),
  headers: Type.Optional(Type.Array(Text)),
  key: Text,
  payload: Text,
});
const lines = Compile(Line);

/** Reads a dump record by record; `-` is standard input. Throws at a line that is no record, naming its number. */
export async function* readDump(file: string, span: Span): AsyncGenerator<LogRecord> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  const failed = new Promise<never>((_, reject) => input.once('error', reject));
  // Who reads awaits it; until then a file that is missing must not look like a surprise.
  failed.catch(() => {});
  let number = 0;
  const texts = createInterface({ input, crlfDelay: Infinity })[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([texts.next(), failed]);
    if (next.done) return;
    number += 1;
    if (next.value.trim() === '') continue;
    const record = parseLine(next.value);
    if (!record) throw new Error(`line ${number} is no record as kcat -J prints it`);
    if (inSpan(record, span)) yield record;
  }
}

function parseLine(text: string): LogRecord | undefined {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!lines.Check(line) || (line.headers?.length ?? 0) % 2 !== 0) return undefined;
  const { topic, partition, offset, ts = 0, headers = [], key, payload } = line;
  return {
    topic,
    partition,
    offset: BigInt(offset),
    appendedAt: ts,
    key: key === null ? null : Buffer.from(key),
    headers: readHeaders(headers),
    value: payload === null ? null : Buffer.from(payload),
  };
}

function readHeaders(list: readonly (string | null)[]): LogRecord['headers'] {
  const headers: Record<string, Buffer | Buffer[]> = Object.create(null);
  for (let i = 0; i < list.length; i += 2) {
    const [name, value] = [list[i] ?? '', Buffer.from(list[i + 1] ?? '')];
    const held = headers[name];
    headers[name] = held === undefined ? value : [held, value].flat();
  }
  return headers;
}

/** One record as kcat prints it, so that a dump of either log reads the same. Bytes that are no UTF-8 are lost. */
export function writeLine({ topic, partition, offset, appendedAt, key, headers, value }: LogRecord): string {
  const line: Static<typeof Line> = {
    topic,
    partition,
    offset: Number(offset),
    ts: appendedAt,
    headers: Object.entries(headers).flatMap(([name, held]) => [held].flat().flatMap((one) => [name, String(one)])),
    key: key && String(key),
    payload: value && String(value),
  };
  return JSON.stringify(line);
}
