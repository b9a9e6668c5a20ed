import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { collectDocuments, generatedFolder, root } from './documents/collect.ts';

/**
 * Writes what is generated from the code: JSON Schemas and AsyncAPI of the events, OpenAPI of the gateway, tables of docs/. With `--check`
 * it writes nothing, names the files that would change, and fails if there are any.
 */
const checkOnly = process.argv.includes('--check');
const documents = await collectDocuments();
const changed: string[] = [];

for (const [path, text] of documents) {
  if (currentText(path) === text) continue;
  changed.push(path);
  if (checkOnly) continue;
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
for (const path of leftovers()) {
  changed.push(path);
  if (!checkOnly) rmSync(join(root, path));
}

for (const path of changed) console.log(checkOnly ? `${path} is not what the code says` : path);
if (checkOnly && changed.length > 0) {
  console.error('Run `npm run schemas` and commit what it writes.');
  process.exitCode = 1;
} else {
  console.log(`${documents.size} generated files, ${changed.length} ${checkOnly ? 'out of date' : 'written'}`);
}

function currentText(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}

/** Files of types that are no more. */
function leftovers(): string[] {
  const found = readdirSync(join(root, generatedFolder)).map((name) => `${generatedFolder}/${name}`);
  return found.filter((path) => !documents.has(path));
}
