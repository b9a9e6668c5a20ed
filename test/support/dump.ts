import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeChain, type Draft } from '#core/event.ts';
import { topics } from '#schemas/topics.ts';
import { runLog as run } from '../../scripts/log/run.ts';
import { eventually, wrong } from './installation.ts';
import { readEvents, readRecords } from './journal.ts';
import { runHere, type Ran } from './run-script.ts';
import { guess, obtainCode, obtainNext } from './story.ts';
import type { System } from './system.ts';

/** One record of a dump, as kcat prints it. */
export type Line = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly ts: number;
  readonly headers: readonly string[];
  readonly key: string | null;
  readonly payload: string | null;
};

export const linesIn = (text: string): Line[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

export const headersOf = ({ headers }: Line): Record<string, string> =>
  Object.fromEntries(headers.flatMap((name, i) => (i % 2 === 0 ? [[name, headers[i + 1] ?? '']] : [])));

/** The same record with another value of one header. */
export const withHeader = (line: Line, name: string, value: string): Line => ({
  ...line,
  headers: line.headers.map((held, i) => (i % 2 === 1 && line.headers[i - 1] === name ? value : held)),
});

type Place = { readonly subject: string; readonly life: string; readonly version: number; readonly head: string };

/** The event that a draft becomes behind `version`. */
export function lineOf(draft: Draft, at: Place & { readonly tenant: string; readonly time: number }): Line {
  const envelope = { ...at, source: '/twofold/test', actor: 'service:test', causationId: 'command' };
  const [event] = encodeChain([draft], at, envelope);
  if (!event) throw new Error('a chain of one draft has one event');
  const { topic, key, value, headers } = event;
  return { topic, partition: 0, offset: 0, ts: at.time, key, payload: value, headers: Object.entries(headers).flat() };
}

/** A log with a story in it, and its dump. */
export type Told = {
  readonly dump: readonly Line[];
  /** The address that is asked for, approved, and asked for again until requests replace older ones. */
  readonly asked: Awaited<ReturnType<typeof obtainCode>>;
  readonly subject: string;
  /** Whether it is that subject's event of this version; the last one's is `last`. */
  readonly isEvent: (line: Line, version: number) => boolean;
  readonly last: number;
};

/** Lets a system do what a log tells of: two addresses, wrong and right guesses, a resend, cancellations. */
export async function tellStory(system: System): Promise<Told> {
  const binding = { amount: '12.50' };
  const asked = await obtainCode(system, { binding, params: { name: 'Ada' } });
  await guess(system.call, asked.id, wrong(asked.code), { binding });
  const next = await obtainNext(system, asked);
  await guess(system.call, asked.id, next.code, { binding });
  const canceled = await obtainCode(system, { channel: 'sms' });
  await system.call('POST', `/v1/challenges/${canceled.id}/cancel`, {});
  for (let i = 0; i < 4; i += 1) await obtainCode(system, { to: asked.to });
  // A message is there before its fate is told; the dump shall have both.
  await eventually('the fate of every message', async () => {
    const told = await readEvents(system.foundation.log, () => true, [topics.deliveries.name]);
    const fates = told.filter(({ event }) => event.type === 'delivery-sent' || event.type === 'delivery-failed');
    const messages = await readRecords(system.foundation.log, [topics.messagesSms.name, topics.messagesEmail.name]);
    return fates.length === messages.length;
  });
  const { stdout } = await runLog(system.folder, ['show', '--json']);
  const dump = linesIn(stdout);
  const subject = asked.id.slice(0, 22);
  const own = dump.filter(({ topic, key }) => topic === 'twofold.journal' && key === subject);
  const isEvent = (line: Line, version: number) => own.includes(line) && headersOf(line).ce_version === String(version);
  return { dump, asked, subject, isEvent, last: own.length };
}

export const textOf = (lines: readonly Line[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

/** `npm run log` in this process, on a data folder and, if there is one, a dump. */
export function runLog(dataDir: string, args: readonly string[], dump?: readonly Line[]): Promise<Ran> {
  if (!dump) return runHere((terminal) => run(args, terminal), { DATA_DIR: dataDir });
  const folder = mkdtempSync(join(tmpdir(), 'twofold-dump-'));
  const file = join(folder, 'dump.ndjson');
  writeFileSync(file, textOf(dump));
  const ran = runHere((terminal) => run([...args, '--file', file], terminal), { DATA_DIR: dataDir });
  return ran.finally(() => rmSync(folder, { recursive: true }));
}
