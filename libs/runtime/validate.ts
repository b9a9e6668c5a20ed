import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { events, type EventName } from '#schemas/index.ts';

// Events stay open to new fields; types are never coerced, since the bytes must stay what they were.
const ajv = new Ajv2020({ strict: true, allErrors: false, coerceTypes: false, allowUnionTypes: true });
const compiled = new Map<EventName, ValidateFunction>();

/** What is wrong with an event's data, or undefined. The answer names places and rules, never values. */
export function dataFault(type: EventName, data: unknown): string | undefined {
  let check = compiled.get(type);
  if (!check) {
    check = ajv.compile(events[type].schema);
    compiled.set(type, check);
  }
  if (check(data)) return undefined;
  const [first] = check.errors ?? [];
  return `${first?.instancePath || 'data'} ${first?.keyword ?? 'invalid'}`;
}
