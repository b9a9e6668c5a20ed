import { topics } from '#schemas/topics.ts';
import type { DocumentSnapshot } from '#schemas/document.ts';
import type { AccountDocument } from './account-document.ts';
import type { AddressDocument } from './address-document.ts';
import { encodeEvent } from './event.ts';
import type { PlatformDocument, TenantDocument } from './tenant.ts';

/** A record without what is still to be told of it. */
export type Whole = Omit<DocumentSnapshot, 'subject' | 'at'>;

type AnyDocument = AccountDocument | TenantDocument | PlatformDocument | AddressDocument;

/** As the log takes it: without a value it says that there is nothing any more. */
export type ToldWhole = {
  readonly topic: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string | null;
};

/** Who tells, for whom it was decided, and when, in Unix milliseconds. */
export type Telling = { readonly source: string; readonly actor: string; readonly time: number };

/**
 * What is told of a record as a whole along with its events: its snapshot, or its tombstone once it is erased. Nothing of a bare
 * address: with its salt in no log, expiry alone makes all unreadable that was sealed for it.
 * @param document what `record.document` holds; undefined of an erased record
 */
export function tellWhole(subject: string, record: Whole, document: unknown, telling: Telling): ToldWhole[] {
  if (document === undefined) return [tombstoneOf(subject)];
  const tenant = tenantOf(document as AnyDocument);
  return tenant === undefined ? [] : [encodeSnapshot(subject, record, tenant, telling)];
}

/** The record that takes a key's snapshots away, when the topic is compacted. It has no envelope: it tells of nothing. */
export const tombstoneOf = (subject: string): ToldWhole => ({
  topic: topics.documents.name,
  key: subject,
  headers: {},
  value: null,
});

function encodeSnapshot(subject: string, record: Whole, tenant: string, telling: Telling): ToldWhole {
  const { life, version, head, salt, document, expiresAt } = record;
  const data: DocumentSnapshot = { subject, life, version, head, salt, document, expiresAt, at: telling.time };
  const causationId = `${subject}.${life}.${version}`;
  return encodeEvent(
    { type: 'document-snapshot', about: subject, data },
    { ...telling, id: `${causationId}.snapshot`, tenant, subject, causationId },
  );
}

/** Whose a document is, of the kinds that have snapshots; what is of no such kind has none. */
function tenantOf(document: AnyDocument): string | undefined {
  switch (document.kind) {
    case 'account':
      return document.tenant;
    case 'tenant':
      return document.tenantId;
    case 'platform':
      return 'platform';
    default:
      return undefined;
  }
}
