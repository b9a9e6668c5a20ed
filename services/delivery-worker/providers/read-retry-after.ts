/** No code lives longer than this, so a longer wait means the same. */
export const retryAfterMaxMs = 900_000;

/**
 * The wait that a Retry-After header asks for, in milliseconds and capped: delay in seconds or an HTTP date
 * (RFC 9110, 10.2.3). `undefined` for a header that is absent or says neither.
 */
export function readRetryAfter(header: unknown, now: number): number | undefined {
  const value = String(Array.isArray(header) ? header[0] : (header ?? '')).trim();
  if (/^\d{1,10}$/.test(value)) return Math.min(Number(value) * 1_000, retryAfterMaxMs);
  // Date.parse takes many forms; only those that begin as HTTP dates do, with the name of a day, are meant here.
  const at = /^[A-Z][a-z]{2,8},? /.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.min(Math.max(at - now, 0), retryAfterMaxMs);
}
