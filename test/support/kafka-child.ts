/** A process to be killed: `<brokers> <group> <topic>` handles records and prints the value of each that was handled. */
import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { openKafkaLog } from '#storage/kafka/kafka.ts';

const [brokers, group, topic] = process.argv.slice(2);
if (!brokers || !group || !topic) throw new Error('usage: kafka-child.ts <brokers> <group> <topic>');
const log = await openKafkaLog({ brokers: brokers.split(','), clientId: 'child' });
await log.subscribe({ group, topics: [topic], concurrency: 4 }, async ({ value }) => {
  await pause(5);
  writeSync(1, `${String(value)}\n`);
});
