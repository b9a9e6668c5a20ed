import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chainHash, type Draft } from '#core/event.ts';
import { compare } from '../../scripts/log/compare.ts';
import { demandAnswer } from '../support/accounts.ts';
import { headersOf, lineOf, linesIn, runLog, type Line } from '../support/dump.ts';
import { uniqueName } from '../support/services.ts';
import { startSystem, type System } from '../support/system.ts';

let system: System;
const ids = { erased: '', living: '' };
let dump: Line[];

beforeAll(async () => {
  system = await startSystem({ kind: 'embedded' });
  const make = async () => (await demandAnswer(system.call, 'POST', '/v1/accounts', { userId: uniqueName('user') })).id;
  Object.assign(ids, { erased: await make(), living: await make() });
  await demandAnswer(system.call, 'DELETE', `/v1/accounts/${ids.erased}`);
  const all = ['--topic', 'journal', '--topic', 'documents'];
  dump = linesIn((await runLog(system.folder, ['show', '--json', ...all])).stdout);
}, 60_000);
afterAll(() => system.close());

/** The event that would erase an account, by whoever knows the last one. */
function erasureOf(subject: string): Line {
  const last = dump.findLast(({ topic, key }) => topic === 'twofold.journal' && key === subject);
  if (!last) throw new Error('the dump has no such chain');
  const { ce_id: id = '', ce_version: version, ce_tenant: tenant = '' } = headersOf(last);
  const [, life = ''] = id.split('.');
  const head = chainHash(headersOf(last), last.payload ?? '');
  const draft: Draft = { type: 'account-erased', about: subject, data: {} };
  return lineOf(draft, { subject, life, version: Number(version), head, tenant, time: Date.now() });
}

describe('the log of an erased account', () => {
  it('still is a whole chain, its snapshots and their tombstone beside it', async () => {
    for (const lines of [undefined, dump]) {
      const { code, stdout } = await runLog(system.folder, ['verify'], lines);
      expect(stdout).toMatch(/twofold\.documents +\d+ records\n[^]*no fault\n$/);
      expect(code).toBe(0);
    }
  });

  it('is replayed to nothing, as the store has it', async () => {
    const { code, stdout } = await runLog(system.folder, ['replay']);
    // The platform, the tenant and the living account.
    expect(stdout).toMatch(/^equal +3\nerased +1\n.*no difference\n$/);
    expect(code).toBe(0);
    const cut = dump.filter(
      ({ key, headers }) => key !== ids.erased || !headers.includes('twofold.account-created.v1'),
    );
    expect((await runLog(system.folder, ['replay'], cut)).stdout).toMatch(/^equal +3\nerased +1\n/);
  });

  it('tells of a store that still has what was erased', async () => {
    const { code, stdout } = await runLog(
      system.folder,
      ['replay', '--subject', ids.living],
      [...dump, erasureOf(ids.living)],
    );
    expect(stdout).toMatch(new RegExp(`^DIFFERENT +${ids.living}: the store is at version 1, the log at 2`));
    expect(code).toBe(1);
    const record = await system.foundation.store.load(ids.living);
    if (!record) throw new Error('the store has no record');
    const { life, version, head } = record;
    const read = {
      kind: 'account',
      life,
      version,
      head,
      document: undefined,
      erased: true,
      expiresAt: 0,
      past: [],
    } as const;
    const words = 'the log says that it was erased, and the store still has it';
    expect(compare(read, record, Date.now())).toEqual({ kind: 'different', words });
    expect(compare(read, { ...record, salt: '', document: '' }, Date.now())).toEqual({ kind: 'erased' });
    expect(compare(read, undefined, Date.now())).toEqual({ kind: 'erased' });
  });
});

describe('log show', () => {
  it('prints snapshots only when asked for their topic, since they hold salts, and salts to no people', async () => {
    const salt = (await system.foundation.store.load(ids.living))?.salt ?? 'none';
    for (const args of [['show'], ['show', '--json'], ['show', '--subject', ids.living]]) {
      const { stdout } = await runLog(system.folder, args);
      expect(stdout).toContain('account-created');
      expect(stdout).not.toMatch(/document-snapshot|tombstone/);
      expect(stdout).not.toContain(salt);
    }
    const { stdout } = await runLog(system.folder, ['show', '--topic', 'documents']);
    expect(stdout).toMatch(/document-snapshot .*"salt":"\(salt\)"/);
    expect(stdout).toContain(`(tombstone)                ${ids.erased.slice(0, 8)}… at twofold.documents/0@`);
    expect(stdout).not.toContain(salt);
    expect(dump.some(({ payload }) => payload?.includes(salt))).toBe(true);
  });
});
