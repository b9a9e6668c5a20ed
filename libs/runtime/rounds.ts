/**
 * Does a piece of work again and again, each round `everyMs` after the end of the one before. A round that fails is told and is not
 * the last one. `stop` resolves when the round under way is over.
 */
export function startRounds(
  everyMs: number,
  work: () => Promise<void>,
  failed: (error: unknown) => void,
): { stop(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();

  function schedule(): void {
    if (stopped) return;
    timer = setTimeout(() => {
      round = work().catch(failed).finally(schedule);
    }, everyMs);
  }
  schedule();

  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
