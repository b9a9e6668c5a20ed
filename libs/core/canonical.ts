/** JSON with sorted names, so that the order in which somebody writes fields is no difference. */
export function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? ''
  );
}

/** Whether two values are written alike, whatever the order of their fields. */
export const sameValue = (one: unknown, other: unknown): boolean => canonical(one) === canonical(other);
