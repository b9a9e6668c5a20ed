import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createHttp } from '#runtime/http.ts';
import { createLogger } from '#runtime/logger.ts';
import { apiByHttp, type Api } from '../../../services/portal/api.ts';
import { registerPortal } from '../../../services/portal/app.ts';
import { portalAt } from '../../../services/portal/portal.ts';
import { newTown, returnUrl, type Town } from '../../support/people.ts';
import { createScriptedProvider } from '../../support/scripted-provider.ts';
import { createSurfer, linksOf } from '../../support/surfing.ts';
import { startSystem, type System } from '../../support/system.ts';

describe('pages in a process of their own', () => {
  let system: System;
  let town: Town;
  beforeAll(async () => {
    system = await startSystem({ kind: 'embedded' });
    town = await newTown(system);
  });
  afterAll(() => system.close());

  /** A portal that reaches the API over the network, as long as it is let. */
  async function portalApart() {
    const lines: string[] = [];
    const logger = createLogger({ service: 'portal', level: 'debug' }, { write: (line) => void lines.push(line) });
    const network = apiByHttp(system.url);
    const line = { cut: false };
    const api: Api = {
      ...network,
      send: async (call) => (line.cut ? { status: 503, body: undefined } : network.send(call)),
    };
    const { keys, telemetry } = system.foundation;
    const app = createHttp({ logger, telemetry, loopbackOnly: false, trustedProxies: [] });
    await registerPortal(app, portalAt('https://id.example.com', { api, keys, now: system.clock.now }), logger);
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    onTestFinished(async () => {
      await app.close();
      await network.close();
    });
    return { surfer: createSurfer(url, { origin: 'https://id.example.com' }), line, lines };
  }
  const pathOf = ({ pageUrl }: { pageUrl: string }) => new URL(pageUrl).pathname;

  it('lead through a login as those within the system do, with Secure cookies', async () => {
    const { surfer } = await portalApart();
    const account = await town.account();
    const app = await town.app(account);
    const page = await surfer.open(pathOf(await town.login(account, { returnUrl })));
    expect(page.headers['strict-transport-security']).toContain('max-age=31536000');
    expect([...surfer.jar.values()].map(({ pair }) => pair)).toEqual([
      expect.stringMatching(/^__Secure-twofold_login=/),
    ]);
    expect((await surfer.submit(page, '/verify', { code: app.next() })).leftTo).toContain('twofold_code=');
  });

  it('say that the API cannot be reached, keep the login, and go on when it can', async () => {
    const { surfer, line, lines } = await portalApart();
    const account = await town.account();
    const app = await town.app(account);
    const page = await surfer.open(pathOf(await town.login(account, { returnUrl })));
    line.cut = true;
    for (const cut of [await surfer.submit(page, '/verify', { code: app.next() }), await surfer.open(page.path)]) {
      expect(cut).toMatchObject({ status: 503, heading: 'We cannot be reached just now' });
      expect(cut.headers['retry-after']).toBe('2');
      expect(cut.text).toContain('Example');
      expect(linksOf(cut)[0]).toMatch(/^\/login\/at\/[\w-]{12}(\/with\/m[\w-]{22})?$/);
    }
    line.cut = false;
    expect((await surfer.submit(page, '/verify', { code: app.next() })).leftTo).toContain('twofold_code=');
    expect(lines.join('\n')).not.toContain(app.secret);
  });

  it('do not use a handle up that they could not open', async () => {
    const { surfer, line } = await portalApart();
    const account = await town.account();
    await town.app(account);
    const path = pathOf(await town.login(account, { returnUrl }));
    line.cut = true;
    expect(await surfer.open(path)).toMatchObject({ status: 503 });
    line.cut = false;
    expect(await surfer.open(path)).toMatchObject({ status: 200, heading: 'Enter the code from your app' });
  });
});

describe('a provider that delivers nothing', () => {
  it('is told of by the page, which offers another code and other ways', async () => {
    const sms = createScriptedProvider('sandbox', 'sms', () => ({ kind: 'accepted' }));
    const email = createScriptedProvider('sandbox', 'email', () => ({ kind: 'accepted' }));
    const system = await startSystem({
      kind: 'embedded',
      providers: new Map([
        ['sms', [sms]],
        ['email', [email]],
      ]),
    });
    onTestFinished(() => system.close());
    const town = await newTown(system);
    const account = await town.account();
    const { enrolmentId } = (await town.post(`/v1/accounts/${account}/methods`, { type: 'sms', to: '+4915112345678' }))
      .json;
    await expect.poll(() => sms.sent.length).toBe(1);
    const code = /\d{6}/.exec(sms.sent[0]?.text ?? '')?.[0];
    await town.post(`/v1/accounts/${account}/enrolments/${enrolmentId}/confirm`, { code });
    sms.answer = () => ({ kind: 'permanent', reason: 'rejected' });
    const surfer = createSurfer(system.url);
    const page = await surfer.open((await town.login(account, { returnUrl })).pageUrl);
    const read = async () => (await surfer.open(page.path)).text;
    await expect.poll(read).toContain('The code could not be delivered. Ask for a new one, or choose another way.');
    expect(await read()).toContain('Send a new code');
  });
});
