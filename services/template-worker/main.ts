import { listenOps } from '#runtime/ops.ts';
import { runService } from '#runtime/service.ts';
import { startTemplateWorker } from './app.ts';

await runService({
  service: 'template-worker',
  role: { mode: 'production', port: 0, apart: true, makesSends: false, purposes: ['params', 'message'] },
  listen: async (foundation, ready) => [await listenOps(foundation, ready)],
  work: async (foundation) => [await startTemplateWorker(foundation)],
});
