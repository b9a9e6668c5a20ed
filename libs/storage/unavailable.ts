/**
 * The store or the log can't be used now; nothing can be said about whether the last call took effect.
 * The only failure that adapters let out besides programming errors: callers answer 503 and a client repeats.
 */
export class Unavailable extends Error {
  readonly part: 'store' | 'log';

  constructor(part: 'store' | 'log', reason: string) {
    super(`${part} unavailable: ${reason}`);
    this.name = 'Unavailable';
    this.part = part;
  }
}
