import { setTimeout as pause } from 'node:timers/promises';
import { redriveKind } from '#runtime/redrive.ts';
import { queueRequest, requestWaits, withdrawRequest } from '#storage/sqlite/requests.ts';

const waitMsMax = 10_000;
const askMs = 100;

/**
 * Leaves a request in the file and waits until the process that has the file takes it. If none does within 10 s, takes
 * the request back and throws: one process at a time writes to the log, and that is the one with the workers.
 */
export async function askService(file: string, body: string, waitMs = waitMsMax): Promise<void> {
  const id = queueRequest(file, redriveKind, body);
  const deadline = performance.now() + waitMs;
  while (requestWaits(file, id)) {
    if (performance.now() > deadline && withdrawRequest(file, id)) {
      throw new Error(`nothing was redriven, because no service runs on ${file}: start it and try again`);
    }
    await pause(askMs);
  }
}
