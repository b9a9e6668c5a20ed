import { tallyKey } from './keys.ts';
import type { RedisConnection } from './redis.ts';
import { toFields } from './replies.ts';
import { scripts } from './scripts.ts';
import { tallyMinutesKept, type Store } from '../store.ts';
import { gatherTallies, minuteMs, oldestTallyMinute } from '../tally.ts';

const hourMinutes = 60;
/** Clocks of processes differ: what is over for one must not be gone for another, so Redis collects it only later. */
const marginMinutes = 1;

/** Counts by minute, an hour of a key in one hash: few keys to read two days from, and none to sweep. */
export function createTallies(redis: RedisConnection, now: () => number): Pick<Store, 'tally' | 'tallies'> {
  return {
    async tally(key, { minute, counts }) {
      const amounts = Object.entries(counts);
      if (minute < oldestTallyMinute(now()) || amounts.length === 0) return;
      const hour = Math.floor(minute / hourMinutes);
      const endsAt = ((hour + 1) * hourMinutes + tallyMinutesKept + marginMinutes) * minuteMs;
      const args = amounts.flatMap(([field, amount]) => [`${minute} ${field}`, amount]);
      await redis.run(scripts.tally, [tallyKey(key, hour)], [Math.ceil(endsAt - now()), ...args]);
    },
    async tallies(key, from, to) {
      const first = Math.max(from, oldestTallyMinute(now()));
      const hours: number[] = [];
      const last = Math.min(to, first + 2 * tallyMinutesKept);
      for (let hour = Math.floor(first / hourMinutes); hour * hourMinutes < last; hour += 1) hours.push(hour);
      const hashes = await Promise.all(hours.map((hour) => redis.send('hgetall', tallyKey(key, hour))));
      const counts = hashes
        .flatMap((hash) => Object.entries(toFields(hash)))
        .map(([name, count]) => {
          const [minute = '', ...field] = name.split(' ');
          return { minute: Number(minute), field: field.join(' '), count: Number(count) };
        });
      return gatherTallies(counts.filter(({ minute }) => minute >= first && minute < to));
    },
  };
}
