import { describe, expect, it } from 'vitest';
import { aPhone, anEmail, eventually, wrong } from '../support/installation.ts';
import { guess, journalOf, obtainCode, obtainNext } from '../support/story.ts';
import type { System } from '../support/system.ts';

const idPattern = /^[A-Za-z0-9_-]{22}\.c[A-Za-z0-9_-]{22}$/;

/** The life of a challenge as an application sees it. */
export function describeChallenges(given: () => System): void {
  describe('a challenge', () => {
    for (const [channel, address, masked] of [
      ['email', anEmail, /^a\*\*\*@example\.com$/],
      ['sms', aPhone, /^\+49\*{3}\d\d$/],
    ] as const) {
      it(`by ${channel} reaches the person and is approved once`, async () => {
        const { call, ...system } = given();
        const to = address();
        const { id, code, made } = await obtainCode({ call, ...system }, { channel, to });
        expect(made.json).toStrictEqual({
          id: expect.stringMatching(idPattern),
          subject: id.split('.')[0],
          status: 'pending',
          channel,
          to: expect.stringMatching(masked),
          createdAt: expect.any(String),
          expiresAt: expect.any(String),
          resendAvailableAt: expect.any(String),
          sendsLeft: 4,
          attemptsLeft: 5,
        });
        expect(Date.parse(made.json.expiresAt) - Date.parse(made.json.createdAt)).toBe(300_000);
        expect(await guess(call, id, wrong(code))).toStrictEqual({
          id,
          result: 'rejected',
          reason: 'wrong-code',
          status: 'pending',
          attemptsLeft: 4,
        });
        const right = { id, result: 'approved', status: 'approved', attemptsLeft: 4, proof: expect.any(String) };
        expect(await guess(call, id, code)).toStrictEqual(right);
        expect(await guess(call, id, code)).toStrictEqual({
          id,
          result: 'rejected',
          reason: 'already-approved',
          status: 'approved',
          attemptsLeft: 4,
        });
        const types = (await journalOf(system.foundation, made.json.subject)).map(({ type }) => type);
        expect(types).toEqual(['challenge-requested', 'attempt-rejected', 'challenge-approved']);
      });
    }

    it('tells the fate of every send', async () => {
      const system = given();
      const asked = await obtainCode(system);
      await obtainNext(system, asked);
      const read = () => system.call('GET', `/v1/challenges/${asked.id}`);
      const { json } = await eventually('both sends are known', async () => {
        const answer = await read();
        return answer.json.sends.every(({ status }: { status: string }) => status === 'sent') && answer;
      });
      const sent = { requestedAt: expect.any(String), status: 'sent', provider: 'sandbox' };
      expect(json.sends).toStrictEqual([
        { number: 1, ...sent },
        { number: 2, ...sent },
      ]);
      const { sends: _, ...challenge } = json;
      expect(challenge).toMatchObject({ id: asked.id, status: 'pending', sendsLeft: 3, attemptsLeft: 5 });
    });

    it('gets a new code by a resend, and the old one is a wrong one that costs an attempt', async () => {
      const system = given();
      const asked = await obtainCode(system);
      const { code, answer } = await obtainNext(system, asked);
      expect(answer.json).toMatchObject({ id: asked.id, status: 'pending', sendsLeft: 3, attemptsLeft: 5 });
      expect(code).not.toBe(asked.code);
      expect(await guess(system.call, asked.id, asked.code)).toMatchObject({ reason: 'wrong-code', attemptsLeft: 4 });
      expect(await guess(system.call, asked.id, code)).toMatchObject({ result: 'approved', attemptsLeft: 4 });
    });

    it('is not sent again before its time, and the gap doubles', async () => {
      const system = given();
      const { call } = await system.newTenant({});
      const asked = await obtainCode({ ...system, call });
      const resend = () => call('POST', `/v1/challenges/${asked.id}/resend`, {});
      const early = await resend();
      expect(early).toMatchObject({ status: 429, json: { code: 'resend-too-early' } });
      expect(Number(early.headers['retry-after'])).toBeGreaterThanOrEqual(10);
      expect(Number(early.headers['retry-after'])).toBeLessThanOrEqual(30);
      system.clock.advance(30_000);
      const { answer } = await obtainNext({ ...system, call }, asked);
      const { sends } = (await call('GET', `/v1/challenges/${asked.id}`)).json;
      const gapMs = Date.parse(answer.json.resendAvailableAt) - Date.parse(sends[1].requestedAt);
      expect(Math.round(gapMs / 1_000)).toBe(60);
      expect(Number((await resend()).headers['retry-after'])).toBeGreaterThan(30);
    });

    it('is sent no more often than its tenant allows', async () => {
      const system = given();
      const { call } = await system.newTenant({ resendMinSeconds: 0, sendsPerChallenge: 2 });
      const asked = await obtainCode({ ...system, call });
      expect(asked.made.json.sendsLeft).toBe(1);
      const { answer } = await obtainNext({ ...system, call }, asked);
      expect(answer.json.sendsLeft).toBe(0);
      const third = await call('POST', `/v1/challenges/${asked.id}/resend`, {});
      expect(third).toMatchObject({ status: 409, json: { code: 'no-sends-left' } });
    });

    it('can be canceled, and then no code is right and nothing is sent', async () => {
      const system = given();
      const { id, code } = await obtainCode(system);
      const canceled = await system.call('POST', `/v1/challenges/${id}/cancel`, {});
      expect(canceled).toMatchObject({ status: 200, json: { id, status: 'canceled', attemptsLeft: 5 } });
      expect(await guess(system.call, id, code)).toMatchObject({
        result: 'rejected',
        reason: 'canceled',
        status: 'canceled',
      });
      const resent = await system.call('POST', `/v1/challenges/${id}/resend`, {});
      expect(resent).toMatchObject({ status: 409, json: { code: 'challenge-not-pending' } });
      const again = await system.call('POST', `/v1/challenges/${id}/cancel`);
      expect(again).toMatchObject({ status: 200, json: canceled.json });
    });

    it('is exhausted by five wrong codes, and the right one comes too late', async () => {
      const system = given();
      const { id, code } = await obtainCode(system);
      const answers = [];
      for (let i = 0; i < 5; i += 1) answers.push(await guess(system.call, id, wrong(code)));
      expect(answers.map(({ attemptsLeft }) => attemptsLeft)).toEqual([4, 3, 2, 1, 0]);
      expect(answers.map(({ reason }) => reason)).toEqual(Array.from({ length: 5 }, () => 'wrong-code'));
      expect(answers.at(-1).status).toBe('exhausted');
      const late = { id, result: 'rejected', reason: 'exhausted', status: 'exhausted', attemptsLeft: 0 };
      expect(await guess(system.call, id, code)).toStrictEqual(late);
      expect((await system.call('POST', `/v1/challenges/${id}/resend`, {})).json.code).toBe('challenge-not-pending');
    });

    it('expires, and says so to whoever asks', async () => {
      const system = given();
      const { id, code } = await obtainCode(system);
      system.clock.advance(300_000);
      expect(await guess(system.call, id, code)).toMatchObject({ reason: 'expired', status: 'expired' });
      expect((await system.call('GET', `/v1/challenges/${id}`)).json.status).toBe('expired');
      expect((await system.call('POST', `/v1/challenges/${id}/resend`, {})).json.code).toBe('challenge-not-pending');
    });

    it('lives on with its newest code, but never beyond 900 s', async () => {
      const system = given();
      const { call } = await system.newTenant({
        resendMinSeconds: 0,
        methods: { email: { codeLifetimeSeconds: 600 } },
      });
      const asked = await obtainCode({ ...system, call });
      system.clock.advance(590_000);
      const { code, answer } = await obtainNext({ ...system, call }, asked);
      expect(Date.parse(answer.json.expiresAt) - Date.parse(answer.json.createdAt)).toBe(900_000);
      system.clock.advance(250_000);
      expect(await guess(call, asked.id, code)).toMatchObject({ result: 'approved' });
    });

    it('gives way to a fourth one of the same purpose and not to one of another', async () => {
      const system = given();
      const to = anEmail();
      const other = await obtainCode(system, { to, purpose: 'login' });
      const first = await obtainCode(system, { to });
      for (let i = 0; i < 2; i += 1) await obtainCode(system, { to });
      expect((await system.call('GET', `/v1/challenges/${first.id}`)).json.status).toBe('pending');
      await obtainCode(system, { to });
      expect((await system.call('GET', `/v1/challenges/${first.id}`)).json.status).toBe('canceled');
      expect(await guess(system.call, first.id, first.code)).toMatchObject({ reason: 'canceled' });
      expect(await guess(system.call, other.id, other.code)).toMatchObject({ result: 'approved' });
    });

    it('takes a code as a person types it', async () => {
      const system = given();
      const { id, code } = await obtainCode(system);
      const typed = ` ${code.slice(0, 3)} ${code.slice(3, 4)}\u2011${code.slice(4)}-`;
      expect(await guess(system.call, id, typed)).toMatchObject({ result: 'approved' });
    });

    it('finds one address however it is written', async () => {
      const system = given();
      const name = anEmail();
      const [plain, shouted] = [
        await obtainCode(system, { to: name }),
        await system.call('POST', '/v1/challenges', {
          channel: 'email',
          to: name.toUpperCase(),
        }),
      ];
      expect(shouted.json.subject).toBe(plain.made.json.subject);
      const number = aPhone();
      const spaced = `${number.slice(0, 3)} (0) ${number.slice(3, 6)} ${number.slice(6)}`;
      const [first, second] = [
        await system.call('POST', '/v1/challenges', { channel: 'sms', to: number }),
        await system.call('POST', '/v1/challenges', { channel: 'sms', to: spaced }),
      ];
      expect(second).toMatchObject({ status: 202, json: { subject: first.json.subject } });
    });
  });
}
