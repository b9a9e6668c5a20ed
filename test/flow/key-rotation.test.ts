import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kidOf } from '#runtime/keys.ts';
import { createCall } from '../support/call.ts';
import { anEmail, codeIn, masterKey } from '../support/installation.ts';
import { startSystem, type System } from '../support/system.ts';
import { codeOfStep, stepOf } from '../support/totp.ts';

describe('Keys that are rotated', () => {
  let dataDir: string;
  let system: System;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'twofold-rotation-'));
  });
  afterEach(async () => {
    await system.close();
    rmSync(dataDir, { recursive: true });
  });

  const start = async (masterKeys: Buffer[]) => {
    system = await startSystem({
      kind: 'embedded',
      config: { dataDir, masterKeys, otpKid: kidOf(masterKeys[0] as Buffer) },
    });
    return system;
  };
  const kids = async () =>
    (await system.call('GET', '/.well-known/jwks.json')).json.keys.map(({ kid }: { kid: string }) => kid);

  it('leave open challenges, apps and backup codes as they were, and proofs of both keys can be checked', async () => {
    const { call, apiKey, messagesTo } = await start([masterKey]);
    const to = anEmail();
    const { id } = (await call('POST', '/v1/challenges', { channel: 'email', to })).json;
    const code = codeIn((await messagesTo(to))[0]);
    const account = (await call('POST', '/v1/accounts', { userId: 'u1' })).json.id;
    const app = (await call('POST', `/v1/accounts/${account}/methods`, { type: 'totp' })).json;
    const now = stepOf(system.clock.now());
    const confirm = { code: codeOfStep(app, now) };
    await call('POST', `/v1/accounts/${account}/enrolments/${app.enrolmentId}/confirm`, confirm);
    const { codes } = (await call('POST', `/v1/accounts/${account}/backup-codes`, {})).json;
    const [oldKid] = await kids();
    await system.close();

    const fresh = randomBytes(32);
    const { url } = await start([fresh, masterKey]);
    const again = createCall(url, apiKey);
    expect(await kids()).toEqual([kidOf(fresh), oldKid]);
    const verdict = (await again('POST', `/v1/challenges/${id}/verify`, { code })).json;
    expect(verdict).toMatchObject({ result: 'approved' });
    expect(JSON.parse(Buffer.from(verdict.proof.split('.')[0], 'base64url').toString()).kid).toBe(kidOf(fresh));
    const login = (await again('POST', '/v1/logins', { accountId: account })).json;
    const methodOf = (type: string) => login.methods.find((method: { type: string }) => method.type === type).id;
    const verify = (body: object) => again('POST', `/v1/logins/${login.id}/verify`, body);
    const wrongOnce = await verify({ methodId: methodOf('totp'), code: codeOfStep(app, now) });
    expect(wrongOnce.json).toMatchObject({ result: 'rejected', reason: 'replayed' });
    expect((await verify({ methodId: methodOf('backup-codes'), code: codes[0] })).json).toMatchObject({
      result: 'approved',
    });
  });
});
