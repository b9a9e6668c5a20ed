import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createPersistentCaller } from '../support/persistent-caller.ts';
import { openEmbedded, startStandalone } from '../support/standalone-process.ts';
import { expectKept } from '../support/storm-checks.ts';
import { storm } from '../support/storm.ts';

const kills = 8;

describe('A standalone under a steady load', () => {
  it('keeps every promise through 8 kills', { timeout: 120_000 }, async () => {
    const { process, folder, tenant, call } = await startStandalone({});
    const textsTo = (to: string): { to: string; text: string }[] =>
      readFileSync(join(folder, 'sandbox.ndjson'), 'utf8')
        .split('\n')
        .flatMap((line) => (line.includes(to) ? [JSON.parse(line)] : []));
    const promised = await storm({
      persist: createPersistentCaller([call]),
      victims: [process],
      kills,
      textsTo,
      call,
    });
    expect(promised.length).toBeGreaterThan(kills);
    await process.kill();
    const storage = await openEmbedded(folder);
    onTestFinished(() => storage.close());
    await expectKept(storage.log, tenant, promised, textsTo);
  });
});
