import { tellWhole, tombstoneOf } from '#core/snapshot.ts';
import { documentOf } from '#runtime/document-of.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { startRounds } from '#runtime/rounds.ts';

const againMs = 3_600_000;
const everyMs = 30_000;
const erasuresMax = 100;
const triesMax = 5;

type Deps = Pick<Foundation, 'store' | 'log' | 'handle' | 'logger' | 'now' | 'service'>;

/**
 * Tells of each erasure once more after an hour. A process that had stood still before its publication may have told a snapshot behind
 * the tombstone, with the salt in it; and Kafka compacts a segment only once a later record has begun the next one. The list of them is
 * the store's, so that whichever verifier is there then does it.
 */
export function startErasingAgain(deps: Deps): { stop(): Promise<void> } {
  return startRounds(
    everyMs,
    () => eraseAgain(deps),
    (error) => deps.logger.warn('erasing-waits', { error }),
  );
}

/** One round. Two verifiers at one erasure tell the same twice, which is once. */
export async function eraseAgain(deps: Deps): Promise<void> {
  const { store, logger, now } = deps;
  for (const erasure of await store.erasures(now() - againMs, erasuresMax)) {
    if (!(await tellOfNow(deps, erasure.subject))) continue;
    await store.endErasure(erasure);
    logger.info('erased-again', { subject: erasure.subject });
  }
}

/**
 * Tells what there is of a subject now: nothing, or the account that was made since of the same user, whose snapshot a tombstone would
 * take away. True once it was still so after it was told.
 */
async function tellOfNow({ store, log, handle, now, service }: Deps, subject: string): Promise<boolean> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const record = await store.load(subject);
    if (record && record.unlogged.length > 0) {
      await handle.tell(subject, record);
      continue;
    }
    const telling = { source: `/twofold/${service}`, actor: `service:${service}`, time: now() };
    await log.publish(record ? tellWhole(subject, record, documentOf(record), telling) : [tombstoneOf(subject)]);
    const after = await store.load(subject);
    if (after?.head === record?.head) return true;
  }
  return false;
}
