import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Provider } from '../../../services/delivery-worker/providers/provider.ts';
import { parseWebhookSecret, signWebhook } from '../../../services/delivery-worker/providers/webhook-signature.ts';
import { createWebhookProvider } from '../../../services/delivery-worker/providers/webhook.ts';
import { describeProvider } from '../../contract/provider.contract.ts';
import { messageTo, noticeTo } from '../../support/vendors/messages.ts';
import type { HttpVendor } from '../../support/vendors/http-vendor.ts';
import { startWebhook, webhookSecret } from '../../support/vendors/webhook.ts';

const settingsAt = (port: number) => ({
  smsWebhookUrl: `http://127.0.0.1:${port}/sms`,
  smsWebhookSecret: webhookSecret,
});
const never = new AbortController().signal;

describeProvider('webhook', {
  channel: 'sms',
  credentials: [webhookSecret, Buffer.from(webhookSecret.slice(6), 'base64').toString()],
  troubles: ['absent', 'refuses', 'throttles', 'fails', 'stalls', 'resets', 'garbles', 'stranger'],
  retryAfterMs: 7_000,
  startVendor: startWebhook,
  open: (port, { timeoutMs, stranger }) => {
    const smsWebhookSecret = stranger ? 'another secret, of 24 bytes' : webhookSecret;
    return createWebhookProvider({ ...settingsAt(port), smsWebhookSecret }, { timeoutMs });
  },
});

describe('webhook translates what an endpoint answers', () => {
  let vendor: HttpVendor;
  let provider: Provider;

  beforeAll(async () => {
    vendor = await startWebhook();
    provider = createWebhookProvider(settingsAt(vendor.port));
  });
  afterAll(async () => {
    await provider.close();
    await vendor.close();
  });

  it.for([
    [200, { kind: 'accepted' }],
    [204, { kind: 'accepted' }],
    [301, { kind: 'temporary', reason: 'redirected' }],
    [308, { kind: 'temporary', reason: 'redirected' }],
    [400, { kind: 'permanent', reason: 'rejected' }],
    [401, { kind: 'temporary', reason: 'credentials' }],
    [403, { kind: 'temporary', reason: 'forbidden' }],
    [404, { kind: 'temporary', reason: 'not-found' }],
    [408, { kind: 'temporary', reason: 'timed-out' }],
    [410, { kind: 'temporary', reason: 'not-found' }],
    [429, { kind: 'temporary', reason: 'throttled' }],
    [500, { kind: 'temporary', reason: 'vendor-failure' }],
    [504, { kind: 'temporary', reason: 'vendor-failure' }],
  ] as const)('status %s', async ([status, outcome]) => {
    vendor.script({ status, headers: { location: `${vendor.url}/elsewhere` }, body: '' });
    const before = vendor.handOvers();
    expect(await provider.send(messageTo('sms'), never)).toEqual(outcome);
    expect(vendor.handOvers()).toBe(before + 1);
  });

  it.for([
    ['30', 30_000],
    ['86400', 900_000],
    ['Fri, 31 Dec 1999 23:59:59 GMT', 0],
    ['Thu, 31 Dec 2099 23:59:59 GMT', 900_000],
    ['soon', undefined],
    ['-5', undefined],
    ['2099', 900_000],
  ] as const)('Retry-After: %s', async ([header, retryAfterMs]) => {
    vendor.script({ status: 503, headers: { 'retry-after': header }, body: '' });
    const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
    expect(await provider.send(messageTo('sms'), never)).toEqual({
      kind: 'temporary',
      reason: 'vendor-failure',
      ...wait,
    });
  });

  it('an answer that is larger than anybody would read', async () => {
    vendor.script({ status: 200, body: 'x'.repeat(5_000_000) });
    expect(await provider.send(messageTo('sms'), never)).toEqual({ kind: 'accepted' });
  });
});

describe('webhook sends', () => {
  it('the documented body, with the same webhook-id for each repetition of one send', async () => {
    const vendor = await startWebhook();
    const provider = createWebhookProvider(settingsAt(vendor.port));
    const message = messageTo('sms');
    await provider.send(message, never);
    await provider.send(message, never);
    await provider.close();
    await vendor.close();
    const { id, to, text, tenant, challengeId, send } = message;
    const body = { id, to, text, tenant, challengeId, send };
    expect(vendor.received.map((mail) => mail.fields)).toEqual([body, body]);
    expect(vendor.received.map((mail) => mail.headers['webhook-id'])).toEqual([id, id]);
  });

  it('a notice with its own id in place of a challenge', async () => {
    const vendor = await startWebhook();
    const provider = createWebhookProvider(settingsAt(vendor.port));
    const message = noticeTo('sms');
    await provider.send(message, never);
    await provider.close();
    await vendor.close();
    const { id, to, text, tenant, noticeId } = message;
    expect(vendor.received.map((mail) => mail.fields)).toEqual([{ id, to, text, tenant, noticeId }]);
  });
});

describe('a webhook secret', () => {
  it('signs as the specification says', () => {
    const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    const headers = signWebhook(key, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}');
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it.for([
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')],
    ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')],
    ['a sentence of words, in UTF-8: ключ', Buffer.from('a sentence of words, in UTF-8: ключ')],
  ] as const)('%s is read', ([secret, key]) => {
    expect(parseWebhookSecret(secret)).toEqual({ key });
  });

  it.for([
    ['whsec_not base64!', 'SMS_WEBHOOK_SECRET must be base64 after whsec_'],
    ['whsec_', 'SMS_WEBHOOK_SECRET must be base64 after whsec_'],
    ['whsec_c2hvcnQ=', 'SMS_WEBHOOK_SECRET must hold 24 to 64 bytes'],
    ['short', 'SMS_WEBHOOK_SECRET must hold 24 to 64 bytes'],
    ['long '.repeat(20), 'SMS_WEBHOOK_SECRET must hold 24 to 64 bytes'],
  ] as const)('%s is refused', ([secret, fault]) => {
    expect(parseWebhookSecret(secret)).toEqual({ fault });
  });
});
