import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { begin, openTab, proveByApp } from '../../support/security-tab.ts';
import { linksOf, type Seen } from '../../support/surfing.ts';
import { startSystem, type System } from '../../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({ kind: 'embedded' });
});
afterAll(() => system.close());

const codesOn = ({ markup }: Seen) =>
  [...markup.matchAll(/<li>([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{5})<\/li>/g)].map(([, code = '']) => code);

async function shown() {
  const open = await openTab(system, { prepare: (town, id) => town.app(id) });
  const page = await proveByApp(open.surfer, await begin(open.surfer, open.tab, 'backup-codes'), open.prepared);
  return { ...open, page };
}

describe('backup codes', () => {
  it('are shown until they are saved, and never after', async () => {
    const { surfer, page } = await shown();
    expect(page.heading).toBe('Save your backup codes');
    const codes = codesOn(page);
    expect(new Set(codes).size).toBe(10);
    expect(codesOn(await surfer.open(page.path))).toEqual(codes);
    for (const { pair } of surfer.jar.values()) expect(pair).not.toContain(codes[0]);
    const done = await surfer.submit(page, '/enrol/backup-codes');
    expect(done.heading).toBe('Your backup codes are ready');
    expect(codesOn(await surfer.open(page.path))).toEqual([]);
  });

  it('come as a text file, by a form and no address', async () => {
    const { surfer, page } = await shown();
    const file = await surfer.submit(page, '/backup-codes/download');
    expect(file.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': 'attachment; filename="backup-codes.txt"',
      'cache-control': 'no-store',
    });
    for (const code of codesOn(page)) expect(file.markup).toContain(code);
    expect((await surfer.open(`${page.path}/download`)).status).toBe(404);
    await surfer.submit(page, '/enrol/backup-codes');
    expect((await surfer.submit(page, '/backup-codes/download')).markup).not.toContain(codesOn(page)[0]);
  });

  it('are shown to this browser only', async () => {
    const { page } = await shown();
    const stranger = await openTab(system);
    expect(codesOn(await stranger.surfer.open(page.path))).toEqual([]);
  });

  it('are asked about before a set dies, with how many unused ones go', async () => {
    const { surfer, tab, page, town, id } = await shown();
    await surfer.submit(page, '/enrol/backup-codes');
    const asking = await surfer.open(`${tab.path}/new-codes`);
    expect(asking.text).toContain('Your 10 unused codes will stop working at once.');
    const fresh = await surfer.submit(asking, '/enrol/begin');
    expect(codesOn(fresh)).toHaveLength(10);
    expect(codesOn(fresh)).not.toContain(codesOn(page)[0]);
    expect((await town.read(id)).methods).toHaveLength(2);
  });

  it('are told about when they run low', async () => {
    const { surfer, tab, page, town, id } = await shown();
    await surfer.submit(page, '/enrol/backup-codes');
    const { methods } = await town.read(id);
    const backup = methods.find(({ type }: { type: string }) => type === 'backup-codes');
    for (const code of codesOn(page).slice(0, 8)) {
      const login = await town.login(id);
      expect(await town.verify(login.id, backup.id, code)).toMatchObject({ result: 'approved' });
    }
    const low = await surfer.open(tab.path);
    expect(low.text).toContain('2 codes left');
    expect(low.text).toContain('You are running out of codes: get new ones soon.');
    expect(linksOf(low)).toContain(`${tab.path}/new-codes`);
  });

  it('are invited to after the first method', async () => {
    const { surfer, tab, town } = await openTab(system);
    const page = await begin(surfer, tab, 'totp');
    const key = (/<code class="mono">([^<]+)<\/code>/.exec(page.markup)?.[1] ?? '').replaceAll(' ', '');
    const done = await surfer.submit(page, '/enrol/app', { code: town.codesOf({ secret: key })() });
    expect(done.text).toContain('Get backup codes as well');
    const asked = await surfer.submit(done, '/enrol/begin');
    expect(asked.heading).toBe('Confirm that it is you');
  });
});
