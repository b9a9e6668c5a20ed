import type { EncodedEvent } from '#core/encoded-event.ts';
import type { Commit } from '#storage/store.ts';

/** The commit of one event that takes a subject from `version - 1` to `version`; heads are `<subject>.<version>`. */
export function chainedCommit(subject: string, version: number, document = '{}', expiresAt = 0): Commit {
  const event: EncodedEvent = {
    topic: 'twofold.journal',
    key: subject,
    headers: { ce_id: `${subject}.${version}` },
    value: JSON.stringify({ version }),
    hash: `${subject}.${version}`,
    version,
  };
  const head = version === 1 ? '' : `${subject}.${version - 1}`;
  return { subject, head, life: 'life', salt: 'salt', document, events: [event], expiresAt };
}
