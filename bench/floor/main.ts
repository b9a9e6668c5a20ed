import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import fastify from 'fastify';
import { CreateChallenge } from '#schemas/api.ts';
import { topics } from '#schemas/topics.ts';
import { silentLogger } from '#runtime/logger.ts';
import { openStorage, type Storage, type StorageOptions } from '#storage/open.ts';
import { callsOfOneChallenge } from './calls.ts';

/**
 * What one request costs at the least on this machine: a bare fastify that takes the same body and answers as much, and, with storage
 * given, makes the calls to store and log that one challenge makes before its answer. No rule, key, code, text or delivery is in it.
 */
const { FLOOR_PORT: port, FLOOR_STORAGE: place } = process.env;

const triesMax = 20;
const retryMs = 500;

const storage = place === undefined ? undefined : await open(JSON.parse(place) as Place);
const app = fastify({ logger: false });
const answer = {
  id: `${'s'.repeat(22)}.c${'i'.repeat(22)}`,
  subject: 's'.repeat(22),
  status: 'pending',
  channel: 'sms',
  to: '+49***89',
  createdAt: new Date().toISOString(),
  expiresAt: new Date().toISOString(),
  resendAvailableAt: new Date().toISOString(),
  sendsLeft: 4,
  attemptsLeft: 5,
};

app.post('/v1/challenges', { schema: { body: CreateChallenge } }, async (_request, reply) => {
  if (storage) await callsOfOneChallenge(storage, randomBytes(16).toString('base64url'));
  reply.code(202);
  return answer;
});
app.get('/health/ready', async () => ({ status: 'ready' }));

process.once('SIGTERM', () => {
  void app
    .close()
    .then(() => storage?.close())
    .finally(() => process.exit(0));
});
await app.listen({ host: '127.0.0.1', port: Number(port) });

/** Opens the buckets of a new Redis, of which a verifier's restorer would find that nothing is missing. */
async function admit({ store }: Storage): Promise<void> {
  const survey = await store.restoration?.survey('floor');
  if (survey && survey.taken.length > 0) await store.restoration?.fill(survey.taken).open('floor');
}

type Place =
  | { readonly kind: 'embedded'; readonly file: string }
  | { readonly kind: 'distributed'; readonly redisUrl: string; readonly brokers: readonly string[] };

async function open(where: Place): Promise<Storage> {
  const common: Pick<StorageOptions, 'now' | 'logger' | 'onFatal' | 'clientId'> = {
    now: Date.now,
    logger: silentLogger,
    onFatal: () => process.exit(1),
    clientId: 'floor',
  };
  const opened =
    where.kind === 'embedded'
      ? await openStorage({ ...common, ...where })
      : await openStorage({ ...common, ...where, kafka: { brokers: where.brokers, ssl: false } });
  // A broker that has just begun knows new topics a little later than it made them.
  for (let tries = 1; ; tries += 1) {
    try {
      await opened.log.ensureTopics(Object.values(topics));
      await admit(opened);
      return opened;
    } catch (error) {
      if (tries >= triesMax) throw error;
      await pause(retryMs);
    }
  }
}
