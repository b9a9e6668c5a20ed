import { expect, it } from 'vitest';
import { createLogger } from '#runtime/logger.ts';
import { openKafkaLog } from '#storage/kafka/kafka.ts';
import { findFreePort } from '../../scripts/infra/child.ts';
import { eventually } from '../support/installation.ts';

// Its fields had names that no log line may hold, so each of its lines was empty.
it('what kafkajs reports of a broker that is not there stands in the log line', async () => {
  const port = await findFreePort();
  const lines: string[] = [];
  const logger = createLogger({ service: 'gateway', level: 'info' }, { write: (line) => void lines.push(line) });
  const log = await openKafkaLog({ brokers: [`127.0.0.1:${port}`], clientId: 'test', logger });
  try {
    await expect(log.check()).rejects.toThrow('unavailable');
    const line = await eventually('its line', () => lines.find((each) => each.includes('"event":"kafkajs"')));
    expect(JSON.parse(line)).toMatchObject({ part: 'Connection', reason: expect.stringContaining('ECONNREFUSED') });
  } finally {
    await log.close();
  }
});
