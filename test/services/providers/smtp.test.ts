import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Provider } from '../../../services/delivery-worker/providers/provider.ts';
import { createSmtpProvider } from '../../../services/delivery-worker/providers/smtp.ts';
import { describeProvider } from '../../contract/provider.contract.ts';
import { messageTo } from '../../support/vendors/messages.ts';
import { listen } from '../../support/vendors/listen.ts';
import { smtpAccount, startSmtp } from '../../support/vendors/smtp.ts';
import type { SmtpVendor } from '../../support/vendors/smtp.ts';

const account = `${encodeURIComponent(smtpAccount.user)}:${smtpAccount.pass}`;
const emailFrom = 'Example Bank <codes@example.com>';
const settingsAt = (port: number, credentials = account) => ({
  smtpUrl: `smtp://${credentials}@127.0.0.1:${port}`,
  emailFrom,
});
const never = new AbortController().signal;

describeProvider('smtp', {
  channel: 'email',
  credentials: [smtpAccount.user, smtpAccount.pass],
  troubles: ['absent', 'refuses', 'throttles', 'fails', 'stalls', 'resets', 'garbles', 'stranger'],
  startVendor: () => startSmtp(),
  open: (port, { timeoutMs, stranger }) =>
    createSmtpProvider(settingsAt(port, stranger ? 'somebody:else' : account), { timeoutMs }),
});

describe('smtp translates what a server replies', () => {
  let vendor: SmtpVendor;
  let provider: Provider;

  beforeAll(async () => {
    vendor = await startSmtp();
    provider = createSmtpProvider(settingsAt(vendor.port));
  });
  afterAll(async () => {
    await provider.close();
    await vendor.close();
  });

  it.for([
    ['RCPT', 550, '5.1.1 no such user', 'permanent', 'unknown-mailbox'],
    ['RCPT', 550, '5.1.2 bad destination system', 'permanent', 'unknown-domain'],
    ['RCPT', 553, '5.1.3 bad syntax', 'permanent', 'invalid-address'],
    ['RCPT', 556, '5.1.10 null MX', 'permanent', 'unknown-domain'],
    ['RCPT', 550, '5.1.99 new one', 'permanent', 'invalid-address'],
    ['RCPT', 550, '5.2.1 disabled', 'permanent', 'mailbox-disabled'],
    ['RCPT', 552, '5.2.2 over quota', 'permanent', 'mailbox-full'],
    ['RCPT', 550, '5.4.1 access denied', 'permanent', 'unreachable'],
    ['RCPT', 550, '5.7.1 relaying denied', 'temporary', 'policy'],
    ['RCPT', 554, '5.7.8 authenticate', 'temporary', 'credentials'],
    ['RCPT', 550, 'mailbox unavailable', 'permanent', 'unknown-mailbox'],
    ['RCPT', 551, 'user not local', 'permanent', 'unknown-mailbox'],
    ['RCPT', 553, 'name not allowed', 'permanent', 'invalid-address'],
    ['RCPT', 554, 'no', 'permanent', 'rejected'],
    ['RCPT', 530, 'log in first', 'temporary', 'credentials'],
    ['RCPT', 503, 'bad sequence', 'temporary', 'protocol'],
    ['RCPT', 450, '4.2.0 greylisted', 'temporary', 'try-later'],
    ['RCPT', 451, '4.7.1 greylisted', 'temporary', 'policy'],
    ['RCPT', 452, '4.2.2 mailbox full', 'temporary', 'mailbox-full'],
    ['MAIL', 550, '5.1.8 bad sender domain', 'temporary', 'sender-refused'],
    ['MAIL', 550, '5.1.0 no', 'temporary', 'sender-refused'],
    ['MAIL', 553, 'not yours', 'temporary', 'sender-refused'],
    ['MAIL', 451, 'later', 'temporary', 'try-later'],
    ['DATA', 552, '5.3.4 too big', 'permanent', 'too-large'],
    ['DATA', 554, '5.6.0 unparseable', 'permanent', 'rejected'],
    ['DATA', 554, '5.7.1 looks like spam', 'temporary', 'policy'],
    ['DATA', 554, 'transaction failed', 'permanent', 'rejected'],
    ['DATA', 452, '4.3.1 out of storage', 'temporary', 'vendor-failure'],
  ] as const)('%s %s %s', async ([at, code, text, kind, reason]) => {
    vendor.script({ at, code, text });
    expect(await provider.send(messageTo('email'), never)).toEqual({ kind, reason });
  });

  it('a login that it does not know', async () => {
    const stranger = createSmtpProvider(settingsAt(vendor.port, 'somebody:else'));
    expect(await stranger.probe(never)).toEqual({ working: false, reason: 'credentials' });
    await stranger.close();
  });

  it('a server that greets with a refusal', async () => {
    const closed = await startSmtp({ onConnect: (_session, done) => done(Object.assign(new Error('5.3.2 go away'))) });
    const refused = createSmtpProvider(settingsAt(closed.port));
    expect(await refused.send(messageTo('email'), never)).toEqual({ kind: 'temporary', reason: 'vendor-failure' });
    await refused.close();
    await closed.close();
  });
});

describe('smtp keeps its connections', () => {
  it('and logs in once for many messages', async () => {
    const vendor = await startSmtp();
    const provider = createSmtpProvider(settingsAt(vendor.port));
    for (const id of ['a', 'b', 'c']) await provider.send(messageTo('email', { id }), never);
    expect([vendor.received.length, vendor.logins()]).toEqual([3, 1]);
    await provider.close();
    await vendor.close();
  });

  it('and says that nothing was sent when a server ends one before it took the message', async () => {
    const vendor = await startSmtp();
    const provider = createSmtpProvider(settingsAt(vendor.port));
    vendor.script({ at: 'RCPT', code: 421, text: '4.3.2 shutting down' });
    expect(await provider.send(messageTo('email'), never)).toEqual({ kind: 'temporary', reason: 'vendor-failure' });
    vendor.script(undefined);
    expect((await provider.send(messageTo('email'), never)).kind).toBe('accepted');
    vendor.script({ at: 'RCPT', code: 421, text: '4.3.2 shutting down' });
    expect(await provider.send(messageTo('email'), never)).toEqual({ kind: 'temporary', reason: 'connection-lost' });
    expect(vendor.handOvers()).toBe(3);
    await provider.close();
    await vendor.close();
  });

  it('and says that nothing was sent when a server never greets', async () => {
    const silent = createServer();
    const provider = createSmtpProvider(settingsAt(await listen(silent)), { timeoutMs: 300 });
    expect(await provider.send(messageTo('email'), never)).toEqual({ kind: 'temporary', reason: 'timed-out' });
    expect(await provider.probe(never)).toEqual({ working: false, reason: 'timed-out' });
    await provider.close();
    silent.close();
  });
});

describe('smtp writes a mail', () => {
  let vendor: SmtpVendor;
  let provider: Provider;

  beforeAll(async () => {
    vendor = await startSmtp();
    provider = createSmtpProvider(settingsAt(vendor.port));
  });
  afterAll(async () => {
    await provider.close();
    await vendor.close();
  });

  it('from the operator, marked as automatic, with the same Message-ID for each repetition of one send', async () => {
    const first = await provider.send(messageTo('email'), never);
    await provider.send(messageTo('email'), never);
    await provider.send(messageTo('email', { id: 'another' }), never);
    const ids = vendor.received.map(({ headers }) => headers['message-id']);
    expect(ids[0]).toMatch(/^<[0-9a-f]{40}@example\.com>$/);
    expect(first).toEqual({ kind: 'accepted', reference: ids[0]?.slice(1, -1) });
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    const { headers, fields } = vendor.received[0] ?? {};
    expect(headers).toMatchObject({ 'auto-submitted': 'auto-generated', to: 'person.name@example.org' });
    expect(fields).toMatchObject({ from: '"Example Bank" <codes@example.com>' });
    for (const header of ['x-mailer', 'otp-token', 'bcc', 'cc']) expect(headers).not.toHaveProperty(header);
  });

  it('with an OTP-Token only when the message has one', async () => {
    const otpToken = { code: '739204', origin: 'https://login.example.com/path' };
    await provider.send(messageTo('email', { otpToken }), never);
    const mail = vendor.received.at(-1);
    expect(mail?.headers['otp-token']).toBe('"739204"; origin="https://login.example.com"');
    expect(mail?.fields['otp']).toMatchObject({ code: '739204', origin: 'https://login.example.com' });
  });

  it('and none whose OTP-Token is bound to no origin', async () => {
    const otpToken = { code: '739204', origin: 'http://login.example.com' };
    const outcome = await provider.send(messageTo('email', { otpToken }), never);
    expect(outcome).toEqual({ kind: 'permanent', reason: 'invalid-otp-origin' });
  });

  it('never from a file or an address on the web, whatever the text says', async () => {
    const html = '<img src="file:///etc/hostname"><img src="https://tracker.example/x.png">';
    await provider.send(messageTo('email', { text: '/etc/hostname', html }), never);
    expect(vendor.received.at(-1)).toMatchObject({ text: '/etc/hostname', html });
  });
});
