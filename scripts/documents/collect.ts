import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncApi } from './asyncapi.ts';
import { eventNames, eventSchema, schemaFileOf } from './event-schemas.ts';
import { openApi } from './openapi.ts';
import { errorRows, eventRows, metricRows, settingsRows, topicRows } from './tables.ts';
import { toYaml } from './yaml.ts';

export const root = join(import.meta.dirname, '../..');
/** Holds generated files and nothing else. */
export const generatedFolder = 'schemas/generated';

const jsonText = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** Pages and what is made for them, each between a pair of marks. */
const pages: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  'docs/api.md': { 'verify-proof': () => quoteFile('scripts/demo/verify-proof.ts') },
  'docs/errors.md': { errors: errorRows },
  'docs/events.md': { topics: topicRows, events: eventRows },
  'docs/settings.md': { settings: settingsRows },
  'docs/operations.md': { metrics: metricRows },
};

/** Everything that is generated, by its path from the root: the same text for the same sources, whenever and wherever. */
export async function collectDocuments(): Promise<ReadonlyMap<string, string>> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return new Map([
    ...eventNames.map((name) => [`${generatedFolder}/${schemaFileOf(name)}`, jsonText(eventSchema(name))] as const),
    [`${generatedFolder}/asyncapi.yaml`, toYaml(asyncApi(version))],
    ['docs/openapi.json', jsonText(await openApi())],
    ...Object.entries(pages).map(([path, tables]) => [path, fillPage(path, tables)] as const),
  ]);
}

/** A file of the project as an example: what a page shows is what runs. */
const quoteFile = (path: string) => `\`\`\`ts\n${readFileSync(join(root, path), 'utf8').trimEnd()}\n\`\`\``;

function fillPage(path: string, tables: Readonly<Record<string, () => string>>): string {
  let text = readFileSync(join(root, path), 'utf8');
  for (const [name, make] of Object.entries(tables)) text = fillBetween(text, path, name, make());
  return text;
}

/** Replaces what stands between `<!-- generated:name -->` and `<!-- end:name -->`. */
function fillBetween(text: string, path: string, name: string, content: string): string {
  const [open, close] = [`<!-- generated:${name} -->`, `<!-- end:${name} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`${path} lacks ${open} … ${close}`);
  return `${text.slice(0, start + open.length)}\n${content}\n${text.slice(end)}`;
}
