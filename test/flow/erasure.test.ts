import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { topics } from '#schemas/topics.ts';
import { demandAnswer } from '../support/accounts.ts';
import { aPhone, eventually } from '../support/installation.ts';
import { readEvents } from '../support/journal.ts';
import { createScriptedProvider } from '../support/scripted-provider.ts';
import { uniqueName } from '../support/services.ts';
import { startSystem, type System } from '../support/system.ts';
import { testErasure } from './erasure.flow.ts';

describe('Erasing an account on one SQLite file', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ kind: 'embedded' });
  });
  afterAll(async () => await system?.close());

  testErasure('embedded', () => system);
});

describe('A message that waits while its account is erased', () => {
  it.each(['for good', 'and made anew'])('%s goes nowhere, and that is told', async (how) => {
    const sms = createScriptedProvider('busy', 'sms', () => ({ kind: 'temporary', reason: 'throttled' }));
    const system = await startSystem({ kind: 'embedded', providers: new Map([['sms', [sms]]]) });
    onTestFinished(() => system.close());
    const { call, foundation } = system;
    const userId = uniqueName('user');
    const { id } = await demandAnswer(call, 'POST', '/v1/accounts', { userId });
    await demandAnswer(call, 'POST', `/v1/accounts/${id}/methods`, { type: 'sms', to: aPhone() });
    await eventually('a first try', () => sms.sent.length > 0);
    expect((await call('DELETE', `/v1/accounts/${id}`)).status).toBe(204);
    if (how === 'and made anew') await demandAnswer(call, 'POST', '/v1/accounts', { userId });
    sms.answer = () => ({ kind: 'accepted' });
    const [fate] = await eventually('a fate', async () => {
      const told = await readEvents(foundation.log, ({ subject }) => subject === id, [topics.deliveries.name]);
      return told.length > 0 && told;
    });
    expect(fate?.event).toMatchObject({ type: 'delivery-failed', data: { reason: 'unreadable' } });
  });
});
