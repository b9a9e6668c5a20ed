import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { purposes } from '#runtime/keys.ts';
import { ConfigFault, readConfig } from '#runtime/config.ts';
import { topics } from '#schemas/topics.ts';
import { asyncApi, topicsOf } from '../../scripts/documents/asyncapi.ts';
import { collectDocuments, generatedFolder, root } from '../../scripts/documents/collect.ts';
import { eventNames, eventSchema, schemaFileOf, typeOf } from '../../scripts/documents/event-schemas.ts';
import { toYaml, type Json } from '../../scripts/documents/yaml.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('generated documents', () => {
  it('are committed as the code says', async () => {
    const documents = await collectDocuments();
    const differing = [...documents].filter(([path, text]) => read(path) !== text).map(([path]) => path);
    expect(differing, 'run npm run schemas').toEqual([]);
  });

  it('are all that their folder holds', async () => {
    const documents = await collectDocuments();
    const found = readdirSync(join(root, generatedFolder)).map((name) => `${generatedFolder}/${name}`);
    expect(found.filter((path) => !documents.has(path))).toEqual([]);
  });

  it('come out the same twice', async () => {
    expect(await collectDocuments()).toEqual(await collectDocuments());
  });
});

/** Types whose fields may all be missing, or that have none. */
const mayBeEmpty: ReadonlySet<string> = new Set(['account-updated', 'account-exempted', 'account-erased']);

describe('the schema of each event', () => {
  // Strict, with all documents in one place: a second use of an $id or an unknown word would be refused.
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });

  it.for(eventNames)('%s compiles under its own $id and refuses what is no object', (name) => {
    const committed = JSON.parse(read(`${generatedFolder}/${schemaFileOf(name)}`)) as object;
    expect(committed).toEqual(eventSchema(name));
    const check = ajv.compile(committed);
    expect(ajv.getSchema(`urn:twofold:event:${name}:v1`)).toBe(check);
    expect(check([])).toBe(false);
    expect(check({})).toBe(mayBeEmpty.has(name));
  });
});

type Ref = { readonly $ref: string };
type Document = {
  readonly channels: Record<string, { address: string; messages: Record<string, Ref> }>;
  readonly operations: Record<string, { action: string; channel: Ref; messages: Ref[] }>;
  readonly components: { messages: Record<string, { name: string; payload: object }> };
};

describe('the AsyncAPI document', () => {
  const document = asyncApi('1') as unknown as Document;
  const operations = Object.values(document.operations);
  const messageOf = ({ $ref }: Ref) => $ref.split('/').at(-1);

  it('has every topic as a channel, and every type among the messages of its topics', () => {
    const addresses = Object.values(document.channels).map(({ address }) => address);
    expect(addresses.toSorted()).toEqual(
      Object.values(topics)
        .map(({ name }) => name)
        .toSorted(),
    );
    for (const name of eventNames) {
      const carrying = Object.values(document.channels).filter(({ messages }) => name in messages);
      expect(carrying.map(({ address }) => address).toSorted()).toEqual(topicsOf(name).toSorted());
      expect(document.components.messages[name]?.name).toBe(typeOf(name));
    }
  });

  it('says who sends each type, and lets nobody read what nobody sends', () => {
    const told = (action: string) =>
      new Set(operations.filter((each) => each.action === action).flatMap(({ messages }) => messages.map(messageOf)));
    const [sent, received] = [told('send'), told('receive')];
    expect(eventNames.filter((name) => !sent.has(name))).toEqual([]);
    expect([...received].filter((name) => !sent.has(name))).toEqual([]);
  });

  it('refers only to what is there', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref = '']) => ref);
    expect(refs.length).toBeGreaterThan(eventNames.length);
    const resolve = (ref: string) =>
      ref
        .replace(/^#\//, '')
        .split('/')
        .reduce<unknown>((part, step) => (part as Record<string, unknown> | undefined)?.[step], document);
    expect(refs.filter((ref) => !ref.startsWith('#/') || resolve(ref) === undefined)).toEqual([]);
  });

  it('names in each operation only messages of its own channel', () => {
    for (const { channel, messages } of operations) {
      expect(messages.length).toBeGreaterThan(0);
      for (const { $ref } of messages) expect($ref.startsWith(`${channel.$ref}/messages/`)).toBe(true);
    }
  });
});

describe('YAML', () => {
  it('is written in blocks, with texts and odd names quoted', () => {
    const value: Json = { a: { on: 'yes', 'b c': [1, 'x'] }, list: [{ n: null }, []], empty: {}, $ref: '#/a: b' };
    const lines = [
      'a:',
      '  "on": "yes"',
      '  "b c": [1, "x"]',
      'list:',
      '  - "n": null',
      '  - []',
      'empty: {}',
      '$ref: "#/a: b"',
    ];
    expect(toYaml(value)).toBe(`${lines.join('\n')}\n`);
  });
});

/** Every variable that the environment is asked for: NAME, where NAME_FILE was asked for, too. */
function variablesRead(): string[] {
  const asked = new Set<string>();
  const env = new Proxy<Record<string, string | undefined>>({}, { get: (_, name) => void asked.add(String(name)) });
  for (const mode of ['development', 'production'] as const) {
    try {
      readConfig(env, { mode, port: 1, purposes, makesSends: true, apart: true });
    } catch (error) {
      if (!(error instanceof ConfigFault)) throw error;
    }
  }
  return [...asked].filter((name) => asked.has(`${name}_FILE`)).toSorted();
}

describe('.env.example', () => {
  it('explains every variable that is read, and no other', () => {
    const explained = [...read('.env.example').matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm)].map(([, name = '']) => name);
    expect(explained.toSorted()).toEqual(variablesRead());
  });

  it('can be read by a shell once a line is used', () => {
    const lines = read('.env.example').replaceAll(/^#(?=[A-Z][A-Z0-9_]*=)/gm, '');
    const shell = spawnSync('sh', ['-euc', `${lines}\nprintf %s "$EMAIL_FROM"`], { encoding: 'utf8' });
    expect(shell.stderr).toBe('');
    expect(shell.stdout).toBe('Example <codes@example.com>');
  });
});

describe('the pages', () => {
  const pages = ['README.md', 'ARCHITECTURE.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)];
  const texts = pages.filter((path) => path.endsWith('.md')).map((path) => ({ path, text: read(path) }));

  it('link to files that are there', () => {
    const broken = texts.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !existsSync(join(root, dirname(path), target)))
        .map((target) => `${path} → ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('name commands that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = texts.flatMap(({ text }) =>
      [...text.matchAll(/npm (?:run (?:-s )?)([a-z-]+)/g)].map(([, name = '']) => name),
    );
    expect(named.length).toBeGreaterThan(5);
    expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
  });

  it('name calls that the API has', () => {
    const { paths } = JSON.parse(read('docs/openapi.json')) as { paths: Record<string, object> };
    const known = new Set(Object.keys(paths).map((path) => path.replaceAll(/\{\w+\}/g, ':id')));
    const page = read('docs/api.md');
    const called = [...page.matchAll(/\/v1\/[a-z/:-]*[a-z]/g)].map(([path]) =>
      path.replace('/acme/', '/:id/').replaceAll(/:[a-z]+/g, ':id'),
    );
    expect(called.length).toBeGreaterThan(15);
    const isKnown = (path: string) => [...known].some((each) => each === path || each.startsWith(`${path}/`));
    expect([...new Set(called)].filter((path) => !isKnown(path))).toEqual([]);
  });
});

describe('npm run demo', () => {
  it('tells one story from request to proof, and ends well', () => {
    const demo = spawnSync(process.execPath, [join(root, 'scripts/demo.ts')], { encoding: 'utf8', timeout: 25_000 });
    expect(demo.stderr).toBe('');
    expect(demo.stdout).toContain('Every step gave what it should.');
    expect(demo.status).toBe(0);
  });
});
