import assert from 'node:assert/strict';
import { channelNames } from '#schemas/channel.ts';
import type { ChannelName } from '#schemas/channel.ts';
import type { ProviderSettings } from '#runtime/config.ts';
import { faultOfVendorUrl } from './check-url.ts';
import type { Provider } from './provider.ts';
import type { SandboxInbox } from './sandbox-inbox.ts';
import { createSandboxProvider } from './sandbox.ts';
import { createSendGridProvider } from './sendgrid.ts';
import { parseSender } from './sender.ts';
import { parseSmtpUrl } from './smtp-url.ts';
import { createSmtpProvider } from './smtp.ts';
import { createTwilioProvider, faultsOfTwilio } from './twilio.ts';
import { parseWebhookSecret } from './webhook-signature.ts';
import { createWebhookProvider } from './webhook.ts';

/** What may be left out is what no named provider needs. */
export type ProviderConfig = Partial<ProviderSettings>;

/** A config that `checkProviderConfig` found no fault in: whatever its providers need is there. */
type Checked = Required<ProviderConfig>;

type Entry = {
  readonly channels: readonly ChannelName[];
  /** Fields, and so variables, without which it can't work. */
  readonly needs: readonly (keyof ProviderConfig)[];
  create(config: Checked, channel: ChannelName, inbox: SandboxInbox | undefined): Provider;
};

const nameCharactersMax = 32;

/** Every provider there is, one line each. */
export const providers: Readonly<Record<string, Entry>> = {
  twilio: {
    channels: ['sms'],
    needs: ['twilioAccountSid', 'twilioAuthToken', 'twilioFrom'],
    create: (config) => createTwilioProvider(config),
  },
  webhook: {
    channels: ['sms'],
    needs: ['smsWebhookUrl', 'smsWebhookSecret'],
    create: (config) => createWebhookProvider(config),
  },
  sendgrid: {
    channels: ['email'],
    needs: ['sendgridApiKey', 'emailFrom'],
    create: (config) => createSendGridProvider(config),
  },
  smtp: { channels: ['email'], needs: ['smtpUrl', 'emailFrom'], create: (config) => createSmtpProvider(config) },
  sandbox: {
    channels: channelNames,
    needs: [],
    create: (_, channel, inbox) => createSandboxProvider(channel, existing(inbox)),
  },
};

/**
 * Makes the providers that the config names, by channel and in the operator's order; a channel without any has an
 * empty list. The libraries of the others are not loaded. Throws on a config that `checkProviderConfig` refuses, and
 * when the sandbox is named without an inbox.
 */
export function createProviders(
  config: ProviderConfig,
  { inbox }: { readonly inbox?: SandboxInbox } = {},
): Map<ChannelName, Provider[]> {
  demandChecked(config);
  const create = (channel: ChannelName): Provider[] =>
    namesOf(config, channel).flatMap((name) => providers[name]?.create(config, channel, inbox) ?? []);
  return new Map(channelNames.map((channel) => [channel, create(channel)]));
}

/** All faults at once, in words that name variables and never values; empty for a config that can be used. */
export function checkProviderConfig(config: ProviderConfig): string[] {
  const named = channelNames.flatMap((channel) => faultsOfNames(channel, config));
  return [...new Set([...named, ...faultsOfValues(config)])];
}

function namesOf(config: ProviderConfig, channel: ChannelName): readonly string[] {
  return config[`${channel}Providers`] ?? [];
}

function faultsOfNames(channel: ChannelName, config: ProviderConfig): string[] {
  const variable = `${channel.toUpperCase()}_PROVIDERS`;
  const names = namesOf(config, channel);
  const offered = Object.entries(providers).filter(([, { channels }]) => channels.includes(channel));
  const faults = names.flatMap((name) => {
    const entry = offered.find(([each]) => each === name)?.[1];
    if (entry) return faultsOfNeeds(name, entry, config);
    const choice = offered.map(([each]) => each).join(', ');
    return [`${variable} names "${name.slice(0, nameCharactersMax)}", which is none of ${choice}`];
  });
  return new Set(names).size < names.length ? [...faults, `${variable} names a provider twice`] : faults;
}

function faultsOfNeeds(name: string, { needs }: Entry, config: ProviderConfig): string[] {
  return needs.filter((field) => !config[field]).map((field) => `${variableOf(field)} is missing for ${name}`);
}

/** Values are checked whether a provider is named or not: a typo should show before the day it is. */
function faultsOfValues(config: ProviderConfig): string[] {
  const { twilioBaseUrl, sendgridBaseUrl, smsWebhookUrl, smsWebhookSecret, smtpUrl, emailFrom } = config;
  const smtp = smtpUrl ? parseSmtpUrl(smtpUrl) : undefined;
  const secret = smsWebhookSecret ? parseWebhookSecret(smsWebhookSecret) : undefined;
  return [
    ...faultsOfTwilio(config),
    twilioBaseUrl && faultOfVendorUrl('TWILIO_BASE_URL', twilioBaseUrl),
    sendgridBaseUrl && faultOfVendorUrl('SENDGRID_BASE_URL', sendgridBaseUrl),
    smsWebhookUrl && faultOfVendorUrl('SMS_WEBHOOK_URL', smsWebhookUrl),
    secret && 'fault' in secret ? secret.fault : undefined,
    smtp && 'fault' in smtp ? smtp.fault : undefined,
    emailFrom && !parseSender(emailFrom)
      ? 'EMAIL_FROM must be one address, such as Example <codes@example.com>'
      : undefined,
  ].flatMap((fault) => fault || []);
}

/** twilioAccountSid → TWILIO_ACCOUNT_SID. */
const variableOf = (field: string): string => field.replace(/[A-Z]/g, '_$&').toUpperCase();

function demandChecked(config: ProviderConfig): asserts config is Checked {
  const faults = checkProviderConfig(config);
  if (faults.length > 0) throw new Error(faults.join('; '));
}

function existing(inbox: SandboxInbox | undefined): SandboxInbox {
  assert(inbox, 'the sandbox provider needs an inbox');
  return inbox;
}
