import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSmtpProvider } from '../../services/delivery-worker/providers/smtp.ts';
import { anEmail, codeIn, eventually, generousSettings } from '../support/installation.ts';
import { startSystem, type System } from '../support/system.ts';
import { startSmtp, type SmtpVendor } from '../support/vendors/smtp.ts';

describe('A mail by SMTP', () => {
  let server: SmtpVendor;
  let system: System;
  beforeAll(async () => {
    server = await startSmtp({ authOptional: true });
    const settings = { smtpUrl: `smtp://127.0.0.1:${server.port}`, emailFrom: 'codes@example.com' };
    system = await startSystem({ kind: 'embedded', providers: new Map([['email', [createSmtpProvider(settings)]]]) });
  });
  afterAll(async () => {
    await system?.close();
    await server?.close();
  });

  // The setting is a host, the header wants an origin: every mail of such a tenant was refused before it left.
  it.for([
    ['login.example.com', (code: string) => `"${code}"; origin="https://login.example.com"`],
    ['', () => undefined],
  ] as const)('of a tenant whose emailOrigin is "%s" arrives with the header that follows', async ([host, header]) => {
    const { call } = await system.newTenant({ ...generousSettings, emailOrigin: host });
    const to = anEmail();
    expect(await call('POST', '/v1/challenges', { channel: 'email', to })).toMatchObject({ status: 202 });
    const mail = await eventually('the mail', () => server.received.find((each) => each.to === to));
    expect(mail.headers['otp-token']).toBe(header(codeIn(mail)));
  });
});
