import { createHash, randomInt } from 'node:crypto';
import { inject, vi } from 'vitest';
import type { OwnSettings } from '#core/settings.ts';
import { platformSubject, tenantSubject } from '#core/subject.ts';
import {
  changeSettings,
  createApiKey,
  createTenant,
  listTenant,
  platformDecider,
  tenantDecider,
  type PlatformDocument,
  type TenantDocument,
  type TenantOutcome,
} from '#core/tenant.ts';
import type { Decision } from '#core/decider.ts';
import { newApiKey } from '#runtime/authenticate.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { createCall, type Call } from './call.ts';
import { uniqueName } from './services.ts';

/** The keys of every system that tests start: on a shared Redis all of them are one installation. */
export const masterKey = createHash('sha256').update('the master key of tests').digest();
export const platformKey = 'platform-key-of-tests-0123456789abcdef';

/** Limits that no test meets by accident, and no wait before a resend. */
export const generousSettings: OwnSettings = {
  resendMinSeconds: 0,
  quotas: {
    tenantPerSecond: 1_000_000,
    tenantPerDay: 1_000_000_000,
    clientIpPerHour: 1_000_000,
    prefixPerHour: 1_000_000,
    destinationPerHour: 100_000,
    destinationPerDay: 100_000,
  },
};

export type TestTenant = { readonly tenant: string; readonly apiKey: string; readonly call: Call };

const scopes = ['challenges', 'accounts', 'import', 'support', 'settings'] as const;

/**
 * A tenant of its own with a key of every scope, by the rules and not over HTTP: no service has it in its cache yet, so
 * its settings hold from the first call on.
 */
export async function makeTenant(foundation: Foundation, url: string, settings: OwnSettings): Promise<TestTenant> {
  const tenantId = uniqueName('t');
  const { keyId, key, hash } = newApiKey(tenantId);
  const tenant = { tenantId, name: 'Example' };
  const command = (decide: (document: TenantDocument | undefined, now: number) => Decision<never>) =>
    foundation.handle.handle<TenantDocument, TenantOutcome, never>({
      subject: tenantSubject(tenantId),
      tenant: tenantId,
      commandId: uniqueName('test'),
      actor: 'service:test',
      decider: tenantDecider,
      decide: (document, { now }) => decide(document, now),
    });
  await command((document) => createTenant(document, tenant));
  await command((document, now) => createApiKey(document, { keyId, hash, label: 'test', scopes: [...scopes] }, now));
  if (Object.keys(settings).length > 0) {
    await command((document) => changeSettings(document, tenantId, settings, undefined));
  }
  await foundation.handle.handle<PlatformDocument, TenantOutcome, TenantOutcome>({
    subject: platformSubject,
    tenant: 'platform',
    commandId: uniqueName('test'),
    actor: 'service:test',
    decider: platformDecider,
    decide: (document) => listTenant(document, { ...tenant, state: 'active' }),
  });
  return { tenant: tenantId, apiKey: key, call: createCall(url, key) };
}

/** An address that no other test uses. */
export const anEmail = (): string => `${uniqueName('ada')}@example.com`;

/** A number that can exist and that hardly another test uses: 10 million of them, in a range of German mobiles. */
export const aPhone = (): string => `+49151${randomInt(10_000_000, 99_999_999)}`;

/** The code in a message, as a person finds it. */
export function codeIn(message: { readonly text: string } | undefined): string {
  const code = /(?<![\w-])\d{4,10}(?![\w-])/.exec(message?.text ?? '')?.[0];
  if (code === undefined) throw new Error('there is no code in the message');
  return code;
}

/** A code of the same length that is another one. */
export function wrong(code: string): string {
  return String((Number(code) + 1) % 10 ** code.length).padStart(code.length, '0');
}

/** Waits until `read` gives something that is neither undefined nor false; fails at the deadline. */
export async function eventually<T>(
  what: string,
  read: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = 30_000,
): Promise<T> {
  return await vi.waitFor(
    async () => {
      const value = await read();
      if (value === undefined || value === false) throw new Error(`${what} did not happen within ${timeoutMs} ms`);
      return value;
    },
    { timeout: timeoutMs, interval: 20 },
  );
}

/** The servers of this run; a suite asks for them by `describeLive`. */
export function sharedServers(): { brokers: string[]; redisUrl: string } {
  const { kafkaBrokers, redisUrl } = inject('services');
  return { brokers: kafkaBrokers.split(',').filter(Boolean), redisUrl };
}
