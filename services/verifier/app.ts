import type { Foundation } from '#runtime/foundation.ts';
import type { Http } from '#runtime/http.ts';
import { startRelay } from '#runtime/relay.ts';
import type { WorkingPart } from '#runtime/service.ts';
import { startNotingDeliveries } from './on-delivery.ts';
import { createProofs } from './proof.ts';
import { registerChecks } from './routes/checks.ts';

/** Mounts the calls that check codes. */
export function registerVerifier(app: Http, foundation: Foundation): void {
  registerChecks(app, foundation, createProofs(foundation.keys));
}

/** What a verifier does beside answering: notes what became of sends, and tells what others could not. */
export async function startVerifierWork(foundation: Foundation): Promise<readonly WorkingPart[]> {
  const subscription = await startNotingDeliveries(foundation);
  const relay = startRelay(foundation);
  return [subscription, { ready: () => true, close: () => relay.stop() }];
}
