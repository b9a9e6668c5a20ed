import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import { createTrackers } from '#storage/kafka/trackers.ts';
import type { Trackers } from '#storage/kafka/trackers.ts';

/** Begins these offsets of a partition, as a batch brings them; answers those that were new. */
function begin(trackers: Trackers, partition: number, ...offsets: bigint[]): bigint[] {
  const tracker = trackers.open('topic', partition, offsets[0] ?? 0n);
  return offsets.filter((offset) => tracker?.watermark.begin(offset));
}

function signalOf(trackers: Trackers, partition: number): AbortSignal {
  const tracker = trackers.find('topic', partition);
  assert(tracker);
  return tracker.lost.signal;
}

const positions = (trackers: Trackers) =>
  trackers.uncommitted().map(({ tracker, offset }) => [tracker.partition, offset] as const);

describe('partitions over the generations of a group', () => {
  it('are nobody’s until they are assigned', () => {
    const trackers = createTrackers();
    expect(begin(trackers, 0, 5n)).toEqual([]);
    trackers.reassign('member', { topic: [0] });
    expect(begin(trackers, 0, 5n)).toEqual([5n]);
    expect(begin(trackers, 1, 5n)).toEqual([]);
    expect(trackers.unfinished()).toBe(1);
  });

  it('are committed up to the lowest record that is unfinished', () => {
    const trackers = createTrackers();
    trackers.reassign('member', { topic: [0, 1] });
    begin(trackers, 0, 5n, 6n, 9n);
    begin(trackers, 1, 0n);
    expect(positions(trackers)).toEqual([]);
    trackers.find('topic', 0)?.watermark.finish(6n);
    expect(positions(trackers)).toEqual([]);
    trackers.find('topic', 0)?.watermark.finish(5n);
    expect(positions(trackers)).toEqual([[0, 9n]]);
    for (const { tracker, offset } of trackers.uncommitted()) tracker.committed = offset;
    expect(positions(trackers)).toEqual([]);
    trackers.find('topic', 0)?.watermark.finish(9n);
    expect(positions(trackers)).toEqual([[0, 10n]]);
  });

  it('that stay with the member keep what is in flight, and know it when it is fetched again', () => {
    const trackers = createTrackers();
    trackers.reassign('member', { topic: [0, 1] });
    begin(trackers, 0, 5n, 6n);
    const signal = signalOf(trackers, 0);
    trackers.reassign('member', { topic: [0] });
    expect(begin(trackers, 0, 5n, 6n, 7n)).toEqual([7n]);
    expect(signal.aborted).toBe(false);
  });

  it('that go to another member abort, and are not committed any more', () => {
    const trackers = createTrackers();
    trackers.reassign('member', { topic: [0, 1] });
    begin(trackers, 1, 5n, 6n);
    trackers.find('topic', 1)?.watermark.finish(5n);
    const signal = signalOf(trackers, 1);
    trackers.reassign('member', { topic: [0] });
    expect(signal.aborted).toBe(true);
    expect(positions(trackers)).toEqual([]);
    expect(trackers.unfinished()).toBe(0);
    expect(begin(trackers, 1, 6n)).toEqual([]);
  });

  it('are all lost to a member that got a new name, for it may have missed a generation', () => {
    const trackers = createTrackers();
    trackers.reassign('member', { topic: [0] });
    begin(trackers, 0, 5n, 6n);
    const signal = signalOf(trackers, 0);
    trackers.reassign('other name', { topic: [0] });
    expect(signal.aborted).toBe(true);
    expect(begin(trackers, 0, 5n, 6n)).toEqual([5n, 6n]);
  });

  it('do not begin with a batch that was asked for before the member joined anew', () => {
    const trackers = createTrackers();
    trackers.reassign('member', { topic: [0] });
    trackers.fetchStarted('1');
    trackers.fetchStarted('2');
    trackers.reassign('other name', { topic: [0] });
    // Offset 5 is committed; broker 2 still answers the fetch that began at 8.
    expect(begin(trackers, 0, 8n)).toEqual([]);
    trackers.fetchStarted('1');
    expect(begin(trackers, 0, 8n)).toEqual([]);
    trackers.fetchStarted('2');
    expect(begin(trackers, 0, 5n)).toEqual([5n]);
    trackers.find('topic', 0)?.watermark.finish(5n);
    expect(positions(trackers)).toEqual([[0, 6n]]);
  });

  it('begin at once when no fetch was under way', () => {
    const trackers = createTrackers();
    trackers.reassign('member', { topic: [0] });
    trackers.fetchStarted('1');
    trackers.fetchesEnded();
    trackers.reassign('other name', { topic: [0] });
    expect(begin(trackers, 0, 5n)).toEqual([5n]);
  });

  it('end all at once', () => {
    const trackers = createTrackers();
    trackers.reassign('member', { topic: [0, 1] });
    begin(trackers, 0, 5n);
    begin(trackers, 1, 5n);
    const signals = [signalOf(trackers, 0), signalOf(trackers, 1)];
    trackers.drop();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(begin(trackers, 0, 6n)).toEqual([]);
  });
});
