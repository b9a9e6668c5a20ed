import type { Json } from './yaml.ts';

type JsonObject = { readonly [name: string]: Json };

const text = (description: string): JsonObject => ({ type: 'string', description });

const always: Readonly<Record<string, JsonObject>> = {
  ce_specversion: { const: '1.0' },
  ce_id: text(
    'Unique. Of subject events `<subject>.<life>.<version>`; of worker events a digest of the causing event, the type and an ordinal.',
  ),
  ce_type: text('`twofold.<name>.v<version>`'),
  ce_source: text('`/twofold/<service>`'),
  ce_subject: text('Id of the thing it is about.'),
  ce_tenant: text('Id of the tenant, or `platform`.'),
  ce_time: { type: 'string', format: 'date-time', description: 'When it was decided, UTC.' },
  ce_causationid: text('Id of the command or of the event that caused it.'),
  ce_actor: text('`key:<key id>` or `service:<name>`'),
  'content-type': { const: 'application/json' },
};

const chained: Readonly<Record<string, JsonObject>> = {
  ce_version: {
    type: 'string',
    pattern: '^[1-9][0-9]*$',
    description: 'Place in the life of the record, dense from 1.',
  },
  ce_prev: text('Hash of the event before in hex; empty at version 1.'),
};

const traceparent = text('W3C Trace Context. No part of the event’s identity.');

/** The headers of an event: CloudEvents 1.0, Kafka binding, binary mode. Those of subject events also carry the chain. */
export function envelopeHeaders(isChained: boolean): JsonObject {
  const required = { ...always, ...(isChained && chained) };
  return { type: 'object', required: Object.keys(required), properties: { ...required, traceparent } };
}

/** What a dead letter has beside the headers that the record had. */
export const deadLetterHeaders: JsonObject = {
  type: 'object',
  required: ['dl_reason', 'dl_topic', 'dl_partition', 'dl_offset', 'dl_group', 'dl_attempts'],
  properties: {
    dl_reason: text('Why nobody could handle it, a word of ours.'),
    dl_topic: text('The topic it came from.'),
    dl_partition: text('The partition it came from.'),
    dl_offset: text('Its offset there.'),
    dl_group: text('The consumer group that gave it up.'),
    dl_attempts: text('How often that group had tried.'),
    dl_omitted_bytes: text('Size of a record that was too large to be carried along: its value is missing here.'),
    dl_sha256: text('SHA-256 of such a value in hex.'),
    dl_redriven_at: text('When it was sent back to its topic before, if it was.'),
  },
};
