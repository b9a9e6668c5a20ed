import { afterEach, describe, expect, it } from 'vitest';
import type { SendOutcome } from '../../../services/delivery-worker/providers/provider.ts';
import { eventually, aPhone } from '../../support/installation.ts';
import { createScriptedProvider, type ScriptedProvider } from '../../support/scripted-provider.ts';
import { startSystem, type System } from '../../support/system.ts';

type SendView = { number: number; status: string; provider?: string; reason?: string; possibleDuplicate?: boolean };
type ChallengeView = { id: string; sends: SendView[] };

const accepted: SendOutcome = { kind: 'accepted' };
const temporary: SendOutcome = { kind: 'temporary', reason: 'busy' };
const unknown: SendOutcome = { kind: 'unknown', reason: 'timeout' };

let system: System | undefined;
afterEach(async () => {
  await system?.close();
  system = undefined;
});

async function start(first: ScriptedProvider['answer'], second?: ScriptedProvider['answer']) {
  const providers = [createScriptedProvider('first', 'sms', first)];
  if (second) providers.push(createScriptedProvider('second', 'sms', second));
  const running = await startSystem({ kind: 'embedded', providers: new Map([['sms', providers]]) });
  system = running;
  const request = async (to = aPhone()) =>
    (await running.call('POST', '/v1/challenges', { channel: 'sms', to })).json as { id: string };
  const read = async (id: string) => (await running.call('GET', `/v1/challenges/${id}`)).json as ChallengeView;
  const fate = (id: string, number = 1) =>
    eventually('the fate of a send', async () => {
      const send = (await read(id)).sends.find((candidate) => candidate.number === number);
      return send && send.status !== 'queued' && send;
    });
  const [one, two] = providers;
  if (!one) throw new Error('there is a first provider');
  return { running, one, two, request, fate };
}

describe('a delivery worker', () => {
  it('hands a message to the first provider and says so', async () => {
    const { one, request, fate } = await start(() => accepted);
    const { id } = await request();
    expect(await fate(id)).toMatchObject({ status: 'sent', provider: 'first' });
    expect(one.sent).toHaveLength(1);
    expect(one.sent[0]?.text).toMatch(/\b\d{6}\b/);
  });

  it('goes to the next provider after a temporary failure, with the same text', async () => {
    const { one, two, request, fate } = await start(
      () => temporary,
      () => accepted,
    );
    const { id } = await request();
    const sent = await fate(id);
    expect(sent).toMatchObject({ status: 'sent', provider: 'second' });
    expect(sent).not.toHaveProperty('possibleDuplicate');
    expect(two?.sent[0]?.text).toBe(one.sent[0]?.text);
  });

  it('tries again after a pause when all failed for now', async () => {
    const { one, request, fate } = await start((_, call) => (call < 3 ? temporary : accepted));
    const { id } = await request();
    expect(await fate(id)).toMatchObject({ status: 'sent' });
    expect(one.sent).toHaveLength(3);
  });

  it('tells a refusal for good and bothers no other provider', async () => {
    const { two, request, fate } = await start(
      () => ({ kind: 'permanent', reason: 'invalid-number' }),
      () => accepted,
    );
    const { id } = await request();
    expect(await fate(id)).toMatchObject({ status: 'failed', reason: 'rejected' });
    expect(two?.sent).toHaveLength(0);
  });

  it('sends once more after an unknown outcome, and flags that it may have come twice', async () => {
    const { one, two, request, fate } = await start(
      () => unknown,
      () => accepted,
    );
    const { id } = await request();
    expect(await fate(id)).toMatchObject({ status: 'sent', possibleDuplicate: true });
    expect(one.sent.length + (two?.sent.length ?? 0)).toBe(2);
  });

  it('stops after two unknown outcomes, whatever providers are left', async () => {
    const { one, two, request, fate } = await start(
      () => unknown,
      () => unknown,
    );
    const { id } = await request();
    expect(await fate(id)).toMatchObject({ status: 'failed', reason: 'unconfirmed', possibleDuplicate: true });
    expect(one.sent.length + (two?.sent.length ?? 0)).toBe(2);
  });

  it('never sends a code that a resend has voided while it waited', async () => {
    const { running, one, request, fate } = await start((message) =>
      message.send === 1 ? { kind: 'temporary', reason: 'busy', retryAfterMs: 3_000 } : accepted,
    );
    const { id } = await request();
    await eventually('the first call', () => one.sent.length === 1);
    expect((await running.call('POST', `/v1/challenges/${id}/resend`, {})).status).toBe(202);
    expect(await fate(id, 2)).toMatchObject({ status: 'sent' });
    expect(await fate(id, 1)).toMatchObject({ status: 'failed', reason: 'superseded' });
    expect(one.sent.map(({ send }) => send)).toEqual([1, 2]);
  });

  it('loses nothing through an outage of its only provider: what is still valid goes out once it works again', async () => {
    const count = 150;
    const { running, one, request, fate } = await start(() => temporary);
    const asked = await Promise.all(Array.from({ length: count }, () => request()));
    await eventually('the breaker to open', () => running.logLines.some((line) => line.includes('providers-broken')));
    one.answer = () => accepted;
    const fates = await Promise.all(asked.map(({ id }) => fate(id)));
    expect(fates.map(({ status }) => status)).toEqual(Array.from({ length: count }, () => 'sent'));
  });
});
