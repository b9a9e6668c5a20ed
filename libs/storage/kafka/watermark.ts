/**
 * Which offsets of one partition are dealt with: records may finish in any order, but only the lowest unfinished one
 * may be committed, or a crash would lose those below it.
 */
export type Watermark = {
  /** False if this offset was seen before (a rejoined consumer reads again what is still in flight). Call in rising order. */
  begin(offset: bigint): boolean;
  finish(offset: bigint): void;
  /** The offset to resume at: everything below it is finished. */
  position(): bigint;
  unfinished(): number;
};

/** @param start the offset at which the partition is resumed */
export function createWatermark(start: bigint): Watermark {
  let seenBelow = start;
  // Insertion order is offset order, so the first key is the lowest unfinished one.
  const open = new Set<bigint>();
  return {
    begin(offset) {
      if (offset < seenBelow) return false;
      seenBelow = offset + 1n;
      open.add(offset);
      return true;
    },
    finish: (offset) => void open.delete(offset),
    position: () => open.values().next().value ?? seenBelow,
    unfinished: () => open.size,
  };
}
