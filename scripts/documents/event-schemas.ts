import { events, type EventName } from '#schemas/index.ts';
import { eventWords } from './event-words.ts';
import type { Json } from './yaml.ts';

export const eventNames = Object.keys(events) as EventName[];

/** The CloudEvents type. The version counts changes that a reader of the one before could not read. */
export const typeOf = (name: EventName): string => `twofold.${name}.v1`;

/** The file of a type's schema, beside the AsyncAPI document. */
export const schemaFileOf = (name: EventName): string => `${name}.v1.json`;

/** The shape of an event's data as plain JSON Schema. TypeBox's own marks do not survive the way through JSON. */
export const dataSchemaOf = (name: EventName): { readonly [name: string]: Json } =>
  JSON.parse(JSON.stringify(events[name].schema)) as { readonly [name: string]: Json };

/** One document of JSON Schema 2020-12 for the data of a type, for readers in any language. */
export function eventSchema(name: EventName): { readonly [name: string]: Json } {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:twofold:event:${name}:v1`,
    title: typeOf(name),
    description: `${eventWords[name].says} Readers ignore fields that are not here.`,
    ...dataSchemaOf(name),
  };
}
