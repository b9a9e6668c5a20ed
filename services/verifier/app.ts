import type { Foundation } from '#runtime/foundation.ts';
import type { Http } from '#runtime/http.ts';
import { startRelay } from '#runtime/relay.ts';
import type { WorkingPart } from '#runtime/service.ts';
import { startCounting } from './count-events.ts';
import { startErasingAgain } from './erase-again.ts';
import { startNotingDeliveries } from './on-delivery.ts';
import { createProofs } from './proof.ts';
import { registerAccounts } from './routes/accounts.ts';
import { registerChecks } from './routes/checks.ts';
import { registerEnrolments } from './routes/enrolments.ts';
import { registerLoginChecks } from './routes/logins.ts';
import { registerMethods } from './routes/methods.ts';
import { registerPages } from './routes/pages.ts';
import { registerSupport } from './routes/support.ts';

/** Mounts the calls that check codes. */
export function registerVerifier(app: Http, foundation: Foundation): void {
  const proofs = createProofs(foundation.keys);
  registerChecks(app, foundation, proofs);
  registerAccounts(app, foundation);
  registerEnrolments(app, foundation, proofs);
  registerMethods(app, foundation);
  registerSupport(app, foundation);
  registerLoginChecks(app, foundation, proofs);
  registerPages(app, foundation);
}

/** What a verifier does beside answering: notes what became of sends, counts, tells what others could not, and erasures once more. */
export async function startVerifierWork(foundation: Foundation): Promise<readonly WorkingPart[]> {
  const [subscription, counting] = await Promise.all([startNotingDeliveries(foundation), startCounting(foundation)]);
  const [relay, erasing] = [startRelay(foundation), startErasingAgain(foundation)];
  const close = async () => void (await Promise.all([relay.stop(), erasing.stop()]));
  // A count that is late keeps nobody from deciding.
  return [subscription, { ready: () => true, close: () => counting.close() }, { ready: () => true, close }];
}
