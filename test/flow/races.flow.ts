import { afterAll, beforeAll, expect, it } from 'vitest';
import { topics } from '#schemas/topics.ts';
import type { Answer } from '../support/call.ts';
import { codeOf, requestCode, type Deployment, type Doors } from '../support/doors.ts';
import { aPhone, eventually, generousSettings, wrong } from '../support/installation.ts';
import { eventsAbout, firstOnes, readEvents } from '../support/journal.ts';
import { uniqueName } from '../support/services.ts';

const crowd = 200;
const attemptsMax = 5;

const inParallel = <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

const tally = (words: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]));

const verdict = ({ status, json }: Answer): string => (status === 200 ? (json.reason ?? json.result) : json.code);

/** What must hold when many act at once. @param deploy starts what the crowd runs against */
export function testRaces(deploy: () => Promise<Deployment>): void {
  let deployment: Deployment;
  let doors: Doors;

  beforeAll(async () => {
    deployment = await deploy();
    doors = await deployment.enter(generousSettings);
  });
  afterAll(() => deployment.close());

  const verify = (index: number, id: string, code: string, headers = {}) =>
    doors.door(index)('POST', `/v1/challenges/${id}/verify`, { code }, headers);
  const create = (index: number, to: string, headers = {}) =>
    doors.door(index)('POST', '/v1/challenges', { channel: 'sms', to }, headers);
  const typesAbout = async (id: string) => (await eventsAbout(deployment.foundation.log, id)).map(({ type }) => type);

  it('approves one of 200 right guesses that come at once', async () => {
    const { id, code } = await requestCode(deployment, doors.door(0));
    const answers = await inParallel(crowd, (index) => verify(index, id, code));
    expect(tally(answers.map(verdict))).toEqual({ approved: 1, 'already-approved': crowd - 1 });
    expect(await typesAbout(id)).toEqual(['challenge-requested', 'challenge-approved']);
  });

  it('compares 200 wrong guesses that come at once no more often than a challenge allows', async () => {
    const { id, code } = await requestCode(deployment, doors.door(0));
    const answers = await inParallel(crowd, (index) => verify(index, id, wrong(code)));
    const verdicts = tally(answers.map(verdict));
    expect(verdicts['wrong-code']).toBeLessThanOrEqual(attemptsMax);
    const others = Object.keys(verdicts).filter((word) => word !== 'wrong-code');
    expect(others.filter((word) => word !== 'too-busy')).toEqual(['exhausted']);
    expect((await typesAbout(id)).filter((type) => type === 'attempt-rejected')).toHaveLength(attemptsMax);
    expect(verdict(await verify(1, id, code))).toBe('exhausted');
  });

  it('counts 200 repetitions of one wrong guess once', async () => {
    const { id, code } = await requestCode(deployment, doors.door(0));
    const headers = { 'idempotency-key': uniqueName('guess') };
    const answers = await inParallel(crowd, (index) => verify(index, id, wrong(code), headers));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]?.json).toMatchObject({ reason: 'wrong-code', attemptsLeft: attemptsMax - 1 });
    expect(await typesAbout(id)).toEqual(['challenge-requested', 'attempt-rejected']);
  });

  it('makes one challenge and one message of 200 requests with one idempotency key', async () => {
    const to = aPhone();
    const headers = { 'idempotency-key': uniqueName('request') };
    const answers = await inParallel(crowd, (index) => create(index, to, headers));
    expect(tally(answers.map(({ status }) => String(status)))).toEqual({ 202: crowd });
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    const { id, subject } = answers[0]?.json ?? {};
    await codeOf(deployment, to);
    const told = await readEvents(deployment.foundation.log, (event) => event.subject === subject, [
      topics.journal.name,
      topics.messagesSms.name,
      topics.deliveries.name,
    ]);
    const types = firstOnes(told).map(({ event }) => event.type);
    expect(types.toSorted()).toEqual(['challenge-requested', 'delivery-sent', 'message-rendered']);
    expect(deployment.textsTo(to)).toHaveLength(1);
    expect(told.every(({ event }) => event.about === id)).toBe(true);
  });

  it('lets racing requests to one destination send no more than its limit', async () => {
    const limit = 7;
    const quotas = { ...(generousSettings.quotas as object), destinationPerHour: limit };
    const limited = await deployment.enter({ ...generousSettings, quotas });
    const to = aPhone();
    const answers = await inParallel(crowd, (index) =>
      limited.door(index)('POST', '/v1/challenges', { channel: 'sms', to }),
    );
    const words = answers.map(({ status, json }) => (status === 202 ? 'accepted' : `${json.code} ${json.limit}`));
    expect(tally(words)).toEqual({ accepted: limit, 'rate-limited destination': crowd - limit });
    const told = await readEvents(deployment.foundation.log, ({ tenant }) => tenant === limited.tenant);
    expect(firstOnes(told).filter(({ event }) => event.type === 'challenge-requested')).toHaveLength(limit);
    expect(deployment.textsTo(to).length).toBeLessThanOrEqual(limit);
  });

  it('lets a right guess that races a resend either come first or be void', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id, to, code } = await requestCode(deployment, doors.door(round));
      const [guess, resend] = await Promise.all([
        verify(round, id, code),
        doors.door(round + 1)('POST', `/v1/challenges/${id}/resend`, {}),
      ]);
      const story = `${verdict(guess)}, then ${resend.status}`;
      expect(['approved, then 409', 'wrong-code, then 202']).toContain(story);
      if (resend.status === 409) continue;
      const newer = await codeOf(deployment, to, 2);
      expect(verdict(await verify(round, id, newer))).toBe('approved');
    }
  });

  it('lets a storm of wrong guesses at one address stop nobody else', async () => {
    const victim = await requestCode(deployment, doors.door(0));
    const over = new AbortController();
    let guesses = 0;
    const storm = inParallel(20, async (index) => {
      while (!over.signal.aborted) {
        guesses += 1;
        await verify(index, victim.id, wrong(victim.code));
      }
    });
    try {
      for (let round = 0; round < 5; round += 1) {
        const { id, code } = await requestCode(deployment, doors.door(round));
        expect(verdict(await verify(round, id, code))).toBe('approved');
      }
      await eventually('a storm worth its name', () => guesses > crowd);
    } finally {
      over.abort();
      await storm;
    }
    // Nor for good: the same address asks again and is let in.
    const again = await requestCode(deployment, doors.door(1), victim.to).catch((error: Error) => error.message);
    expect(again).toMatchObject({ to: victim.to });
  });
}
