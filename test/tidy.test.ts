import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The house rules of ARCHITECTURE.md, as far as a machine can see them. */

const fileLinesMax = 300;
const functionLinesMax = 60;

const root = join(import.meta.dirname, '..');
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file.endsWith('.ts'));
const sources = tracked.filter((file) => /^(schemas|libs|services)\//.test(file));
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');

type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean };

const rooms: Record<string, string> = {
  '#schemas/': 'schemas/',
  '#core/': 'libs/core/',
  '#storage/': 'libs/storage/',
  '#runtime/': 'libs/runtime/',
};

/** Imports and dynamic imports of a file; room names and relative paths resolved to files, packages left as they are. */
function importsOf(file: string): Import[] {
  const text = textOf(file);
  const found = [...text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'";]*?\s+from\s+)?'([^']+)'/gm)];
  const dynamic = [...text.matchAll(/\bimport\('([^']+)'\)/g)].map((match) => [match[0], undefined, match[1]] as const);
  return [...found.map((match) => [match[0], match[1], match[2]] as const), ...dynamic].map(
    ([, typeOnly, target = '']) => {
      const room = Object.keys(rooms).find((prefix) => target.startsWith(prefix));
      const to = room
        ? target.replace(room, rooms[room] as string)
        : target.startsWith('.')
          ? normalize(join(dirname(file), target))
          : target;
      return { from: file, to, typeOnly: typeOnly !== undefined };
    },
  );
}

const imports = sources.flatMap(importsOf);

/** Lower rooms never look up. */
function rankOf(file: string): number {
  return ['schemas/', 'libs/core/', 'libs/storage/', 'libs/runtime/', 'services/'].findIndex((room) =>
    file.startsWith(room),
  );
}

const serviceOf = (file: string) => /^services\/([^/]+)\//.exec(file)?.[1];

describe('the house', () => {
  it('lets imports point downwards only: services, runtime, storage, core, schemas', () => {
    const wrong = imports.filter(({ from, to }) => rankOf(to) > rankOf(from));
    expect(wrong).toEqual([]);
  });

  it('lets no service import another, except standalone, which composes them', () => {
    const wrong = imports.filter(({ from, to }) => {
      const [own, other] = [serviceOf(from), serviceOf(to)];
      return own !== undefined && other !== undefined && own !== other && own !== 'standalone';
    });
    expect(wrong).toEqual([]);
  });

  it('keeps the rules pure: core knows no clock, no randomness, no input or output', () => {
    const allowed = new Set(['node:crypto', 'node:url', 'libphonenumber-js/max', 'otplib']);
    const core = sources.filter((file) => file.startsWith('libs/core/'));
    const foreign = imports.filter(
      ({ from, to }) => from.startsWith('libs/core/') && rankOf(to) < 0 && !allowed.has(to),
    );
    expect(foreign).toEqual([]);
    const impure = core.filter((file) =>
      /\bDate\.now\(|new Date\(\)|Math\.random|randomBytes|randomUUID|randomInt|setTimeout|process\.|performance\.now/.test(
        textOf(file),
      ),
    );
    expect(impure).toEqual([]);
    expect(core.filter((file) => /\bawait\b/.test(textOf(file)))).toEqual([]);
  });

  it('keeps each vendor behind one door', () => {
    const doors: [string, RegExp][] = [
      ['kafkajs', /^libs\/storage\/kafka\//],
      ['ioredis', /^libs\/storage\/redis\//],
      ['node:sqlite', /^libs\/storage\/sqlite\//],
      ['twilio', /^services\/delivery-worker\/providers\/twilio\.ts$/],
      ['@sendgrid/mail', /^services\/delivery-worker\/providers\/sendgrid\.ts$/],
      ['nodemailer', /^services\/delivery-worker\/providers\/smtp\.ts$/],
      ['handlebars', /^libs\/runtime\/template/],
      ['pino', /^libs\/runtime\/logger\.ts$/],
    ];
    for (const [vendor, door] of doors) {
      const users = imports.filter(({ to, typeOnly }) => to === vendor && !typeOnly).map(({ from }) => from);
      expect(users.length, `${vendor} is used`).toBeGreaterThan(0);
      expect(
        users.filter((file) => !door.test(file)),
        `${vendor} stays behind its door`,
      ).toEqual([]);
    }
  });

  it('has no import cycle', () => {
    const graph = new Map<string, string[]>();
    for (const { from, to, typeOnly } of imports) if (!typeOnly) graph.set(from, [...(graph.get(from) ?? []), to]);
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) return void cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      if (done.has(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of graph.keys()) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it(`has no file over ${fileLinesMax} lines`, () => {
    const long = tracked.filter((file) => textOf(file).split('\n').length > fileLinesMax + 1);
    expect(long).toEqual([]);
  });

  it(`has no function over ${functionLinesMax} lines in schemas, libs and services`, () => {
    const long: string[] = [];
    for (const file of sources) {
      const lines = textOf(file).split('\n');
      lines.forEach((line, start) => {
        const [, indent] = /^(\s*)(?:export )?(?:async )?function\*? \w+/.exec(line) ?? [];
        if (indent === undefined) return;
        const length = lines.slice(start).findIndex((candidate) => candidate === `${indent}}`) + 1;
        if (length > functionLinesMax && !isFactory(lines.slice(start, start + length), indent)) {
          long.push(`${file}:${start + 1} (${length} lines)`);
        }
      });
    }
    expect(long).toEqual([]);
  });

  it('speaks plainly: no leftovers, no words that say nothing, no place but the project itself', () => {
    const words = /\b(TODO|FIXME|XXX|HACK)\b|\bconsole\.log\(.*debug/;
    expect(sources.filter((file) => words.test(textOf(file)))).toEqual([]);
    const vague = /(^|[/-])(utils?|helpers?|managers?|misc|common)(\.ts|\/|-)/;
    expect(tracked.filter((file) => vague.test(file))).toEqual([]);
    expect(
      tracked.filter(
        (file) => file !== 'test/tidy.test.ts' && /(^|[^.\w])\/work\/|\bregistry\.npmjs\b/.test(textOf(file)),
      ),
    ).toEqual([]);
  });

  it('points only to documents that are here', () => {
    const named = sources.flatMap((file) =>
      [...textOf(file).matchAll(/\b(?:docs\/[\w-]+|[A-Z]{4,})\.md\b|\b(?:DESIGN|CONTRACTS)\b/g)].map(([name]) => [
        file,
        name,
      ]),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter(([, name = '']) => !existsSync(join(root, name)))).toEqual([]);
  });

  it('skips no test and runs none alone', () => {
    const tests = tracked.filter((file) => file.startsWith('test/'));
    expect(tests.filter((file) => /\b(it|test|describe)\.(skip|only|todo)\(/.test(textOf(file)))).toEqual([]);
  });
});

/** A closure that holds a thing's parts (a port, an app's routes) is as long as its parts; each of those is measured alone. */
function isFactory(lines: readonly string[], indent: string): boolean {
  const longest = { length: 0, current: 0 };
  for (const line of lines.slice(1, -1)) {
    const atPartLevel = line.startsWith(`${indent}  `) && !line.startsWith(`${indent}   `);
    longest.current = atPartLevel && !/^\s*[})\]]/.test(line) ? 0 : longest.current + 1;
    longest.length = Math.max(longest.length, longest.current);
  }
  return longest.length <= functionLinesMax;
}
