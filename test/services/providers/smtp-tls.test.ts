import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSmtpUrl } from '../../../services/delivery-worker/providers/smtp-url.ts';
import { createSmtpProvider } from '../../../services/delivery-worker/providers/smtp.ts';
import { messageTo } from '../../support/vendors/messages.ts';
import { makeSelfSigned } from '../../support/vendors/self-signed.ts';
import { smtpAccount, startSmtp } from '../../support/vendors/smtp.ts';

const account = `${encodeURIComponent(smtpAccount.user)}:${smtpAccount.pass}`;
const never = new AbortController().signal;
const trusted = makeSelfSigned();
const untrusted = makeSelfSigned();

describe('smtp speaks TLS', () => {
  const authorities = tls.getCACertificates('default');
  beforeAll(() => tls.setDefaultCACertificates([...authorities, trusted.cert]));
  afterAll(() => tls.setDefaultCACertificates(authorities));

  it.for([
    ['from the first byte', 'smtps', '', { ...trusted, secure: true }, 'accepted'],
    ['by STARTTLS', 'smtp', '?requireTLS=true', trusted, 'accepted'],
    ['with nobody whose certificate it does not know', 'smtps', '', { ...untrusted, secure: true }, 'tls-failed'],
    ['by STARTTLS with nobody whose certificate it does not know', 'smtp', '?requireTLS=true', untrusted, 'tls-failed'],
    ['with nobody who offers no STARTTLS', 'smtp', '?requireTLS=true', {}, 'protocol'],
    ['with nobody who answers in clear', 'smtps', '', {}, 'tls-failed'],
    ['not at all on the loopback', 'smtp', '', untrusted, 'accepted'],
  ] as const)('%s', async ([, scheme, query, options, expected]) => {
    const vendor = await startSmtp(options);
    const smtpUrl = `${scheme}://${account}@127.0.0.1:${vendor.port}${query}`;
    const provider = createSmtpProvider({ smtpUrl, emailFrom: 'codes@example.com' });
    const outcome = await provider.send(messageTo('email'), never);
    await provider.close();
    await vendor.close();
    expect([expected, 'temporary']).toContain(outcome.kind);
    expect('reason' in outcome ? outcome.reason : outcome.kind).toBe(expected);
    expect(vendor.received).toHaveLength(expected === 'accepted' ? 1 : 0);
  });
});

describe('SMTP_URL', () => {
  it.for([
    ['smtps://mail.example.com', { host: 'mail.example.com', port: 465, tls: 'implicit' }],
    ['smtp://mail.example.com', { host: 'mail.example.com', port: 587, tls: 'required' }],
    ['smtp://mail.example.com:25/?requireTLS=false', { host: 'mail.example.com', port: 25, tls: 'if-offered' }],
    ['smtp://localhost:1025', { host: 'localhost', port: 1025, tls: 'never' }],
    ['smtp://[::1]:1025', { host: '::1', port: 1025, tls: 'never' }],
    ['smtp://127.0.0.1?requireTLS=true', { host: '127.0.0.1', port: 587, tls: 'required' }],
    [
      'smtps://a%40b.example:p%3Aw%2F@mail.example.com:2465',
      { host: 'mail.example.com', port: 2465, tls: 'implicit', auth: { user: 'a@b.example', pass: 'p:w/' } },
    ],
  ] as const)('%s is read', ([url, endpoint]) => {
    expect(parseSmtpUrl(url)).toEqual({ endpoint });
  });

  it.for([
    'mail.example.com',
    'https://mail.example.com',
    'smtp://',
    'smtp://user@mail.example.com',
    'smtp://user:%zz@mail.example.com',
    'smtp://mail.example.com/path',
    'smtp://mail.example.com?requireTLS=perhaps',
    'smtp://mail.example.com?tls.rejectUnauthorized=false',
  ])('%s is refused without being repeated', (url) => {
    const parsed = parseSmtpUrl(url);
    expect(parsed).toHaveProperty('fault');
    expect(JSON.stringify(parsed)).toMatch(/^\{"fault":"SMTP_URL /);
    expect(JSON.stringify(parsed)).not.toContain('mail.example.com');
  });
});
