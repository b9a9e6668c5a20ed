import type { TSchema } from 'typebox';
import type { OutsideChecks } from '#core/settings-input.ts';
import { settingsTable } from '#core/settings-table.ts';
import { errorTable } from '#runtime/errors.ts';
import { gaugeTable, histogramTable, metricTable, prometheusName } from '#runtime/metrics.ts';
import { events, type EventName } from '#schemas/index.ts';
import { topics, type Topic } from '#schemas/topics.ts';
import { topicsOf } from './asyncapi.ts';
import { eventNames, schemaFileOf } from './event-schemas.ts';
import { eventWords } from './event-words.ts';

const hourMs = 3_600_000;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(toCell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A bar would end the cell, and a bracket outside of code would begin a tag. */
const toCell = (text: string) =>
  text.replaceAll('|', '\\|').replace(/`[^`]*`|</g, (found) => (found === '<' ? '&lt;' : found));
const code = (text: string) => `\`${text}\``;
const json = (value: unknown) => code(JSON.stringify(value));

/** Bounds are asked of the checks themselves: each says what a value must be when it is given one that is none. */
function boundsOf(check: (value: unknown, outside: OutsideChecks) => readonly { message: string }[]): string {
  const [fault] = check(undefined, { template: () => [] });
  if (!fault) throw new Error('a setting takes anything');
  return fault.message.replace(/^must be /, '');
}

/** The table of docs/settings.md. */
export function settingsRows(): string {
  const rows = settingsTable.map(({ path, initial, check, order, about, only }) => [
    code(path),
    json(initial),
    boundsOf(check),
    only === undefined ? order.stricter || 'nothing' : 'cannot be locked',
    only === undefined ? about : `${about} (set by the ${only} only)`,
  ]);
  return table(['setting', 'default', 'takes', 'while locked, a tenant may set', 'meaning'], rows);
}

/** The table of docs/errors.md, by status. */
export function errorRows(): string {
  const rows = Object.entries(errorTable)
    .toSorted(([, [a]], [, [b]]) => a - b)
    .map(([name, [status, detail]]) => [String(status), code(name), detail]);
  return table(['status', '`code`', '`detail`'], rows);
}

/** As Prometheus shows them. */
export function metricRows(): string {
  const named = <Name extends Parameters<typeof prometheusName>[0]>(words: Record<Name, string>, kind: string) =>
    (Object.keys(words) as Name[]).map((name) => [code(prometheusName(name)), kind, words[name]]);
  const rows = [...named(metricTable, 'counter'), ...named(histogramTable, 'histogram'), ...named(gaugeTable, 'gauge')];
  return table(['metric', 'kind', 'meaning'], rows);
}

/** The table of topics in docs/events.md. */
export function topicRows(): string {
  const kept = ({ retentionMs: ms, compacted }: Topic) => {
    if (compacted) return 'the newest of each key';
    return ms >= 48 * hourMs ? `${ms / (24 * hourMs)} days` : `${ms / hourMs} h`;
  };
  const list: readonly Topic[] = Object.values(topics);
  const carried = (topic: Topic) => {
    const names = eventNames.filter((name) => topicsOf(name).includes(topic.name));
    return names.length === 0 ? 'any record, as a dead letter' : names.map(code).join(', ');
  };
  const rows = list.map((topic) => [code(topic.name), kept(topic), carried(topic)]);
  return table(['topic', 'kept', 'carries'], rows);
}

/** The sections of docs/events.md, one for each type. */
export function eventRows(): string {
  return eventNames.map(eventSection).join('\n\n');
}

function eventSection(name: EventName): string {
  const { by, to, about, says } = eventWords[name];
  const readers = to.length > 0 ? ` Read by ${to.join(' and ')}.` : '';
  const schema = `[${schemaFileOf(name)}](../schemas/generated/${schemaFileOf(name)})`;
  return [
    `#### ${name}`,
    says,
    '',
    `In ${topicsOf(name).map(code).join(' or ')}, told by ${by.join(' or ')}, about ${about}.${readers} Schema: ${schema}`,
    '',
    `Data: ${formsOf(events[name].schema).join('; or ')}`,
  ].join('\n');
}

/** A type's data has one form, or is one of several. */
function formsOf(schema: TSchema): string[] {
  const { anyOf = [schema] } = schema as { anyOf?: readonly TSchema[] };
  return anyOf.map((form) => fieldsOf(form).join(', ') || 'none');
}

/** Names of the fields, inner ones and those of a list's items in braces; a question mark where a field may be missing. */
function fieldsOf(schema: TSchema): string[] {
  const { properties = {}, required = [] } = schema as {
    properties?: Record<string, TSchema>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, inner]) => {
    const { items = inner } = inner as { items?: TSchema };
    const fields = fieldsOf(items);
    const own = `${code(name)}${required.includes(name) ? '' : '?'}`;
    return fields.length > 0 ? `${own} {${fields.join(', ')}}` : own;
  });
}
