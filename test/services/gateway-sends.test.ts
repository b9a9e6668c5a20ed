import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Provider, SendOutcome } from '../../services/delivery-worker/providers/provider.ts';
import { aPhone, eventually } from '../support/installation.ts';
import { startSystem, type System } from '../support/system.ts';

describe('the fate of a send', () => {
  /** What the vendor answers for each number, call after call; the last answer stays. */
  const answers = new Map<string, SendOutcome[]>();
  const asked = new Set<string>();
  const provider: Provider = {
    name: 'vendor',
    channel: 'sms',
    async send({ to }) {
      const [next = { kind: 'accepted' }, ...later] = answers.get(to) ?? [];
      if (later.length > 0) answers.set(to, later);
      asked.add(to);
      return next;
    },
    probe: async () => ({ working: true }),
    close: async () => {},
  };
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ kind: 'embedded', providers: new Map([['sms', [provider]]]) });
  });
  afterAll(async () => await system?.close());

  async function request(...outcomes: SendOutcome[]): Promise<string> {
    const to = aPhone();
    answers.set(to, outcomes);
    const { status, json } = await system.call('POST', '/v1/challenges', { channel: 'sms', to });
    expect(status).toBe(202);
    await eventually('the vendor is asked', () => asked.has(to));
    return json.id;
  }

  const sendsOf = async (id: string) => (await system.call('GET', `/v1/challenges/${id}`)).json.sends;
  const ended = (id: string) =>
    eventually('the fate', async () => {
      const sends: { status: string }[] = await sendsOf(id);
      return sends.every(({ status }) => status !== 'queued') && sends;
    });
  const base = { number: 1, requestedAt: expect.any(String) };

  it('is sent once the vendor took it', async () => {
    expect(await ended(await request())).toStrictEqual([{ ...base, status: 'sent', provider: 'vendor' }]);
  });

  it('is failed with the reason when the vendor refuses the number', async () => {
    const refused = { ...base, status: 'failed', provider: 'vendor', reason: 'rejected' };
    expect(await ended(await request({ kind: 'permanent', reason: 'invalid-number' }))).toStrictEqual([refused]);
  });

  it('tells that the person may have got it twice when one call was lost', async () => {
    const twice = { ...base, status: 'sent', provider: 'vendor', possibleDuplicate: true };
    expect(await ended(await request({ kind: 'unknown', reason: 'timed-out' }, { kind: 'accepted' }))).toStrictEqual([
      twice,
    ]);
  });

  it('is queued while the vendor has no time, and expired once its code is', async () => {
    const id = await request({ kind: 'temporary', reason: 'throttled' });
    expect(await sendsOf(id)).toStrictEqual([{ ...base, status: 'queued' }]);
    system.clock.advance(300_000);
    expect(await sendsOf(id)).toMatchObject([{ number: 1, status: 'failed', reason: 'expired' }]);
    await eventually('the worker tells the same', async () => {
      const notes = await system.foundation.store.notes(id);
      return notes['1'] && JSON.parse(notes['1']).reason === 'expired';
    });
    expect(await sendsOf(id)).toMatchObject([{ number: 1, status: 'failed', reason: 'expired' }]);
  });

  it('is superseded when the challenge went on without it', async () => {
    const id = await request({ kind: 'temporary', reason: 'throttled', retryAfterMs: 3_000 }, { kind: 'accepted' });
    const resent = await system.call('POST', `/v1/challenges/${id}/resend`, {});
    expect(resent.status).toBe(202);
    expect(await ended(id)).toMatchObject([
      { number: 1, status: 'failed', reason: 'superseded' },
      { number: 2, status: 'sent', provider: 'vendor' },
    ]);
  });
});
