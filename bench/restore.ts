import { randomBytes } from 'node:crypto';
import { encodeChain, type Draft } from '#core/event.ts';
import { fillFromLog } from '#runtime/restore/fill.ts';
import { silentLogger } from '#runtime/logger.ts';
import { topics } from '#schemas/topics.ts';
import { openLogAlone } from '#storage/open.ts';
import { openRedisStore } from '#storage/redis/store.ts';
import { startKafka } from '../scripts/infra/kafka.ts';
import { startRedis } from '../scripts/infra/redis.ts';

/**
 * How long an empty Redis takes to be filled from a log of 100,000 addresses with 10 events each, on a Kafka and a Redis of its own:
 * `node --import ./scripts/preload.ts bench/restore.ts [addresses]`. Prints one line of JSON.
 */
const addresses = Number(process.argv[2] ?? 100_000);
const publishedAtOnce = 400;
const triesMax = 10;

/** Two challenges of one address: each asked for, guessed at three times in vain, and approved. */
function draftsOf(subject: string, time: number): Draft[] {
  const digest = () => randomBytes(32).toString('base64url');
  const counted = { destination: digest(), prefix: digest() };
  return ['a', 'b'].flatMap((mark): Draft[] => {
    const challengeId = `${subject}.c${mark}${randomBytes(15).toString('base64url')}x`;
    const nonce = randomBytes(16).toString('base64url');
    const expiresAt = time + 300_000;
    const send = { number: 1, nonce, kid: 'bench', expiresAt, resendAvailableAt: time, sendsLeft: 4 };
    const to = `bench.${randomBytes(48).toString('base64url')}`;
    const bounds = { digits: 6, attemptsMax: 5, sendsMax: 5, endsAtMax: time + 900_000 };
    const about = challengeId;
    const asked = {
      challengeId,
      channel: 'sms',
      purpose: 'verification',
      to,
      send,
      counted,
      settingsVersion: 'p1.t1',
      ...bounds,
    };
    const rejected = [4, 3, 2].map((attemptsLeft, index) => ({ challengeId, attemptsLeft, failures: index + 1 }));
    const proof = { jti: randomBytes(16).toString('base64url'), iat: 1, exp: 2 };
    return [
      { type: 'challenge-requested', about, data: asked },
      ...rejected.map((data): Draft => ({ type: 'attempt-rejected', about, data })),
      { type: 'challenge-approved', about, data: { challengeId, attemptsLeft: 2, proof, counted } },
    ];
  });
}

const [kafka, redis] = await Promise.all([startKafka(), startRedis()]);
try {
  const log = await openLogAlone({ brokers: kafka.brokers, ssl: false }, { clientId: 'bench', now: Date.now });
  // A broker that has just begun may not know yet what it has just made.
  for (let tries = 1; ; tries += 1) {
    const made = await log.ensureTopics(Object.values(topics)).catch(() => undefined);
    if (made) break;
    if (tries === triesMax) throw new Error('the topics could not be made');
  }
  for (let made = 0; made < addresses; made += publishedAtOnce) {
    const chains = Array.from({ length: Math.min(publishedAtOnce, addresses - made) }, () => {
      const [subject, time] = [randomBytes(16).toString('base64url'), Date.now()];
      const life = randomBytes(8).toString('base64url');
      const envelope = {
        tenant: 'bench',
        subject,
        source: '/twofold/bench',
        time,
        causationId: life,
        actor: 'key:bench',
      };
      const drafts = draftsOf(subject, time);
      return encodeChain(
        drafts,
        { life, version: 0, head: '' },
        envelope,
        drafts.map(() => undefined),
      );
    });
    await Promise.all(chains.map((chain) => log.publish(chain)));
  }
  const store = await openRedisStore({ url: redis.url, now: Date.now });
  const { restoration } = store;
  if (!restoration) throw new Error('Redis can be restored');
  const startedAt = performance.now();
  const { taken } = await restoration.survey('bench');
  const renewal = setInterval(() => void restoration.survey('bench'), 3_000);
  const filling = restoration.fill(taken);
  const report = await fillFromLog({ log, filling, logger: silentLogger, now: Date.now });
  const open = await filling.open('bench');
  clearInterval(renewal);
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  const { events, restored, forks, incomplete } = report.progress();
  const memoryMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(`${JSON.stringify({ seconds, events, restored, forks, incomplete, open, memoryMiB })}\n`);
  await log.close();
  await store.close();
} finally {
  await Promise.all([kafka.stop(), redis.stop()]);
}
