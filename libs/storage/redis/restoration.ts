import { createFilling } from './filling.ts';
import { allBuckets, doorOf } from './keys.ts';
import type { RedisConnection } from './redis.ts';
import { toTexts } from './replies.ts';
import { scripts } from './scripts.ts';
import type { Restoration, Survey } from '../restoration.ts';

const takenMs = 15_000;
const beatEveryMs = 900;

/** See Restoration. On one Redis all buckets are asked for in one call; in a cluster each is asked for where it is. */
export function createRestoration(redis: RedisConnection, now: () => number): Restoration {
  async function survey(owner: string): Promise<Survey> {
    const groups = redis.clustered ? allBuckets.map((bucket) => [bucket]) : [allBuckets];
    const answers = await Promise.all(
      groups.map(async (buckets) => {
        const reply = await redis.run(scripts.survey, buckets.flatMap(doorOf), [owner, takenMs, beatEveryMs]);
        return readSurvey(buckets, toTexts(reply));
      }),
    );
    const states = answers.flat();
    return {
      open: states.filter(({ state }) => state === 'open').length,
      held: states.filter(({ state }) => state === 'held').length,
      taken: states.flatMap(({ state, closed }) => (state === 'taken' ? [closed] : [])),
    };
  }

  return {
    buckets: allBuckets.length,
    survey,
    look: () => survey(''),
    fill: (taken) => createFilling(redis, now, taken),
  };
}

function readSurvey(buckets: readonly string[], [server = '', ...states]: string[]) {
  return buckets.map((bucket, index) => {
    const [state, beat] = states.slice(2 * index, 2 * index + 2);
    return { state, closed: { bucket, server, beat: beat ? Number(beat) : undefined } };
  });
}
