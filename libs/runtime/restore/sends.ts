import type { Link } from '#core/chain.ts';
import { destinationKey, limitsOfSend, type Limit } from '#core/throttle.ts';
import { effectiveSettings } from '#core/settings.ts';
import type { ChallengeRequested, Counted } from '#schemas/challenge.ts';
import type { Filling, Leased, Members, Segments } from '#storage/restoration.ts';
import { segmentMs } from '#storage/reserve.ts';
import { leaseKeyOf, leaseMsKept } from '../send-lease.ts';

/** No limit looks back further. */
export const sendMsKept = 25 * 3_600_000;

const releases: ReadonlySet<Link['type']> = new Set(['challenge-approved', 'address-reset']);
const requests: ReadonlySet<Link['type']> = new Set(['challenge-requested', 'challenge-resend-requested']);

/** Only names and windows are taken of these: how much a limit lets through is looked up when it is asked. */
const anyQuotas = effectiveSettings(undefined, undefined).settings.quotas;

/** Collects what sends count against and what is known of their leases, from the journal's last 25 h. */
export type Sends = {
  add(link: Link): void;
  /** Fills in what was collected since the last call. */
  flush(): Promise<void>;
  /** Fills in what only all partitions together tell. */
  end(): Promise<void>;
};

/**
 * Counts each send by the id of its command and the time of its event. A limit whose kind depends on settings is filled in both kinds: only
 * one of them is looked at. What a release emptied stays empty, whichever partition tells of it first.
 * @param all whether the whole span is read, or only what may be missing
 */
export function createSends(filling: Filling, now: number, all: boolean): Sends {
  let members = new Map<string, { keptMs: number; list: { command: string; at: number }[] }>();
  let leases: Leased[] = [];
  const segments = new Map<string, { keptMs: number; counts: Map<number, Map<number, number>> }>();
  const released = new Map<string, number>();

  function count(limit: Limit, link: Link): void {
    const keptMs = Math.max(...limit.windows.map(({ ms }) => ms));
    if (link.time <= now - keptMs || !filling.hasName(limit.key)) return;
    if (limit.limit !== 'tenant') {
      const known = members.get(limit.key) ?? { keptMs, list: [] };
      if (known.list.length === 0) members.set(limit.key, known);
      known.list.push({ command: link.causationId, at: link.time });
    }
    if (!limit.limit.endsWith('destination')) countInSegments(limit, keptMs, link.time);
  }

  function countInSegments({ key, windows }: Limit, keptMs: number, at: number): void {
    const known = segments.get(key) ?? { keptMs, counts: new Map<number, Map<number, number>>() };
    segments.set(key, known);
    for (const { ms } of windows) {
      if (at <= now - ms) continue;
      const counted = known.counts.get(ms) ?? new Map<number, number>();
      const number = Math.floor(at / segmentMs(ms));
      known.counts.set(ms, counted.set(number, (counted.get(number) ?? 0) + 1));
    }
  }

  function addLease({ data, time }: Link): void {
    const { challengeId, send } = data as ChallengeRequested;
    const key = leaseKeyOf({ challengeId, send: send.number });
    // A code that is over is sent by nobody any more.
    if (send.expiresAt <= now || !filling.hasName(key)) return;
    leases.push({ key, value: undefined, forgetAt: time + leaseMsKept });
  }

  return {
    add(link) {
      if (link.time <= now - sendMsKept) return;
      const { counted } = link.data as { readonly counted?: Counted };
      if (!counted) return;
      if (releases.has(link.type)) {
        const key = destinationKey(link.tenant, counted);
        if (filling.hasName(key)) released.set(key, Math.max(link.time, released.get(key) ?? 0));
      }
      if (!requests.has(link.type)) return;
      for (const limit of limitsOfSend(link.tenant, counted, anyQuotas, 0)) count(limit, link);
      addLease(link);
    },
    async flush() {
      const [counted, begun] = [members, leases];
      [members, leases] = [new Map(), []];
      const limits = [...counted].map(([key, { keptMs, list }]): Members => ({
        key,
        keptMs,
        members: list,
        releasedAt: 0,
      }));
      await filling.count(limits);
      await filling.lease(begun);
    },
    async end() {
      const keptMs = sendMsKept;
      await filling.count([...released].map(([key, releasedAt]) => ({ key, releasedAt, members: [], keptMs })));
      const filled = [...segments].map(([key, { keptMs: kept, counts }]): Segments => ({
        key,
        segments: counts,
        keptMs: kept,
      }));
      await filling.countSegments(filled, all);
    },
  };
}
