/** Milliseconds. */
export type Quantiles = { readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number };

/** By the nearest rank; of no values every one is NaN, which JSON writes as null. */
export function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = Float64Array.from(values).toSorted();
  const at = (share: number) => round(sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? Number.NaN);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

const round = (ms: number) => Math.round(ms * 100) / 100;
