import { describe, expect, it } from 'vitest';
import { must, newTown } from '../support/people.ts';
import { uniqueName } from '../support/services.ts';
import type { System } from '../support/system.ts';

type Fault = { field: string };

/** What is asked for wrongly, and what only looks wrong. */
export function describeAccountBadInput(given: () => System): void {
  describe('a user id', () => {
    it.each([
      ['one character', 'x'],
      ['255 characters', 'x'.repeat(255)],
      ['255 characters of four bytes', '𝒜'.repeat(255)],
      ['Arabic', 'مستخدم'],
      ['Chinese', '用户一'],
      ['Devanagari', 'उपयोगकर्ता'],
      ['emoji', '👩‍👩‍👧‍👦'],
      ['slashes, quotes and dots', '../"a"/../b?c#d%00'],
      ['spaces alone', '   '],
      ['control characters', 'a\u0000b\u001f'],
      ['what looks like an id of ours', 'A'.repeat(22)],
    ])('of %s is somebody, whom support finds again', async (_what, userId) => {
      const town = await newTown(given());
      const made = await town.post('/v1/accounts', { userId });
      expect(made).toMatchObject({ status: 200, json: { id: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/) } });
      expect((await must(town.post('/v1/accounts', { userId }))).id).toBe(made.json.id);
      expect((await must(town.post('/v1/accounts/find', { userId }))).id).toBe(made.json.id);
    });

    it('is the same in composed and decomposed letters, and another in other case, spaces and tenants', async () => {
      const [town, other] = [await newTown(given()), await newTown(given())];
      const idOf = async (userId: string, at = town) => (await must(at.post('/v1/accounts', { userId }))).id;
      const id = await idOf('Zoë');
      expect(await idOf('Zoe\u0308')).toBe(id);
      const others = [await idOf('zoë'), await idOf('Zoë '), await idOf('Zoé'), await idOf('Zoë', other)];
      expect(new Set([id, ...others]).size).toBe(5);
    });

    it.each([
      ['nothing', ''],
      ['256 characters', 'x'.repeat(256)],
      ['a number', 7],
      ['null', null],
      ['half a surrogate pair', '\ud800'],
    ])('of %s is refused', async (_what, userId) => {
      const town = await newTown(given());
      for (const path of ['/v1/accounts', '/v1/accounts/find']) {
        expect(await town.post(path, { userId })).toMatchObject({
          status: 400,
          json: { errors: [{ field: 'userId' }] },
        });
      }
    });
  });

  describe('a profile', () => {
    it('is taken over field by field, and keeps what is not given', async () => {
      const town = await newTown(given());
      const userId = uniqueName('user');
      const save = (profile: object) => must(town.post('/v1/accounts', { userId, ...profile }));
      await save({
        accountName: 'Ada',
        email: 'ada@example.com',
        phone: '+4915112345678',
        locale: 'de',
        groups: ['a', 'b'],
      });
      const { id } = await save({ email: 'grace@example.com' });
      const seen = await town.read(id);
      expect(seen).toMatchObject({
        email: expect.stringMatching(/^g.*@example\.com$/),
        phone: expect.stringMatching(/^\+49.*78$/),
      });
      const { uri } = await must(town.post(`/v1/accounts/${id}/methods`, { type: 'totp' }));
      expect(decodeURIComponent(uri)).toContain('Example:Ada?');
    });

    it('tells every fault at once', async () => {
      const town = await newTown(given());
      const answer = await town.post('/v1/accounts', {
        userId: 'ada',
        accountName: '',
        locale: 'german',
        groups: ['a', 'a'],
        phone: 5,
        nickname: 'A',
      });
      expect(answer.status).toBe(400);
      const fields = answer.json.errors.map(({ field }: Fault) => field);
      expect(fields).toEqual(expect.arrayContaining(['accountName', 'groups', 'locale', 'phone']));
      const addresses = await town.post('/v1/accounts', { userId: 'ada', email: 'nobody', phone: '12' });
      expect(addresses.json.errors.map(({ field }: Fault) => field)).toEqual(['email', 'phone']);
    });
  });

  describe('an enrolment', () => {
    it.each([
      ['an unknown type', { type: 'fax' }, ['type']],
      ['no type', {}, ['type']],
      ['no address', { type: 'email', to: 'nobody' }, ['to']],
      ['a phone number for an email', { type: 'email', to: '+4915112345678' }, ['to']],
      ['an address for an app', { type: 'totp', to: 'ada@example.com' }, ['to']],
      [
        'a URI for an address',
        { type: 'sms', to: '+4915112345678', uri: 'otpauth://totp/a', confirmed: true },
        ['confirmed', 'uri'],
      ],
      ['a confirmation without a URI', { type: 'totp', confirmed: true }, ['confirmed']],
      [
        'a URI without a confirmation',
        { type: 'totp', uri: 'otpauth://totp/a?secret=JBSWY3DPEHPK3PXP' },
        ['confirmed'],
      ],
      [
        'a secret that is too short',
        { type: 'totp', confirmed: true, uri: `otpauth://totp/a?secret=${'A'.repeat(25)}` },
        ['uri'],
      ],
      [
        'a secret that is too short even for who allows short ones',
        { type: 'totp', confirmed: true, uri: 'otpauth://totp/a?secret=JBSWY3DPEHPK3PX', allowShortSecret: true },
        ['uri'],
      ],
      ['leave for a short secret and no URI', { type: 'totp', allowShortSecret: true }, ['allowShortSecret']],
      [
        'a URI of another type',
        { type: 'totp', confirmed: true, uri: 'otpauth://hotp/a?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' },
        ['uri'],
      ],
      [
        'seven digits',
        { type: 'totp', confirmed: true, uri: 'otpauth://totp/a?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&digits=7' },
        ['uri'],
      ],
      [
        'another hash',
        {
          type: 'totp',
          confirmed: true,
          uri: 'otpauth://totp/a?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&algorithm=MD5',
        },
        ['uri'],
      ],
      ['a label that is too long', { type: 'totp', label: 'x'.repeat(61) }, ['label']],
    ])('with %s is refused', async (_what, body, fields) => {
      const town = await newTown(given());
      const id = await town.account();
      const answer = await town.post(`/v1/accounts/${id}/methods`, body);
      expect(answer.status).toBe(400);
      expect(answer.json.errors.map(({ field }: Fault) => field).toSorted()).toEqual(fields);
      expect((await town.read(id)).methods).toEqual([]);
    });

    it('of a secret that is enrolled already is refused, so that no code passes twice', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const uri = 'otpauth://totp/Old:ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Old';
      const body = { type: 'totp', uri, confirmed: true };
      expect(await town.post(`/v1/accounts/${id}/methods`, body)).toMatchObject({
        status: 201,
        json: { method: { label: 'Old:ada' } },
      });
      expect(await town.post(`/v1/accounts/${id}/methods`, body)).toMatchObject({
        status: 409,
        json: { code: 'already-enrolled' },
      });
      const own = await town.app(id);
      const again = { ...body, uri: `otpauth://totp/a?secret=${own.secret.toLowerCase()}` };
      expect(await town.post(`/v1/accounts/${id}/methods`, again)).toMatchObject({ status: 409 });
      expect(await town.post(`/v1/accounts/${await town.account()}/methods`, body)).toMatchObject({ status: 201 });
    });

    it.each(['JBSWY3DPEHPK3PXP', 'jbswy3dpehpk3pxp', 'JBSW Y3DP EHPK 3PXP', 'A'.repeat(103)])(
      'of the secret %s of another system makes right codes',
      async (secret) => {
        const town = await newTown(given());
        const id = await town.account();
        const uri = `otpauth://totp/a?secret=${encodeURIComponent(secret)}&digits=8&algorithm=SHA256&period=60`;
        const body = { type: 'totp', uri, confirmed: true, allowShortSecret: true };
        const { method } = await must(town.post(`/v1/accounts/${id}/methods`, body));
        const app = {
          secret: secret.replaceAll(' ', '').toUpperCase(),
          digits: 8,
          algorithm: 'sha256',
          period: 60,
        } as const;
        const login = await town.login(id);
        expect(await town.verify(login.id, method.id, town.codesOf(app)())).toMatchObject({ result: 'approved' });
      },
    );
  });

  describe('a code', () => {
    it.each(['12345a', '123', '12345678901', ' ', '１２３４５６'.repeat(2), '-'])(
      'of %j is refused and costs no guess',
      async (code) => {
        const town = await newTown(given());
        const id = await town.account();
        const app = await town.app(id);
        const login = await town.login(id);
        const answer = await town.post(`/v1/logins/${login.id}/verify`, { methodId: app.id, code });
        expect(answer).toMatchObject({ status: 400, json: { errors: [{ field: 'code' }] } });
        expect((await must(town.call('GET', `/v1/logins/${login.id}`))).attemptsLeft).toBe(10);
      },
    );

    it('may have spaces and dashes', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const app = await town.app(id);
      const login = await town.login(id);
      const code = app.next();
      expect(await town.verify(login.id, app.id, ` ${code.slice(0, 3)} - ${code.slice(3)}`)).toMatchObject({
        result: 'approved',
      });
    });
  });

  describe('support', () => {
    it('is told what it asks for wrongly', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const exempt = (until: unknown) => town.post(`/v1/accounts/${id}/exempt`, { until });
      for (const until of ['yesterday', '2001-01-01T00:00:00Z', 5, undefined]) {
        expect(await exempt(until)).toMatchObject({ status: 400, json: { errors: [{ field: 'until' }] } });
      }
      for (const lifetimeSeconds of [0, 59, 86_401, '60']) {
        const answer = await town.post(`/v1/accounts/${id}/bypass-code`, { lifetimeSeconds });
        expect(answer).toMatchObject({ status: 400, json: { errors: [{ field: 'lifetimeSeconds' }] } });
      }
      for (const deed of ['unlock', 'reset', 'bypass-code'])
        expect(await town.post(`/v1/accounts/${'A'.repeat(22)}/${deed}`)).toMatchObject({ status: 404 });
    });
  });

  describe('a login', () => {
    it('tells every fault at once', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const answer = await town.post('/v1/logins', { accountId: id, clientIp: 'here', state: '"'.repeat(512) });
      await must(
        town.post('/v1/logins', { accountId: id, clientIp: '2001:db8::1', userAgent: 'a', state: 'é'.repeat(512) }),
      );
      expect(answer.status).toBe(400);
      expect(answer.json.errors.map(({ field }: Fault) => field)).toEqual(['clientIp']);
      const long = await town.post('/v1/logins', { accountId: id, clientIp: 'here', state: '用'.repeat(512) });
      expect(long.json.errors.map(({ field }: Fault) => field)).toEqual(['clientIp', 'state']);
    });
  });
}
