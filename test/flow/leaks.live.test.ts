import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readFolder, readMetrics, readRedis, readTopics } from '../support/haystacks.ts';
import { startEchoingWebhook } from '../support/leak-story.ts';
import { startProcesses } from '../support/processes.ts';
import { describeLive, startOwnKafka, startRedis } from '../support/services.ts';
import { startTraceCollector } from '../support/trace-collector.ts';
import { crashEnv, testLeaks, type Leaky } from './leaks.flow.ts';

async function startServices(): Promise<Leaky> {
  const folder = mkdtempSync(join(tmpdir(), 'twofold-leaks-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  const [kafkaFolder, redisFolder] = [join(folder, 'kafka'), join(folder, 'redis')];
  const [kafka, redis] = await Promise.all([
    startOwnKafka({ folder: kafkaFolder }),
    startRedis({ folder: redisFolder }),
  ]);
  onTestFinished(async () => void (await Promise.all([kafka.stop(), redis.stop()])));
  const [sms, traces] = await Promise.all([startEchoingWebhook(), startTraceCollector()]);
  onTestFinished(async () => {
    traces.close();
    await sms.close();
  });
  const system = await startProcesses({
    gateway: 1,
    verifier: 1,
    'template-worker': 1,
    'delivery-worker': 1,
    servers: { brokers: kafka.brokers, redisUrl: redis.url },
    env: { SMS_WEBHOOK_URL: `${sms.url}/sms`, OTEL_EXPORTER_OTLP_ENDPOINT: traces.url, ...crashEnv },
  });
  onTestFinished(system.close);
  return {
    urls: system.urls,
    sms,
    mail: system.mail,
    traces,
    processes: system.all,
    places: async (challengeId) => ({
      topics: [await readTopics(system.foundation.log), challengeId],
      store: [await readRedis(redis.url), challengeId],
      'files of Kafka': [readFolder(kafkaFolder), challengeId],
      'files of Redis': [readFolder(redisFolder), challengeId],
      metrics: [await readMetrics(system.all.map(({ opsUrl }) => opsUrl)), 'http_server_request_duration_seconds'],
    }),
  };
}

describeLive('Services on Kafka and Redis', ['own-kafka', 'own-redis'], () => {
  testLeaks(startServices);
});
