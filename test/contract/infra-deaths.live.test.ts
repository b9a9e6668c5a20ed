import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runInner } from '../support/inner-run.ts';
import { describeLive } from '../support/services.ts';

const services = JSON.stringify(join(import.meta.dirname, '../support/services.ts'));
/** Without them the inner run starts servers of its own, as most runs do. */
const ownServers = { KAFKA_BROKERS: '', REDIS_URL: '' };
/** Far more than any wait for a server; a run that ended by it would have waited in vain. */
const never = 100_000_000;

describeLive('A run of tests', ['own-kafka', 'own-redis'], () => {
  it('ends at once, and says why, when the Kafka that all share dies', async () => {
    const { output, line, code } = await runInner(
      `import { execFileSync } from 'node:child_process';
      import { expect, it } from 'vitest';
      it('goes on without its Kafka', { timeout: ${never} }, async () => {
        const children = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.ppid)], { encoding: 'utf8' });
        const kafka = children.split('\\n').find((child) => child.includes('kafka.Kafka'));
        expect(kafka).toBeDefined();
        process.kill(Number.parseInt(kafka, 10), 'SIGKILL');
        await new Promise((resolve) => setTimeout(resolve, ${never}));
      });
      it('comes after it', { timeout: ${never} }, () => new Promise(() => {}));`,
      'test/support/start-services.ts',
      ownServers,
    );
    expect(output).toMatch(
      /The run ends here\. Kafka at 127\.0\.0\.1:\d+ died by SIGKILL, and nobody had stopped it\./,
    );
    expect(line).toMatch(/^\d+ passed, [1-9]\d* failed/);
    expect(code).toBe(1);
  });

  it('goes on with the next suite, and says why, when a server of one suite’s own dies', async () => {
    const { output, line, code } = await runInner(
      `import { it } from 'vitest';
      import { startRedis } from ${services};
      it('goes on without its Redis', { timeout: ${never} }, async () => {
        const redis = await startRedis();
        await redis.kill();
        await redis.start();
        process.kill(redis.pid(), 'SIGKILL');
        await new Promise((resolve) => setTimeout(resolve, ${never}));
      });`,
      'test/support/find-services.ts',
    );
    expect(output.match(/This suite ends here\. Redis at 127\.0\.0\.1:\d+ died by SIGKILL/g)).toHaveLength(1);
    expect(line).toMatch(/^0 passed, [1-9]\d* failed/);
    expect(code).toBe(1);
  });
});
