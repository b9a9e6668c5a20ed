import { describe, expect, it } from 'vitest';
import { handleIn, must, newTown } from '../support/people.ts';
import type { System } from '../support/system.ts';

/** Where pages may lead back to: the origin exactly, the path by whole segments, from the tenant's list. */
export function describeAccountReturnUrls(given: () => System): void {
  describe('a returnUrl', () => {
    const listed = ['https://app.example.com/back', 'https://other.example.com:8443/', 'http://localhost:3000/in/'];
    const allowed = [
      'https://app.example.com/back',
      'https://app.example.com/back/to/me?q=1#x',
      'HTTPS://APP.EXAMPLE.COM:443/back',
      'https://app.example.com/./there/../back',
      'https://other.example.com:8443/anything/at/all',
      'http://localhost:3000/in/',
    ];
    const refused = [
      'https://app.example.com/',
      'https://app.example.com/backside',
      'https://app.example.com/Back',
      'https://app.example.com/back/../admin',
      'https://app.example.com/back/%2e%2e/admin',
      'https://app.example.com/back/..%2fadmin',
      'https://app.example.com/back/..%5cadmin',
      'https://app.example.com/back//evil.example',
      'https://app.example.com//evil.example/back',
      'http://app.example.com/back',
      'https://app.example.com:444/back',
      'https://app.example.com./back',
      'https://user:word@app.example.com/back',
      'https://app.example.com@evil.example/back',
      'https://evil.example/https://app.example.com/back',
      'https://app.example.com.evil.example/back',
      'https://app.example.com\\@evil.example/back',
      '//app.example.com/back',
      '/back',
      'javascript:alert(1)//https://app.example.com/back',
      'https:evil.example',
      'http://localhost:3001/in/',
      'http://127.0.0.1:3000/in/',
    ];

    it.each(allowed)('may be %s', async (returnUrl) => {
      const town = await newTown(given(), { returnUrls: listed });
      const id = await town.account();
      await town.app(id);
      const login = await town.login(id, { returnUrl });
      const session = await must(town.post('/v1/pages/sessions', { handle: handleIn(login.pageUrl) }));
      expect(session.returnUrl).toBe(new URL(returnUrl).href);
      expect((await town.post(`/v1/accounts/${id}/pages`, { returnUrl })).status).toBe(201);
    });

    it.each(refused)('may not be %s', async (returnUrl) => {
      const town = await newTown(given(), { returnUrls: listed });
      const id = await town.account();
      await town.app(id);
      for (const answer of [
        await town.post('/v1/logins', { accountId: id, returnUrl }),
        await town.post(`/v1/accounts/${id}/pages`, { returnUrl }),
      ])
        expect(answer).toMatchObject({ status: 400, json: { code: 'return-url-not-allowed' } });
    });

    it('is none where the tenant lists none', async () => {
      const town = await newTown(given(), {});
      const id = await town.account();
      expect(await town.post('/v1/logins', { accountId: id, returnUrl: 'https://app.example.com/back' })).toMatchObject(
        { status: 400 },
      );
    });
  });
}
