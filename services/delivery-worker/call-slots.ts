/** Bounds the calls to providers under way; who finds none free waits in line. */
export type CallSlots = { run<T>(work: () => Promise<T>): Promise<T> };

/** At most `callsMax` at once, first come first served. */
export function createCallSlots(callsMax: number): CallSlots {
  let free = callsMax;
  const line: (() => void)[] = [];
  return {
    async run(work) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => line.push(resolve));
      try {
        return await work();
      } finally {
        const next = line.shift();
        if (next) next();
        else free += 1;
      }
    },
  };
}
