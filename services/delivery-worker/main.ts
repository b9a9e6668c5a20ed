import { listenOps } from '#runtime/ops.ts';
import { runService } from '#runtime/service.ts';
import { startDeliveryWorkers } from './app.ts';
import { productionFaults } from './providers/production-faults.ts';
import { createProviders } from './providers/registry.ts';

await runService({
  service: 'delivery-worker',
  role: { mode: 'production', port: 0, apart: true, makesSends: false, purposes: ['address', 'message', 'otp'] },
  check: productionFaults,
  listen: async (foundation, ready) => [await listenOps(foundation, ready)],
  work: (foundation) => startDeliveryWorkers(foundation, createProviders(foundation.config.providers)),
});
