/** Sends that wait: for a provider to come back, or for another worker's lease to end. Bounded, and emptied at once on stop. */
export type WaitingRoom = {
  /** True once no more may wait. */
  full(): boolean;
  size(): number;
  /** Resolves true after `ms`, false as soon as the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<boolean>;
};

/** Room for `waitingMax` sends; whoever comes when it is full is for the caller to end. */
export function createWaitingRoom(waitingMax: number): WaitingRoom {
  let waiting = 0;
  return {
    full: () => waiting >= waitingMax,
    size: () => waiting,
    async wait(ms, signal) {
      if (signal.aborted) return false;
      waiting += 1;
      try {
        return await new Promise<boolean>((resolve) => {
          const broken = () => {
            clearTimeout(timer);
            resolve(false);
          };
          const timer = setTimeout(() => {
            signal.removeEventListener('abort', broken);
            resolve(true);
          }, ms);
          signal.addEventListener('abort', broken, { once: true });
        });
      } finally {
        waiting -= 1;
      }
    },
  };
}
