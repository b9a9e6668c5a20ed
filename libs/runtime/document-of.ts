import { isErased, type StoredRecord } from '#storage/store.ts';

/** A record's document; undefined where there is no record, and of an erased one, which has only events left to tell. */
export function documentOf<Document>(record: StoredRecord | undefined): Document | undefined {
  return record && !isErased(record) ? (JSON.parse(record.document) as Document) : undefined;
}
