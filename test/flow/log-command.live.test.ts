import { afterAll, beforeAll, expect, it } from 'vitest';
import { topics } from '#schemas/topics.ts';
import { runDeadLetters } from '../../scripts/dead-letters/run.ts';
import { runLog } from '../../scripts/log/run.ts';
import { linesIn, textOf } from '../support/dump.ts';
import { eventually, wrong } from '../support/installation.ts';
import { readRecords } from '../support/journal.ts';
import { runHere, runScript } from '../support/run-script.ts';
import { describeLive, uniqueName } from '../support/services.ts';
import { guess, obtainCode } from '../support/story.ts';
import { startSystem, type System } from '../support/system.ts';

// Other suites tell poison and forgeries on the same topics, so every command here speaks of subjects and ids of its own.
describeLive('the commands on Kafka and Redis', ['kafka', 'redis'], ({ brokers, redisUrl }) => {
  const env = { KAFKA_BROKERS: brokers.join(','), REDIS_URL: redisUrl };
  // A broker that is busy may refuse a read; the command says so, and is run again.
  const log = (...args: string[]) =>
    eventually('a log that can be read', async () => {
      const ran = await runHere((terminal) => runLog(args, terminal), env);
      return ran.stdout !== '' && ran;
    });
  const letters = (...args: string[]) => runHere((terminal) => runDeadLetters(args, terminal), env);
  let system: System;

  beforeAll(async () => {
    system = await startSystem({ kind: 'kafka-redis' });
  });
  afterAll(() => system.close());

  /** An address that was asked for, guessed wrong and right. */
  async function tellChallenge(): Promise<string> {
    const { id, code } = await obtainCode(system);
    await guess(system.call, id, wrong(code));
    await guess(system.call, id, code);
    // A message is there before its fate is told.
    await eventually('the fate of the message', async () => {
      const { sends } = (await system.call('GET', `/v1/challenges/${id}`)).json;
      return sends.every(({ status }: { status: string }) => status !== 'queued');
    });
    return id.slice(0, 22);
  }

  const lettersOf = async (id: string) =>
    (await readRecords(system.foundation.log, [topics.deadLetters.name])).filter(
      ({ headers }) => String(headers.ce_id) === id,
    );

  it('show what happened to a subject in the order it happened', async () => {
    const subject = await tellChallenge();
    const { stdout } = await log('show', '--subject', subject);
    const types = stdout.split('\n').map((line) => line.split(/ {2,}/)[1]);
    expect(types.slice(0, 2)).toEqual(['challenge-requested', 'message-rendered']);
    expect(types).toEqual(expect.arrayContaining(['attempt-rejected', 'challenge-approved', 'delivery-sent']));
  });

  it('verify a chain and replay it against Redis, and end by themselves', async () => {
    const subject = await tellChallenge();
    const verified = await runScript('log', ['verify', '--subject', subject], { env });
    expect(verified.stdout).toContain('chains: 3 events, 0 repetitions, 1 subjects, 1 lives');
    expect(verified).toMatchObject({ code: 0, stderr: '' });
    const replayed = await runScript('log', ['replay', '--subject', subject], { env });
    expect(replayed).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^equal +1\n/) });
  });

  it('replay the tenant that settings and keys have made', async () => {
    const { stdout, code } = await log('replay', '--subject', `tenant:${system.tenant}`);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^equal +1\n/)]);
  });

  it('report a fork, and a dump of it as well', async () => {
    const subject = await tellChallenge();
    const journal = await readRecords(system.foundation.log, [topics.journal.name]);
    const second = journal.find(({ key, headers }) => String(key) === subject && String(headers.ce_version) === '2');
    if (!second) throw new Error('there is no second event');
    const headers = { ...second.headers, ce_actor: 'key:somebody' };
    await system.foundation.log.publish([{ ...second, headers }]);
    const { code, stdout } = await log('verify', '--subject', subject);
    expect(stdout).toMatch(new RegExp(`^FAULT {2}fork +${subject} life \\S+ version 2: .*twofold\\.journal/\\d+@\\d+`));
    expect(code).toBe(1);
    const dump = await log('show', '--json', '--subject', subject);
    const again = await runScript('log', ['verify', '--file', '-'], { input: textOf(linesIn(dump.stdout)) });
    expect([again.code, again.stdout]).toEqual([1, expect.stringContaining('the dump: 1 fault')]);
    // The first one counts, so the document is what it was.
    expect(await log('replay', '--subject', subject)).toMatchObject({ code: 0 });
  });

  it('list a record that is larger than a letter may be, and its partition moves on', async () => {
    const id = uniqueName('large');
    const headers = { ce_id: id, ce_specversion: '1.0', ce_type: 'twofold.challenge-requested.v1' };
    const subject = await tellChallenge();
    await system.foundation.log.publish([
      { topic: topics.journal.name, key: subject, headers, value: Buffer.alloc(2_000_000, 'x') },
    ]);
    await eventually('a dead letter', async () => (await lettersOf(id)).length > 0);
    const { stdout } = await letters('list', '--id', id);
    expect(stdout).toMatch(
      /too-large {2}twofold\.journal\/\d+@\d+ .*\(without its value, 2\d{6} bytes\)\n1 dead letter\n/,
    );
    expect((await letters('redrive', '--id', id)).stdout).toContain('0 dead letters redriven, 1 left');
    const next = uniqueName('next');
    const small = { topic: topics.journal.name, key: subject, headers: { ...headers, ce_id: next }, value: 'x' };
    await system.foundation.log.publish([small]);
    await eventually('the next dead letter', async () => (await lettersOf(next)).length > 0);
  });

  it('redrive a record to where it was told, and end by themselves', async () => {
    const id = uniqueName('poison');
    const headers = { ce_id: id, ce_specversion: '1.0', ce_type: 'twofold.no-such-type.v1' };
    const record = { topic: topics.messagesSms.name, key: 'somebody', headers, value: 'poison' };
    await system.foundation.log.publish([record]);
    await eventually('a dead letter', async () => (await lettersOf(id)).length === 1);
    const ran = await runScript('dead-letters', ['redrive', '--id', id], { env });
    expect(ran).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('1 dead letter redriven') });
    const again = await eventually('another dead letter', async () => (await lettersOf(id))[1]);
    expect(String(again.value)).toBe('poison');
    expect(String(again.headers.dl_topic)).toBe(topics.messagesSms.name);
    expect((await letters('list', '--id', id)).stdout).toMatch(/redriven before.*\n2 dead letters\n$/);
  });
});
