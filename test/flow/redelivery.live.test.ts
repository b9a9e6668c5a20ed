import { describeLive } from '../support/services.ts';
import { testRedelivery } from './redelivery.flow.ts';

describeLive('A system behind a log of Kafka at its worst', ['kafka', 'redis'], () => {
  testRedelivery('kafka-redis');
});
