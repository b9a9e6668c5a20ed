import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bucket } from '#storage/store.ts';
import { createLimitModel } from './limit-model.ts';
import type { Given } from './opened-store.ts';

const runs = 40;
const windows = fc.array(
  fc.record({ ms: fc.constantFrom(1_000, 2_500, 10_000), max: fc.integer({ min: 1, max: 5 }) }),
  {
    minLength: 1,
    maxLength: 2,
  },
);
// Steps that often end on, before and after a border of what the limits are made of.
const step = fc.oneof(fc.constantFrom(0, 1, 499, 500, 999, 1_000, 1_001, 1_500, 2_500, 8_000, 10_000), fc.nat(3_000));

/** Limits under random commands in virtual time. */
export function describeLimitProperties(given: Given): void {
  describe('limits, whatever comes', () => {
    it('are exactly what a plain list of members says', async () => {
      const gap = fc.option(
        fc.record({ firstMs: fc.constantFrom(500, 1_000), quietMs: fc.constantFrom(500, 3_000, 8_000) }),
        {
          nil: undefined,
        },
      );
      const action = fc.record({ stepMs: step, command: fc.nat(60), release: fc.boolean() });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ windows, gap }), { minLength: 1, maxLength: 2 }),
          fc.array(action, { minLength: 20, maxLength: 40 }),
          async (rules, actions) => {
            const { store, clock } = given();
            const model = createLimitModel();
            run += 1;
            const buckets = rules.map((rule, i): Bucket => ({
              ...rule,
              key: `model ${run} ${i}`,
              limit: `limit ${i}`,
              exact: true,
            }));
            for (const { stepMs, command, release } of actions) {
              clock.set(clock.now() + stepMs);
              if (release && command % 8 === 0) {
                for (const { key } of buckets) {
                  await store.release(key);
                  model.release(key);
                }
              }
              // A command's repeat comes soon or not at all, so an id that has been counted long ago doesn't come again.
              const id = `${command} at ${Math.floor(clock.now() / 1_000)}`;
              expect(await store.reserve(id, buckets)).toEqual(model.reserve(id, buckets, clock.now()));
            }
          },
        ),
        { numRuns: runs },
      );
    });

    it('in segments never exceed their number in any window, and refuse at most one segment early', async () => {
      const action = fc.record({ stepMs: step, times: fc.integer({ min: 1, max: 3 }) });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(windows, fc.array(action, { minLength: 15, maxLength: 30 }), async (limits, actions) => {
          const { store, clock } = given();
          run += 1;
          const bucket: Bucket = { key: `segments ${run}`, limit: 'limit', exact: false, windows: limits };
          const taken: number[] = [];
          const within = (from: number, to: number) => taken.filter((at) => at > from && at <= to).length;
          for (const { stepMs, times } of actions) {
            clock.set(clock.now() + stepMs);
            const now = clock.now();
            for (let i = 0; i < times; i++) {
              const result = await store.reserve(`${run} ${now} ${i}`, [bucket]);
              const early = limits.some(({ ms, max }) => within(now - ms - ms / 20, now) >= max);
              expect(result.kind === 'counted' || early).toBe(true);
              if (result.kind === 'counted') taken.push(now);
            }
          }
          for (const { ms, max } of limits) {
            for (const at of taken) expect(within(at - ms, at)).toBeLessThanOrEqual(max);
          }
        }),
        { numRuns: runs },
      );
    });

    it('in segments take one more exactly when they said they would', async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(windows, fc.array(step, { minLength: 5, maxLength: 15 }), async (limits, steps) => {
          const { store, clock } = given();
          run += 1;
          const bucket: Bucket = { key: `promise ${run}`, limit: 'limit', exact: false, windows: limits };
          for (const [index, stepMs] of steps.entries()) {
            clock.set(clock.now() + stepMs);
            const result = await store.reserve(`${run} ${index}`, [bucket]);
            if (result.kind === 'counted') continue;
            expect(result.retryAfterMs).toBeGreaterThan(0);
            const promised = clock.now() + result.retryAfterMs;
            clock.set(promised - 1);
            expect(await store.reserve(`${run} ${index} early`, [bucket])).toMatchObject({
              kind: 'refused',
              retryAfterMs: 1,
            });
            clock.set(promised);
            expect(await store.reserve(`${run} ${index} then`, [bucket])).toMatchObject({ kind: 'counted' });
          }
        }),
        { numRuns: runs },
      );
    });
  });
}
