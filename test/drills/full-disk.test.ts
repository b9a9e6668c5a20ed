// What a drill expects stands in one function for both ways of filling a disk.
/* oxlint-disable vitest/expect-expect */
import { DatabaseSync } from 'node:sqlite';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { limitFiles, mountSmallDisk } from '../support/disks.ts';
import { createCall } from '../support/call.ts';
import { aPhone, codeIn, eventually, wrong } from '../support/installation.ts';
import { chainFaults, readEvents } from '../support/journal.ts';
import { createProcess } from '../support/processes.ts';
import { openEmbedded, readDevelopment } from '../support/standalone-process.ts';
import { uniqueName } from '../support/services.ts';

const unavailable = { status: 503, json: { code: 'unavailable' } };
/** More than fits into what a full disk has left over in its last pages. */
const requestsMax = 2_000;

/** Lets the disk of a standalone run full, and gives it room again. */
type Room = { fill(pid: number): void; free(pid: number): void };

/** A standalone on this folder through a full disk and out of it: 503, nothing lost, nothing broken, no restart. */
async function drill(folder: string, room: Room): Promise<void> {
  const logs = mkdtempSync(join(tmpdir(), 'twofold-logs-'));
  const process = await createProcess('standalone', { DATA_DIR: folder, LOG_LEVEL: 'warn' }, logs);
  onTestFinished(async () => {
    await process.kill();
    rmSync(logs, { recursive: true });
  });
  await process.start();
  const { apiKey, tenant } = await eventually('dev.json', () => readDevelopment(folder));
  const call = createCall(process.url, apiKey);
  const request = (to: string, key = uniqueName('request')) =>
    call('POST', '/v1/challenges', { channel: 'sms', to }, { 'idempotency-key': key });
  const codeTo = async (to: string) => {
    const texts = async () => (await call('GET', `/sandbox/messages?to=${encodeURIComponent(to)}`)).json?.[0];
    return codeIn(await eventually('a message', texts));
  };
  const before = aPhone();
  const open = (await request(before)).json;
  const code = await codeTo(before);
  const pid = process.pid();

  room.fill(pid);
  const accepted: string[] = [open.id];
  const refused: { to: string; key: string }[] = [];
  for (let tries = 0; refused.length < 10; tries += 1) {
    expect(tries, 'requests until the disk was full').toBeLessThan(requestsMax);
    const one = { to: aPhone(), key: uniqueName('request') };
    const answer = await request(one.to, one.key);
    if (answer.status === 202) {
      accepted.push(answer.json.id);
      continue;
    }
    expect(answer).toMatchObject(unavailable);
    refused.push(one);
  }
  await eventually('not ready', async () => !(await process.isReady()));
  expect(await call('POST', `/v1/challenges/${open.id}/verify`, { code: wrong(code) })).toMatchObject(unavailable);

  room.free(pid);
  await eventually('ready again', () => process.isReady());
  for (const { to, key } of refused) {
    const answer = await eventually('a decision', async () => {
      const again = await request(to, key);
      return again.status === 202 && again;
    });
    accepted.push(answer.json.id);
    await codeTo(to);
  }
  const verify = await call('POST', `/v1/challenges/${open.id}/verify`, { code });
  expect(verify.json).toMatchObject({ result: 'approved', attemptsLeft: 5 });
  expect(process.running() && process.pid()).toBe(pid);

  await process.kill('SIGTERM');
  const database = new DatabaseSync(join(folder, 'twofold.sqlite'), { readOnly: true });
  expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  database.close();
  const storage = await openEmbedded(folder);
  onTestFinished(() => storage.close());
  const told = await readEvents(storage.log, (event) => event.tenant === tenant);
  expect(chainFaults(told)).toEqual([]);
  const requested = told.filter(({ event }) => event.type === 'challenge-requested').map(({ event }) => event.about);
  expect(requested.toSorted()).toEqual(accepted.toSorted());
}

describe('A standalone whose disk is full', () => {
  it('answers 503, breaks nothing and goes on when there is room (a small file system)', async (context) => {
    const disk = mountSmallDisk();
    if (!disk) return context.skip('this user may not mount a file system');
    onTestFinished(disk.remove);
    await drill(disk.folder, { fill: disk.fill, free: disk.free });
  });

  it('answers 503, breaks nothing and goes on when there is room (files that may not grow)', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'twofold-disk-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const sizeOf = (name: string) => statSync(join(folder, name)).size;
    await drill(folder, {
      fill: (pid) => limitFiles(pid, Math.max(sizeOf('twofold.sqlite'), sizeOf('twofold.sqlite-wal'))),
      free: (pid) => limitFiles(pid),
    });
  });
});
