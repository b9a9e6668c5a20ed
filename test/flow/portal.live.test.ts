import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { enrolAddress } from '../support/accounts.ts';
import { anEmail, codeIn, eventually } from '../support/installation.ts';
import { must } from '../support/people.ts';
import { createProcess, startProcesses, type Processes, type ServiceProcess } from '../support/processes.ts';
import { describeLive, uniqueName } from '../support/services.ts';
import { createSurfer } from '../support/surfing.ts';

const origin = 'https://id.example.com';
const returnUrl = 'https://app.example.com/back';

describeLive('A portal beside services on Kafka and Redis', ['kafka', 'redis'], () => {
  let system: Processes;
  let portal: ServiceProcess;
  const folder = mkdtempSync(join(tmpdir(), 'twofold-portal-'));
  beforeAll(async () => {
    const env = { PORTAL_URL: origin };
    const one = { gateway: 1, verifier: 1, 'template-worker': 1, 'delivery-worker': 1 };
    system = await startProcesses({ ...one, env, settings: { resendMinSeconds: 0, returnUrls: [returnUrl] } });
    // All that a portal is told: no Redis, no Kafka, no key but its own.
    const KEY_PORTAL = randomBytes(32).toString('base64');
    portal = await createProcess('portal', { ...env, KEY_PORTAL, GATEWAY_URL: system.of('gateway', 0).url }, folder);
    await portal.start();
  });
  afterAll(async () => {
    await portal?.kill();
    await system?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function openLogin() {
    const to = anEmail();
    const { id } = await must(system.call('POST', '/v1/accounts', { userId: uniqueName('user') }));
    await enrolAddress(system, id, 'email', to);
    const login = await must(system.call('POST', '/v1/logins', { accountId: id, returnUrl, state: 'mine' }));
    const surfer = createSurfer(portal.url, { origin });
    expect(login.pageUrl.startsWith(`${origin}/login/`)).toBe(true);
    return { to, login, surfer, page: await surfer.open(login.pageUrl) };
  }

  it('leads through a login to a result that the application takes', async () => {
    const { to, login, surfer, page } = await openLogin();
    expect(page).toMatchObject({ status: 200, heading: 'Check your email' });
    const codes = await eventually('the code of the login', async () => {
      const messages = (await system.messagesTo(to, 2)).filter(({ text }) => /\d{6}/.test(text));
      return messages.length >= 2 && messages;
    });
    const passed = await surfer.submit(page, '/verify', { code: codeIn(codes[0]) });
    const code = new URL(passed.leftTo ?? '').searchParams.get('twofold_code');
    const taken = await must(system.call('POST', `/v1/logins/${login.id}/result`, { code }));
    expect(taken).toMatchObject({ status: 'approved', proof: expect.any(String) });
    expect(portal.output()).not.toContain(to);
    expect(portal.output()).not.toContain(login.id);
  });

  it('is not ready while its gateway is away, says so to people, and goes on when it is back', async () => {
    const { surfer, page } = await openLogin();
    await system.kill('gateway', 0, 'SIGTERM');
    await eventually('not ready', async () => !(await portal.isReady()));
    expect(await surfer.open(page.path)).toMatchObject({ status: 503, heading: 'We cannot be reached just now' });
    await system.restart('gateway', 0);
    await eventually('ready again', () => portal.isReady());
    expect(await surfer.open(page.path)).toMatchObject({ status: 200, heading: 'Check your email' });
  });

  it('stops when it is told to', async () => {
    await portal.kill('SIGTERM');
    expect(portal.exitCode()).toBe(0);
  });
});
