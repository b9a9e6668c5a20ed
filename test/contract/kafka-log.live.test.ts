import { openKafkaLog } from '#storage/kafka/kafka.ts';
import type { Log } from '#storage/log.ts';
import { describeLive } from '../support/services.ts';
import { describeLog } from './log.contract.ts';

describeLive('With Kafka', ['kafka'], ({ brokers }) => {
  describeLog(
    'the log',
    async () => {
      const logs: Log[] = [];
      const another = async () => {
        const log = await openKafkaLog({ brokers, clientId: 'test' });
        logs.push(log);
        return log;
      };
      const log = await another();
      return {
        log,
        another,
        async reopen() {
          await log.close();
          return await another();
        },
        async close() {
          await Promise.all(logs.map((one) => one.close()));
        },
      };
    },
    { partitions: 3, sharesTopics: true },
  );
});
