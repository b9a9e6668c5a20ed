import type { Courier } from './courier.ts';

type State = ReturnType<Courier['state']>;

/** A code may be handed to any provider that may be called at all. */
export const codeMayCall = (state: State): boolean => state !== 'open';

/** The one call that tries whether a provider works again is for the codes that wait for it, if any do. */
export const noticeMayCall = (state: State, codesWaiting: number): boolean =>
  state === 'closed' || (state === 'half-open' && codesWaiting === 0);
