import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Provider } from '../../../services/delivery-worker/providers/provider.ts';
import { createSendGridProvider } from '../../../services/delivery-worker/providers/sendgrid.ts';
import { describeProvider } from '../../contract/provider.contract.ts';
import { messageTo, noticeTo } from '../../support/vendors/messages.ts';
import type { HttpVendor } from '../../support/vendors/http-vendor.ts';
import { refusal, sendgridKey, startSendGrid } from '../../support/vendors/sendgrid.ts';

const settingsAt = (port: number) => ({
  sendgridApiKey: sendgridKey,
  sendgridBaseUrl: `http://127.0.0.1:${port}`,
  emailFrom: 'Example Bank <codes@example.com>',
});
const never = new AbortController().signal;

describeProvider('sendgrid', {
  channel: 'email',
  credentials: [sendgridKey],
  troubles: ['absent', 'refuses', 'throttles', 'fails', 'stalls', 'resets', 'garbles', 'stranger'],
  retryAfterMs: 7_000,
  startVendor: startSendGrid,
  open: (port, { timeoutMs, stranger }) => {
    const sendgridApiKey = stranger ? 'another-key' : sendgridKey;
    return createSendGridProvider({ ...settingsAt(port), sendgridApiKey }, { timeoutMs });
  },
});

describe('sendgrid translates what SendGrid says', () => {
  let vendor: HttpVendor;
  let provider: Provider;

  beforeAll(async () => {
    vendor = await startSendGrid();
    provider = createSendGridProvider(settingsAt(vendor.port));
  });
  afterAll(async () => {
    await provider.close();
    await vendor.close();
  });

  it.for([
    [400, 'personalizations.0.to.0.email', { kind: 'permanent', reason: 'invalid-address' }],
    [400, 'from.email', { kind: 'temporary', reason: 'sender-refused' }],
    [400, 'subject', { kind: 'permanent', reason: 'rejected' }],
    [400, null, { kind: 'permanent', reason: 'rejected' }],
    [401, null, { kind: 'temporary', reason: 'credentials' }],
    [403, 'from', { kind: 'temporary', reason: 'forbidden' }],
    [404, null, { kind: 'temporary', reason: 'not-found' }],
    [413, null, { kind: 'permanent', reason: 'too-large' }],
    [429, null, { kind: 'temporary', reason: 'throttled' }],
    [451, null, { kind: 'temporary', reason: 'forbidden' }],
    [500, null, { kind: 'temporary', reason: 'vendor-failure' }],
    [504, null, { kind: 'unknown', reason: 'timed-out' }],
  ] as const)('status %s about %s', async ([status, field, outcome]) => {
    vendor.script(refusal(status, field, 'a sentence that may change'));
    expect(await provider.send(messageTo('email'), never)).toEqual(outcome);
  });

  it.for(['', 'null', '[]', '{"errors":null}', '{"errors":[null]}', '<html>'])('a 400 with body %s', async (body) => {
    vendor.script({ status: 400, body });
    expect(await provider.send(messageTo('email'), never)).toEqual({ kind: 'permanent', reason: 'rejected' });
  });

  it('a key that it does not know', async () => {
    const stranger = createSendGridProvider({ ...settingsAt(vendor.port), sendgridApiKey: 'another-key' });
    expect(await stranger.probe(never)).toEqual({ working: false, reason: 'credentials' });
    await stranger.close();
  });

  it('a redirect, which it does not follow', async () => {
    vendor.script({ status: 307, headers: { location: `${vendor.url}/elsewhere` }, body: '' });
    const before = vendor.handOvers();
    expect(await provider.send(messageTo('email'), never)).toEqual({ kind: 'temporary', reason: 'redirected' });
    expect(vendor.handOvers()).toBe(before + 1);
  });

  it('the moment at which its rate limit ends', async () => {
    const resetsAt = Math.floor(Date.now() / 1_000) + 60;
    vendor.script({ ...refusal(429, null, 'too many'), headers: { 'x-ratelimit-reset': String(resetsAt) } });
    const outcome = await provider.send(messageTo('email'), never);
    const waitMs = outcome.kind === 'temporary' ? (outcome.retryAfterMs ?? 0) : 0;
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(60_000);
  });
});

describe('sendgrid asks SendGrid', () => {
  it('for one plain mail without tracking, marked as automatic, with nothing personal beside it', async () => {
    const vendor = await startSendGrid();
    const provider = createSendGridProvider(settingsAt(vendor.port));
    const message = messageTo('email');
    expect(await provider.send(message, never)).toEqual({ kind: 'accepted', reference: 'mail-1' });
    await provider.close();
    await vendor.close();
    expect(vendor.received[0]?.fields).toEqual({
      from: { email: 'codes@example.com', name: 'Example Bank' },
      subject: message.subject,
      personalizations: [{ to: [{ email: message.to }] }],
      content: [
        { type: 'text/plain', value: message.text },
        { type: 'text/html', value: message.html },
      ],
      headers: { 'Auto-Submitted': 'auto-generated' },
      custom_args: { tenant: 'demo', challengeId: message.challengeId, send: '1' },
      tracking_settings: {
        click_tracking: { enable: false, enable_text: false },
        open_tracking: { enable: false },
        subscription_tracking: { enable: false },
      },
    });
  });

  it('for a notice under its own id', async () => {
    const vendor = await startSendGrid();
    const provider = createSendGridProvider(settingsAt(vendor.port));
    const message = noticeTo('email');
    expect(await provider.send(message, never)).toMatchObject({ kind: 'accepted' });
    await provider.close();
    await vendor.close();
    expect(vendor.received[0]?.fields).toMatchObject({ custom_args: { tenant: 'demo', noticeId: message.noticeId } });
  });
});
