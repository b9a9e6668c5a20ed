import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  checkProviderConfig,
  createProviders,
  providers,
} from '../../../services/delivery-worker/providers/registry.ts';
import { createSandboxInbox } from '../../../services/delivery-worker/providers/sandbox-inbox.ts';
import { sendgridKey } from '../../support/vendors/sendgrid.ts';
import { twilioAccount } from '../../support/vendors/twilio.ts';
import { webhookSecret } from '../../support/vendors/webhook.ts';

const complete = {
  smsProviders: ['webhook', 'twilio'],
  emailProviders: ['smtp', 'sendgrid'],
  twilioAccountSid: twilioAccount.sid,
  twilioAuthToken: twilioAccount.token,
  twilioFrom: twilioAccount.from,
  sendgridApiKey: sendgridKey,
  smtpUrl: 'smtps://user:password@mail.example.com',
  emailFrom: 'Example Bank <codes@example.com>',
  smsWebhookUrl: 'https://10.0.0.7/sms',
  smsWebhookSecret: webhookSecret,
};

describe('the registry of providers', () => {
  it('makes them by channel in the order of the operator, each with its own name and channel', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'registry-'));
    const inbox = createSandboxInbox({ file: join(folder, 'inbox.ndjson') });
    const smsProviders = [...complete.smsProviders, 'sandbox'];
    const made = createProviders({ ...complete, smsProviders }, { inbox });
    const names = [...made].map(([channel, list]) => [channel, list.map((each) => `${each.name} ${each.channel}`)]);
    expect(names).toEqual([
      ['sms', ['webhook sms', 'twilio sms', 'sandbox sms']],
      ['email', ['smtp email', 'sendgrid email']],
    ]);
    await Promise.all([...made.values()].flat().map((provider) => provider.close()));
    inbox.close();
    rmSync(folder, { recursive: true });
  });

  it('has none where none is named', () => {
    expect([...createProviders({})]).toEqual([
      ['sms', []],
      ['email', []],
    ]);
  });

  it('has no sandbox without an inbox', () => {
    expect(() => createProviders({ smsProviders: ['sandbox'] })).toThrow('inbox');
  });

  it('loads no library of a vendor that is not named', async () => {
    const registry = join(import.meta.dirname, '../../../services/delivery-worker/providers/registry.ts');
    const script = `
      import { registerHooks } from 'node:module';
      const loaded = new Set();
      const vendor = /node_modules.(twilio|@sendgrid|nodemailer)/;
      registerHooks({ load: (url, context, next) => (loaded.add(vendor.exec(url)?.[1]), next(url, context)) });
      const { createProviders } = await import(${JSON.stringify(registry)});
      createProviders({});
      console.log([...loaded].filter(Boolean).join());
      createProviders({ emailProviders: ['smtp'], smtpUrl: 'smtp://127.0.0.1', emailFrom: 'codes@example.com' });
      await import('nodemailer');
      console.log([...loaded].filter(Boolean).join());`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    expect(stdout).toBe('\nnodemailer\n');
  });
});

describe('the check of a config', () => {
  it('finds nothing wrong with one that is complete, or empty', () => {
    expect(checkProviderConfig(complete)).toEqual([]);
    expect(checkProviderConfig({})).toEqual([]);
  });

  it('names every variable that a named provider lacks', () => {
    const smsProviders = ['twilio', 'webhook'];
    expect(checkProviderConfig({ smsProviders, emailProviders: ['sendgrid', 'smtp', 'sandbox'] })).toEqual([
      'TWILIO_ACCOUNT_SID is missing for twilio',
      'TWILIO_AUTH_TOKEN is missing for twilio',
      'TWILIO_FROM is missing for twilio',
      'SMS_WEBHOOK_URL is missing for webhook',
      'SMS_WEBHOOK_SECRET is missing for webhook',
      'SENDGRID_API_KEY is missing for sendgrid',
      'EMAIL_FROM is missing for sendgrid',
      'SMTP_URL is missing for smtp',
      'EMAIL_FROM is missing for smtp',
    ]);
  });

  it('says of a name what could have been meant', () => {
    expect(checkProviderConfig({ smsProviders: ['smtp', 'constructor', 'sandbox', 'sandbox'] })).toEqual([
      'SMS_PROVIDERS names "smtp", which is none of twilio, webhook, sandbox',
      'SMS_PROVIDERS names "constructor", which is none of twilio, webhook, sandbox',
      'SMS_PROVIDERS names a provider twice',
    ]);
  });

  it('finds every value that cannot be used, at once, and repeats none of them', () => {
    const faults = checkProviderConfig({
      twilioAccountSid: 'value-1',
      twilioFrom: 'value-2 that is too long',
      twilioBaseUrl: 'http://value-3.example.com',
      sendgridBaseUrl: 'value-4',
      smsWebhookUrl: 'https://user:value-5@example.com/sms',
      smsWebhookSecret: 'value-6',
      smtpUrl: 'http://value-7',
      emailFrom: 'value-8@example.com, value-9@example.com',
    });
    expect(faults.map((fault) => fault.split(' ', 1)[0])).toEqual([
      'TWILIO_ACCOUNT_SID',
      'TWILIO_FROM',
      'TWILIO_BASE_URL',
      'SENDGRID_BASE_URL',
      'SMS_WEBHOOK_URL',
      'SMS_WEBHOOK_SECRET',
      'SMTP_URL',
      'EMAIL_FROM',
    ]);
    expect(faults.join()).not.toContain('value-');
  });

  it.for(['http://localhost:8080/sms', 'http://127.0.0.1/sms', 'http://[::1]:9/sms', 'https://gateway.internal/sms'])(
    'takes %s for a webhook',
    (smsWebhookUrl) => expect(checkProviderConfig({ smsWebhookUrl })).toEqual([]),
  );

  it.for([
    'http://10.0.0.7/sms',
    'http://localhost.example.com',
    'ftp://localhost/',
    'https://a.example/#b',
    'http://0.0.0.0',
  ])('refuses %s for a webhook', (smsWebhookUrl) => expect(checkProviderConfig({ smsWebhookUrl })).toHaveLength(1));

  it.for([
    'codes@example.com',
    'Example Bank <codes@example.com>',
    '"Bank, Example" <codes@example.com>',
    'Bänk <c@xn--bnk-qla.example>',
  ])('takes %s as a sender', (emailFrom) => expect(checkProviderConfig({ emailFrom })).toEqual([]));

  it.for([
    'codes',
    'a@b.example, c@d.example',
    'Bank\r\nBcc: x@y.example <a@b.example>',
    '<a@b.example> <c@d.example>',
    '@',
  ])('refuses %j as a sender', (emailFrom) => expect(checkProviderConfig({ emailFrom })).toHaveLength(1));

  it('has each provider in some channel, and each channel a provider', () => {
    const channels = Object.values(providers).flatMap((each) => each.channels);
    expect(new Set(channels)).toEqual(new Set(['sms', 'email']));
  });
});
