import { silentLogger } from '#runtime/logger.ts';
import { openStorage } from '#storage/open.ts';
import { masterKey, platformKey } from '../support/installation.ts';
import { describeLive } from '../support/services.ts';
import { testStandaloneKills } from './kills-standalone.flow.ts';

describeLive('A standalone on Kafka and Redis that is killed', ['kafka', 'redis'], ({ brokers, redisUrl }) => {
  testStandaloneKills({
    env: {
      KAFKA_BROKERS: brokers.join(','),
      REDIS_URL: redisUrl,
      MASTER_KEY: masterKey.toString('base64'),
      PLATFORM_KEY: platformKey,
    },
    // Each time its groups wait for the dead one's session to end.
    kills: 1,
    openBehind: () =>
      openStorage({
        kind: 'distributed',
        redisUrl,
        kafka: { brokers, ssl: false },
        now: Date.now,
        logger: silentLogger,
        onFatal: () => {},
        clientId: 'test',
      }),
  });
});
