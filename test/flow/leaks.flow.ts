import { expect, it } from 'vitest';
import { eventually } from '../support/installation.ts';
import { keyMarkers, secretMarkers, secrets } from '../support/leak-markers.ts';
import { playStory, type Ground } from '../support/leak-story.ts';
import { createMarkerFinder } from '../support/markers.ts';
import type { ServiceProcess } from '../support/processes.ts';
import type { TraceCollector } from '../support/trace-collector.ts';

export type Leaky = Ground & {
  readonly processes: readonly ServiceProcess[];
  readonly traces: TraceCollector;
  /** What runs keep and show, each with a word that must be in it or it is not the right place; asked for while all run. */
  readonly places: (challengeId: string) => Promise<Readonly<Record<string, readonly [Buffer, string]>>>;
};

/** For a process's environment: something in it fails on secrets when it gets a signal (crash-on-signal.ts). */
export const crashEnv = {
  NODE_OPTIONS: `--import ${new URL('../support/crash-on-signal.ts', import.meta.url).pathname}`,
  CRASH_TEXT: `${secrets.email} ${secrets.phone} ${secrets.name} ${secrets.guess}`,
} as const;

const bytesOf = (texts: readonly (string | Buffer)[]): Buffer =>
  Buffer.concat(texts.flatMap((text) => [Buffer.from(text), Buffer.from('\n')]));

/** Plays a story full of secrets, lets every process crash on some, and looks for them wherever something was kept or shown. */
export function testLeaks(start: () => Promise<Leaky>): void {
  it('keeps and shows no code, address, name or key', { timeout: 180_000 }, async () => {
    const leaky = await start();
    const { processes, traces } = leaky;
    const story = await playStory(leaky);
    const kept = await leaky.places(story.challengeId);
    await eventually('spans', () => traces.received.length > 0);
    for (const one of processes) process.kill(one.pid(), 'SIGUSR2');
    await eventually('the end of all', () => processes.every((one) => !one.running()));
    const output = processes.map((one) => one.output()).join('\n');
    expect(output.match(/"event":"uncaught"/g)).toHaveLength(processes.length);

    const find = createMarkerFinder([...keyMarkers(), ...secretMarkers(), ...story.markers]);
    const places: Readonly<Record<string, readonly [Buffer, string]>> = {
      ...kept,
      output: [Buffer.from(output), 'stack'],
      answers: [bytesOf(story.answers), story.challengeId],
      refusals: [bytesOf(story.refusals), 'malformed-request'],
      spans: [bytesOf(traces.received), 'process message-rendered'],
    };
    const found = Object.entries(places).map(([name, [haystack]]) => [name, find(haystack)]);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(Object.keys(places).map((name) => [name, []])));

    // The right places were searched, and a secret in any of them would have been seen.
    const planted = story.markers.at(-1);
    const plant = Buffer.from(Buffer.from(String(planted?.value)).toString('base64url'));
    for (const [name, [haystack, word]] of Object.entries(places)) {
      const half = Math.floor(haystack.length / 2);
      const withPlant = Buffer.concat([haystack.subarray(0, half), plant, haystack.subarray(half)]);
      const seen = { name, searched: haystack.includes(word), planted: find(withPlant) };
      expect(seen).toEqual({ name, searched: true, planted: [planted?.name] });
    }
  });
}
