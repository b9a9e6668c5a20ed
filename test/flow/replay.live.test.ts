import { describeLive } from '../support/services.ts';
import { testReplay } from './replay.flow.ts';

describeLive('A store on Redis, its journal on Kafka', ['kafka', 'redis'], () => {
  testReplay('kafka-redis');
});
