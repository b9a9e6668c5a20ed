import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, onTestFinished } from 'vitest';
import { readFolder, readMetrics } from '../support/haystacks.ts';
import { masterKey, platformKey } from '../support/installation.ts';
import { startEchoingWebhook } from '../support/leak-story.ts';
import { createProcess } from '../support/processes.ts';
import { startTraceCollector } from '../support/trace-collector.ts';
import { smtpAccount, startSmtp } from '../support/vendors/smtp.ts';
import { webhookSecret } from '../support/vendors/webhook.ts';
import { crashEnv, testLeaks, type Leaky } from './leaks.flow.ts';

async function startStandalone(): Promise<Leaky> {
  const folder = mkdtempSync(join(tmpdir(), 'twofold-leaks-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  const [sms, mail, traces] = await Promise.all([startEchoingWebhook(), startSmtp(), startTraceCollector()]);
  onTestFinished(async () => {
    traces.close();
    await Promise.all([sms.close(), mail.close()]);
  });
  const env = {
    MASTER_KEY: masterKey.toString('base64'),
    PLATFORM_KEY: platformKey,
    DATA_DIR: join(folder, 'data'),
    SMS_PROVIDERS: 'webhook',
    SMS_WEBHOOK_URL: `${sms.url}/sms`,
    SMS_WEBHOOK_SECRET: webhookSecret,
    EMAIL_PROVIDERS: 'smtp',
    SMTP_URL: `smtp://${encodeURIComponent(smtpAccount.user)}:${smtpAccount.pass}@127.0.0.1:${mail.port}`,
    EMAIL_FROM: 'Example <codes@example.com>',
    LOG_LEVEL: 'debug',
    OTEL_EXPORTER_OTLP_ENDPOINT: traces.url,
    ...crashEnv,
  };
  const standalone = await createProcess('standalone', env, folder, ['serve']);
  onTestFinished(() => standalone.kill());
  await standalone.start();
  return {
    urls: [standalone.url],
    sms,
    mail,
    traces,
    processes: [standalone],
    places: async (challengeId) => ({
      metrics: [await readMetrics([standalone.opsUrl]), 'http_server_request_duration_seconds'],
      files: [readFolder(join(folder, 'data')), challengeId],
    }),
  };
}

describe('A production standalone on SQLite', () => {
  testLeaks(startStandalone);
});
