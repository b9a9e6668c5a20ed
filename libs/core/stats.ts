import { deliveryFailures, type DeliveryFailed, type DeliverySent } from '#schemas/delivery.ts';
import type { EventName } from '#schemas/index.ts';
import type { LoginStarted } from '#schemas/login.ts';
import type { Event } from './event.ts';

/** Counts of fields. */
export type Counts = Readonly<Record<string, number>>;

/** Seconds up to which a hand-over falls into each bucket; beyond the last there is one more. */
export const handoverSeconds = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300] as const;

/** One kind of ending of messages with a code. */
type Deliveries = { readonly channel: string; readonly provider?: string; readonly outcome: string };

export type Stats = {
  readonly requests: number;
  readonly resends: number;
  readonly approvals: number;
  readonly rejections: number;
  readonly logins: { readonly started: number; readonly approved: number; readonly failed: number };
  readonly deliveries: readonly (Deliveries & { readonly count: number })[];
  readonly handover: {
    readonly count: number;
    readonly meanSeconds?: number;
    /** The bounds of the buckets in which the middle one and the 95th of a hundred lie; absent beyond the last bound. */
    readonly p50Seconds?: number;
    readonly p95Seconds?: number;
    readonly buckets: readonly { readonly upToSeconds?: number; readonly count: number }[];
  };
};

type Counting = (event: Event) => Counts | undefined;

const one =
  (field: string): Counting =>
  () => ({ [field]: 1 });
const delivery: Counting = ({ data, time }) => deliveryCounts(data as DeliverySent | DeliveryFailed, time);

const countings = {
  'challenge-requested': one('requests'),
  'challenge-resend-requested': one('resends'),
  'challenge-approved': one('approvals'),
  'attempt-rejected': one('rejections'),
  'login-started': ({ data }) => ((data as LoginStarted).needs === 'nothing' ? undefined : { 'logins-started': 1 }),
  // Passed on a page, a login is approved only when its result is taken.
  'login-approved': one('logins-approved'),
  'login-result-taken': one('logins-approved'),
  'login-failed': one('logins-failed'),
  'delivery-sent': delivery,
  'delivery-failed': delivery,
} satisfies Partial<Record<EventName, Counting>>;

export const countedTypes = Object.keys(countings) as (keyof typeof countings)[];

/**
 * What an event adds to the counts of its minute: fields are fixed words and names of providers, never of a person or a thing.
 * Undefined for what is not counted; notices are not.
 */
export const countsOf = (event: Event): Counts | undefined =>
  (countings as Partial<Record<EventName, Counting>>)[event.type]?.(event);

const failures: readonly string[] = deliveryFailures;

function deliveryCounts(data: DeliverySent | DeliveryFailed, time: number): Counts | undefined {
  if ('noticeId' in data) return undefined;
  const { channel, provider = '' } = data;
  if ('reason' in data) {
    const outcome = failures.includes(data.reason) ? data.reason : 'other';
    return { [`delivery/${channel}/${outcome}/${provider}`]: 1 };
  }
  const counts = { [`delivery/${channel}/sent/${provider}`]: 1 };
  if (data.requestedAt === undefined) return counts;
  const ms = Math.max(time - data.requestedAt, 0);
  const index = handoverSeconds.findIndex((seconds) => ms <= seconds * 1_000);
  return { ...counts, [`handover/${index < 0 ? handoverSeconds.length : index}`]: 1, 'handover-ms': ms };
}

/** Adds counts together. */
export function addCounts(all: Iterable<Counts>): Counts {
  const sums = new Map<string, number>();
  for (const counts of all) {
    for (const [field, count] of Object.entries(counts)) sums.set(field, (sums.get(field) ?? 0) + count);
  }
  return Object.fromEntries(sums);
}

/** Counts as people read them. */
export function statsOf(counts: Counts): Stats {
  const of = (field: string) => counts[field] ?? 0;
  return {
    requests: of('requests'),
    resends: of('resends'),
    approvals: of('approvals'),
    rejections: of('rejections'),
    logins: { started: of('logins-started'), approved: of('logins-approved'), failed: of('logins-failed') },
    deliveries: deliveriesOf(counts),
    handover: handoverOf(of),
  };
}

function deliveriesOf(counts: Counts): Stats['deliveries'] {
  const fields = Object.keys(counts).filter((field) => field.startsWith('delivery/'));
  return fields.toSorted().map((field) => {
    const [, channel = '', outcome = '', ...name] = field.split('/');
    const provider = name.join('/');
    return { channel, ...(provider !== '' && { provider }), outcome, count: counts[field] ?? 0 };
  });
}

function handoverOf(of: (field: string) => number): Stats['handover'] {
  const buckets = Array.from({ length: handoverSeconds.length + 1 }, (_, index) => ({
    ...(index < handoverSeconds.length && { upToSeconds: handoverSeconds[index] }),
    count: of(`handover/${index}`),
  }));
  const count = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  if (count === 0) return { count, buckets };
  const [p50Seconds, p95Seconds] = [0.5, 0.95].map((share) => {
    let left = share * count;
    return buckets.find((bucket) => (left -= bucket.count) <= 0)?.upToSeconds;
  });
  return {
    count,
    meanSeconds: of('handover-ms') / count / 1_000,
    ...(p50Seconds !== undefined && { p50Seconds }),
    ...(p95Seconds !== undefined && { p95Seconds }),
    buckets,
  };
}
