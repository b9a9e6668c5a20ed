import { startProcesses } from '../support/processes.ts';
import { describeLive } from '../support/services.ts';
import { testTraces } from './traces.flow.ts';

describeLive('Services on Kafka and Redis', ['kafka', 'redis'], () => {
  testTraces(
    (collector) =>
      startProcesses({
        gateway: 1,
        verifier: 1,
        'template-worker': 1,
        'delivery-worker': 1,
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
      }),
    ['gateway', 'template-worker', 'delivery-worker'],
  );
});
