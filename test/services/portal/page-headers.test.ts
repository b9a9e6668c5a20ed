import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttp } from '#runtime/http.ts';
import { silentLogger } from '#runtime/logger.ts';
import { registerPortal } from '../../../services/portal/app.ts';
import { apiByHttp } from '../../../services/portal/api.ts';
import { portalAt } from '../../../services/portal/portal.ts';
import { newTown, returnUrl } from '../../support/people.ts';
import { startSystem, type System } from '../../support/system.ts';

/** Pages behind https, over an API that is there. */
describe('every answer of the pages', () => {
  let system: System;
  let app: ReturnType<typeof createHttp>;
  const parts: { close(): Promise<unknown> }[] = [];
  beforeAll(async () => {
    system = await startSystem({ kind: 'embedded' });
    const api = apiByHttp(system.url);
    const { keys, telemetry } = system.foundation;
    app = createHttp({ logger: silentLogger, telemetry, loopbackOnly: false, trustedProxies: [] });
    await registerPortal(app, portalAt('https://id.example.com', { api, keys, now: system.clock.now }), silentLogger);
    parts.push(app, api, system);
  });
  afterAll(() => Promise.all(parts.map((part) => part.close())));

  it.each(['/login', '/login/', '/login/x', '/login/at/x/y', '/security/', '/security/at/x/y/z', '/admin', '/admin/x'])(
    'is guarded against frames, scripts and plain http at %s, and is no fault of ours',
    async (url) => {
      const answer = await app.inject({ method: 'GET', url, headers: { host: 'id.example.com' } });
      expect(answer.statusCode).toBeLessThan(500);
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
      expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(answer.headers['strict-transport-security']).toContain('max-age=31536000');
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(String(answer.headers['content-type'] ?? answer.headers['location'])).toMatch(
        /^(text\/html|\/admin\/sign-in)/,
      );
    },
  );

  it('is so where a handle leads on, and where an address cannot be read', async () => {
    const town = await newTown(system);
    const account = await town.account();
    await town.app(account);
    const { pageUrl = '' } = await town.login(account, { returnUrl });
    const opened = await app.inject({ method: 'GET', url: new URL(pageUrl).pathname });
    expect(opened.statusCode).toBe(303);
    expect(opened.headers['strict-transport-security']).toContain('max-age=31536000');
    for (const answer of [opened, await app.inject({ method: 'GET', url: '/login/%' })])
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
  });
});
