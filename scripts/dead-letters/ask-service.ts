import { setTimeout as pause } from 'node:timers/promises';
import { redriveKind } from '#runtime/redrive.ts';
import { queueRequest, requestWaits, withdrawRequest } from '#storage/sqlite-requests.ts';

const waitMs = 10_000;
const askMs = 100;

/**
 * Leaves a request in the file and waits until the process that has the file takes it. False, and nothing is asked any
 * more, if none does within 10 s: one process at a time writes to the log, and that is the one with the workers.
 */
export async function askService(file: string, body: string): Promise<boolean> {
  const id = queueRequest(file, redriveKind, body);
  const deadline = performance.now() + waitMs;
  while (requestWaits(file, id)) {
    if (performance.now() > deadline) return !withdrawRequest(file, id);
    await pause(askMs);
  }
  return true;
}
