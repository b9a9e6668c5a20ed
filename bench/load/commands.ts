import type { AcceptResult, LifecycleResult, Load, PhaseResult, SteadyResult } from './phases.ts';
import type { TargetOptions } from './target.ts';

/** What the load's process is told, and what it answers. */
export type Phases = {
  readonly accept: { readonly load: Load; readonly result: AcceptResult };
  readonly verify: { readonly load: Load; readonly result: PhaseResult };
  readonly lifecycles: { readonly load: Load; readonly result: LifecycleResult };
  readonly steady: { readonly load: Load & { readonly rate: number }; readonly result: SteadyResult };
  readonly request: { readonly load: Load; readonly result: PhaseResult };
};
export type PhaseName = keyof Phases;

export type LoadCommand =
  | { readonly do: 'open' }
  | { readonly do: 'aim'; readonly target: TargetOptions }
  | { [Name in PhaseName]: { readonly do: Name } & Phases[Name]['load'] }[PhaseName];

export type LoadReply =
  | { readonly kind: 'opened'; readonly providerPort: number }
  | { readonly kind: 'aimed' }
  | { readonly kind: 'measured'; readonly result: PhaseResult }
  | { readonly kind: 'failed'; readonly reason: string };
