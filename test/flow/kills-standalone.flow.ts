import { expect, it, onTestFinished } from 'vitest';
import type { Storage } from '#storage/open.ts';
import type { Answer } from '../support/call.ts';
import { aPhone, codeIn, eventually, wrong } from '../support/installation.ts';
import { bySubject, chainFaults, readEvents } from '../support/journal.ts';
import { uniqueName } from '../support/services.ts';
import { startStandalone } from '../support/standalone-process.ts';

export type Ground = {
  /** Where Kafka and Redis are; nothing for a file of its own. */
  readonly env: Readonly<Record<string, string>>;
  readonly kills: number;
  /** Opens its log once it is gone. */
  readonly openBehind: (folder: string) => Promise<Storage>;
};

const burst = 20;

export function testStandaloneKills({ env, kills, openBehind }: Ground): void {
  it('loses nothing that it answered, and does once what was under way', async () => {
    const { process, folder, tenant, call } = await startStandalone(env);
    const request = (to: string, key = uniqueName('request')): Promise<Answer> =>
      call('POST', '/v1/challenges', { channel: 'sms', to }, { 'idempotency-key': key });
    const guess = (id: string, code: string) => call('POST', `/v1/challenges/${id}/verify`, { code });
    const texts = async (to: string) => (await call('GET', `/sandbox/messages?to=${encodeURIComponent(to)}`)).json;
    const codeTo = async (to: string) =>
      codeIn(await eventually('a message', async () => (await texts(to))[0], 60_000));
    const challenge = async () => {
      const to = aPhone();
      const { json } = await request(to);
      return { to, id: json.id as string };
    };
    const made: { id: string; subject: string }[] = [];

    for (let round = 0; round < kills; round += 1) {
      const [guessed, approved] = [await challenge(), await challenge()];
      const code = await codeTo(guessed.to);
      expect((await guess(guessed.id, wrong(code))).json).toMatchObject({ reason: 'wrong-code', attemptsLeft: 4 });
      const approval = await guess(approved.id, await codeTo(approved.to));
      expect(approval.json.result).toBe('approved');
      const justAnswered = await challenge();
      const underWay = Array.from({ length: burst }, () => ({ to: aPhone(), key: uniqueName('request') }));
      const answers = underWay.map(({ to, key }) => request(to, key).catch(() => undefined));
      await Promise.any(answers);
      await process.kill();
      const before = await Promise.all(answers);
      await process.start();

      expect((await guess(approved.id, await codeTo(approved.to))).json.reason).toBe('already-approved');
      expect((await call('GET', `/v1/challenges/${guessed.id}`)).json.attemptsLeft).toBe(4);
      expect((await guess(guessed.id, code)).json.result).toBe('approved');
      expect((await guess(justAnswered.id, await codeTo(justAnswered.to))).json.result).toBe('approved');
      for (const [index, { to, key }] of underWay.entries()) {
        const after = await request(to, key);
        expect(after.status).toBe(202);
        const known = before[index]?.status === 202 ? before[index].text : after.text;
        expect(after.text).toBe(known);
        made.push({ id: after.json.id, subject: after.json.subject });
      }
    }

    // In order at last: whoever joins its groups next need not wait for it.
    await process.kill('SIGTERM');
    const storage = await openBehind(folder);
    onTestFinished(() => storage.close());
    const told = await readEvents(storage.log, (event) => event.tenant === tenant);
    expect(chainFaults(told)).toEqual([]);
    const journals = bySubject(told);
    for (const { id, subject } of made) {
      const requests = journals.get(subject)?.filter(({ event }) => event.type === 'challenge-requested');
      expect(requests?.map(({ event }) => event.about)).toEqual([id]);
    }
  });
}
