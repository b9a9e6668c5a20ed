import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signIn } from '../../support/administrator.ts';
import { anEmail, eventually } from '../../support/installation.ts';
import { startSystem, type System } from '../../support/system.ts';

describe('The delivery page of the administration', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ kind: 'embedded' });
  });
  afterAll(() => system.close());

  it('draws what was sent, without a script, and tells it as tables as well', async () => {
    const to = anEmail();
    await system.call('POST', '/v1/challenges', { channel: 'email', to });
    await system.messagesTo(to);
    const administrator = await signIn(system, system.apiKey);
    const counted = await eventually('the count of the message', async () => {
      const page = await administrator.get('/admin/delivery');
      return page.text.includes('<span class="tag good">sent</span>') && page;
    });
    expect(counted.text).toMatch(/<rect class="column good"/);
    expect(counted.text).toMatch(
      /aria-label="Deliveries\. Handed over: at most 1 a minute; Failed: at most 0 a minute\."/,
    );
    expect(counted.text).toMatch(/<th scope="row">sandbox<\/th><td>Email<\/td>/);
    expect(counted.text.match(/<details>/g)).toHaveLength(3);
    expect(counted.text).not.toContain(' style="');
    const day = await administrator.get('/admin/delivery?span=day');
    expect(day.text).toContain('at most 1 in half an hour');
    expect((await administrator.get('/admin/delivery?span=%3Cscript%3E')).text).toContain(
      'aria-current="true">Last hour',
    );
  });

  it('adds up all tenants for the operator, or shows one', async () => {
    const operator = await signIn(system, system.platformKey);
    expect((await operator.get('/admin/delivery')).text).toContain('Of all tenants together.');
    const one = await operator.get(`/admin/delivery?tenant=${system.tenant}`);
    expect(one.text).toContain(`Of the tenant <strong>${system.tenant}</strong>.`);
    expect((await operator.get('/admin/delivery?tenant=nobody')).status).toBe(404);
  });
});
