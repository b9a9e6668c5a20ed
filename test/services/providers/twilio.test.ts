import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Provider } from '../../../services/delivery-worker/providers/provider.ts';
import {
  createTwilioProvider,
  faultsOfTwilio,
  twilioCodes,
} from '../../../services/delivery-worker/providers/twilio.ts';
import { describeProvider } from '../../contract/provider.contract.ts';
import { messageTo } from '../../support/vendors/messages.ts';
import type { HttpVendor } from '../../support/vendors/http-vendor.ts';
import { refusal, startTwilio, twilioAccount } from '../../support/vendors/twilio.ts';

const settingsAt = (port: number) => ({
  twilioAccountSid: twilioAccount.sid,
  twilioAuthToken: twilioAccount.token,
  twilioFrom: twilioAccount.from,
  twilioBaseUrl: `http://127.0.0.1:${port}`,
});
const never = new AbortController().signal;

describeProvider('twilio', {
  channel: 'sms',
  credentials: [twilioAccount.sid, twilioAccount.token],
  troubles: ['absent', 'refuses', 'throttles', 'fails', 'stalls', 'resets', 'garbles', 'stranger'],
  retryAfterMs: 7_000,
  startVendor: () => startTwilio(),
  open: (port, { timeoutMs, stranger }) => {
    const twilioAuthToken = stranger ? 'another-token' : twilioAccount.token;
    return createTwilioProvider({ ...settingsAt(port), twilioAuthToken }, { timeoutMs });
  },
});

describe('twilio translates what Twilio says', () => {
  let vendor: HttpVendor;
  let provider: Provider;

  beforeAll(async () => {
    vendor = await startTwilio();
    provider = createTwilioProvider(settingsAt(vendor.port));
  });
  afterAll(async () => {
    await provider.close();
    await vendor.close();
  });

  it.for(Object.entries(twilioCodes))('error %s', async ([code, verdict]) => {
    vendor.script(refusal(400, Number(code), 'a sentence that may change'));
    expect(await provider.send(messageTo('sms'), never)).toEqual(verdict);
  });

  it.for([
    [302, '', { kind: 'temporary', reason: 'redirected' }],
    [401, '', { kind: 'temporary', reason: 'credentials' }],
    [403, '{}', { kind: 'temporary', reason: 'forbidden' }],
    [404, 'null', { kind: 'temporary', reason: 'not-found' }],
    [400, '{"code":99999}', { kind: 'permanent', reason: 'rejected' }],
    [400, '{"code":"21211"}', { kind: 'permanent', reason: 'rejected' }],
    [500, '{"code":20500}', { kind: 'temporary', reason: 'vendor-failure' }],
    [502, '<html>', { kind: 'temporary', reason: 'vendor-failure' }],
    [504, '<html>', { kind: 'unknown', reason: 'timed-out' }],
    [200, '', { kind: 'accepted' }],
    [201, '{"sid":"SM1","status":"failed","error_code":30006}', { kind: 'permanent', reason: 'not-mobile' }],
    [201, '{"sid":"SM1","status":"failed"}', { kind: 'temporary', reason: 'vendor-failure' }],
    [201, '{"sid":"SM1","status":"accepted"}', { kind: 'accepted', reference: 'SM1' }],
    [201, '{"sid":"<script> 739204","status":"queued"}', { kind: 'accepted' }],
    [201, '{"sid":"SM1 739204","status":"queued"}', { kind: 'accepted' }],
    [201, '[]', { kind: 'accepted' }],
  ] as const)('status %s with body %s', async ([status, body, outcome]) => {
    vendor.script({ status, headers: { location: 'https://elsewhere.example/' }, body });
    expect(await provider.send(messageTo('sms'), never)).toEqual(outcome);
  });

  it('an error in RFC 9457 form, by its code', async () => {
    const body = JSON.stringify({ type: 'https://t.example/e', title: 'Unsubscribed', status: 400, code: 21610 });
    vendor.script({ status: 400, headers: { 'content-type': 'application/problem+json' }, body });
    expect(await provider.send(messageTo('sms'), never)).toEqual({ kind: 'permanent', reason: 'unsubscribed' });
  });

  it('a token that it does not know', async () => {
    const stranger = createTwilioProvider({ ...settingsAt(vendor.port), twilioAuthToken: 'another-token' });
    expect(await stranger.probe(never)).toEqual({ working: false, reason: 'credentials' });
    await stranger.close();
  });

  it('an account that is suspended', async () => {
    const suspending = await startTwilio('suspended');
    const suspended = createTwilioProvider(settingsAt(suspending.port));
    expect(await suspended.probe(never)).toEqual({ working: false, reason: 'account-suspended' });
    await suspended.close();
    await suspending.close();
  });
});

describe('twilio asks Twilio', () => {
  it('to drop the message when its code is dead, and sends from a number', async () => {
    const vendor = await startTwilio();
    const provider = createTwilioProvider(settingsAt(vendor.port));
    await provider.send(messageTo('sms', { expiresAt: Date.now() + 120_500 }), never);
    await provider.send(messageTo('sms', { expiresAt: 0 }), never);
    await provider.close();
    await vendor.close();
    const [first, late] = vendor.received.map((mail) => mail.fields);
    expect(first).toMatchObject({ From: twilioAccount.from, To: '+4915123456789' });
    expect(['119', '120']).toContain(first?.['ValidityPeriod']);
    expect(late?.['ValidityPeriod']).toBe('1');
  });

  it('to choose the number when it is given a messaging service', async () => {
    const vendor = await startTwilio();
    const service = `MG${'ab'.repeat(16)}`;
    const provider = createTwilioProvider({ ...settingsAt(vendor.port), twilioFrom: service });
    await provider.send(messageTo('sms'), never);
    await provider.close();
    await vendor.close();
    expect(vendor.received[0]?.fields).toMatchObject({ MessagingServiceSid: service });
    expect(vendor.received[0]?.fields).not.toHaveProperty('From');
  });
});

describe('twilio settings', () => {
  it('are refused by name and not by value', () => {
    expect(faultsOfTwilio({ twilioAccountSid: 'SK123', twilioFrom: 'not a sender at all' })).toEqual([
      'TWILIO_ACCOUNT_SID must begin with AC',
      'TWILIO_FROM must be a number, a messaging service (MG and 32 characters) or an alphanumeric sender',
    ]);
    for (const twilioFrom of ['+15005550006', '72345', `MG${'0'.repeat(32)}`, 'Example']) {
      expect(faultsOfTwilio({ twilioAccountSid: twilioAccount.sid, twilioFrom })).toEqual([]);
    }
  });
});
