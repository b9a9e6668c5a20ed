import { afterEach, describe, expect, it } from 'vitest';
import { decodeEvent, type Event } from '#core/event.ts';
import { platformSubject } from '#core/subject.ts';
import { probeMsMax, providersKey } from '#schemas/provider-note.ts';
import { topics } from '#schemas/topics.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { startProbing, type Probing } from '../../services/delivery-worker/probe-providers.ts';
import type { Provider } from '../../services/delivery-worker/providers/provider.ts';
import { onProviderProbed } from '../../services/verifier/on-provider-probed.ts';
import { aPhone, eventually } from '../support/installation.ts';
import { createScriptedProvider, type ScriptedProvider } from '../support/scripted-provider.ts';
import { startSystem, type System } from '../support/system.ts';

type View = { name: string; channel: string; working: boolean; checkedAt: string; reason?: string };

const smsOn = { methods: { sms: { offered: true } } };
const emailOn = { methods: { email: { offered: true } } };

let system: System | undefined;
const probings: Probing[] = [];
afterEach(async () => {
  await Promise.all(probings.splice(0).map((probing) => probing.close()));
  await system?.close();
  system = undefined;
});

async function start(...providers: readonly ScriptedProvider[]) {
  const sms = providers.filter(({ channel }) => channel === 'sms');
  const email = providers.filter(({ channel }) => channel === 'email');
  system = await startSystem({
    kind: 'embedded',
    settings: {},
    providers: new Map([
      ['sms', sms],
      ['email', email],
    ]),
  });
  const { call } = system;
  const list = async (): Promise<View[]> => (await call('GET', '/v1/providers')).json;
  /** Waits until a provider is shown so. */
  const shown = (name: string, wanted: Partial<View>) =>
    eventually(`${name} as expected`, async () => {
      const view = (await list()).find((each) => each.name === name);
      return Object.entries(wanted).every(([field, value]) => view?.[field as keyof View] === value) && view;
    });
  return { system, call, list, shown };
}

const one = () => createScriptedProvider('one', 'sms', () => ({ kind: 'accepted' }));
const mail = () => createScriptedProvider('mail', 'email', () => ({ kind: 'accepted' }));

/** What a delivery worker tells of the provider. */
const told = (time: number, working: boolean): Event => ({
  id: String(time),
  type: 'provider-probed',
  source: '/twofold/delivery-worker',
  about: 'one',
  tenant: 'platform',
  time,
  causationId: '',
  actor: 'service:delivery-worker',
  subject: platformSubject,
  data: { name: 'one', channel: 'sms', working },
});

/** Asks more often than the system's own workers. */
function probeOften(foundation: Foundation, provider: Provider, everyMs = 20): Probing {
  const { channel } = provider;
  const probing = startProbing({ foundation, channel, providers: [provider], state: () => 'closed', everyMs });
  probings.push(probing);
  return probing;
}

describe('Providers', () => {
  it('are shown with what they said when the system started', async () => {
    const broken = one();
    broken.probed = { working: false, reason: 'credentials' };
    const { list, shown, system: running } = await start(broken, mail());
    await shown('mail', { working: true });
    await shown('one', { working: false });
    const checkedAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(await list()).toStrictEqual([
      { name: 'mail', channel: 'email', working: true, checkedAt },
      { name: 'one', channel: 'sms', working: false, checkedAt, reason: 'credentials' },
    ]);
    expect((await running.platform('GET', '/v1/platform/providers')).json).toEqual(await list());
    expect((await running.platform('GET', '/v1/providers')).status).toBe(401);
  });

  it('are told of in the log, under the platform’s key and outside of its chain', async () => {
    const { shown, system: running } = await start(one());
    await shown('one', { working: true });
    const found = [];
    for await (const record of running.foundation.log.read({ topics: [topics.deliveries.name] })) {
      const decoded = decodeEvent(record);
      if (decoded.ok && decoded.event.type === 'provider-probed') found.push(decoded.event);
    }
    const data = { name: 'one', channel: 'sms', working: true };
    expect(found).toMatchObject([
      { subject: platformSubject, tenant: 'platform', about: 'one', actor: 'service:delivery-worker', data },
    ]);
    expect(found[0]?.version).toBeUndefined();
  });

  it('do not work while their calls fail, whatever they say of our credentials', async () => {
    const failing = createScriptedProvider('one', 'sms', () => ({ kind: 'temporary', reason: 'busy' }));
    const { call, shown } = await start(failing);
    await shown('one', { working: true });
    await Promise.all(
      Array.from({ length: 5 }, () => call('POST', '/v1/challenges', { channel: 'sms', to: aPhone() })),
    );
    expect(await shown('one', { working: false })).toMatchObject({ reason: 'calls-fail' });
    failing.answer = () => ({ kind: 'accepted' });
    expect(await shown('one', { working: true })).not.toHaveProperty('reason');
  });

  it('of whom nobody has heard for minutes are not known to work, and shown so for a day', async () => {
    const { list, system: running } = await start();
    await onProviderProbed(running.foundation, told(running.clock.now() - probeMsMax - 1, true));
    expect(await list()).toMatchObject([{ name: 'one', working: false, reason: 'not-checked' }]);
    running.clock.advance(24 * 3_600_000);
    expect(await list()).toEqual([]);
  });

  it('are asked again at once when the clock has gone on, as after a machine’s sleep', async () => {
    const { call, shown, system: running } = await start(one());
    const first = await shown('one', { working: true });
    running.clock.advance(8 * 3_600_000);
    expect((await call('PUT', '/v1/settings', smsOn)).status).toBe(200);
    const again = await shown('one', { working: true });
    expect(Date.parse(again.checkedAt)).toBeGreaterThan(Date.parse(first.checkedAt));
  });
});

describe('Settings that offer a method', () => {
  it('are saved at once after the start, where its provider works', async () => {
    const { call } = await start(one(), mail());
    const both = { methods: { ...smsOn.methods, ...emailOn.methods } };
    expect(await call('PUT', '/v1/settings', both)).toMatchObject({ status: 200, json: { version: 1 } });
  });

  it('are refused with the reason while no provider works, and saved once one does', async () => {
    const provider = one();
    provider.probed = { working: false, reason: 'credentials' };
    const { call, shown, system: running } = await start(provider, mail());
    await shown('one', { working: false });
    const refused = await call('PUT', '/v1/settings', smsOn);
    expect(refused).toMatchObject({ status: 409, json: { code: 'provider-not-working' } });
    expect(refused.json.errors).toEqual([
      { field: 'methods.sms.offered', message: 'cannot be offered: no provider for it works: one (credentials)' },
    ]);
    expect((await call('PUT', '/v1/settings?dryRun=true', smsOn)).status).toBe(409);
    const withFault = await call('PUT', '/v1/settings', { ...smsOn, lockSeconds: 1 });
    expect(withFault).toMatchObject({ status: 400, json: { code: 'malformed-request' } });
    expect(withFault.json.errors.map(({ field }: { field: string }) => field)).toEqual([
      'lockSeconds',
      'methods.sms.offered',
    ]);
    expect((await call('GET', '/v1/settings')).json.version).toBe(0);

    probeOften(running.foundation, provider);
    provider.probed = { working: true };
    await shown('one', { working: true });
    expect((await call('PUT', '/v1/settings', smsOn)).status).toBe(200);

    provider.probed = { working: false, reason: 'throttled' };
    await shown('one', { working: false });
    const other = await call('PUT', '/v1/settings', { ...smsOn, branding: { name: 'Acme' } });
    expect([other.status, other.json.version]).toEqual([200, 2]);
    expect((await call('PUT', '/v1/settings', {})).status).toBe(200);
    expect((await call('POST', '/v1/settings/versions/1/restore', {})).status).toBe(409);
  });

  it('are refused where no provider is known at all, and let be where they say nothing of it', async () => {
    const { call, system: running } = await start(mail());
    const refused = await call('PUT', '/v1/settings', smsOn);
    expect(refused).toMatchObject({ status: 409, json: { code: 'provider-not-working' } });
    expect(refused.json.errors[0].message).toBe('cannot be offered: no provider for it is known');
    expect((await call('PUT', '/v1/settings', { methods: { sms: { codeDigits: 8 } } })).status).toBe(200);
    const { settings } = (await running.platform('GET', '/v1/platform/settings')).json;
    const platforms = await running.platform('PUT', '/v1/platform/settings', { ...settings, ...smsOn });
    expect(platforms.status).toBe(409);
  });
});

describe('Probing', () => {
  it('asks at the start, and then only in its turn', async () => {
    const { system: running } = await start();
    const { foundation } = running;
    await foundation.store.lease('probe/sms/one', 'another worker', 3_600_000);
    let [asked, turns] = [0, 0];
    const provider = one();
    const counting = {
      ...provider,
      probe: async () => {
        asked += 1;
        return provider.probed;
      },
    };
    const store = {
      ...foundation.store,
      lease: (...call: Parameters<Foundation['store']['lease']>) => {
        turns += 1;
        return foundation.store.lease(...call);
      },
    };
    const probing = probeOften({ ...foundation, store }, counting);
    await eventually('several turns', () => turns >= 3);
    expect(asked).toBe(1);
    await foundation.store.yield('probe/sms/one', 'another worker');
    await eventually('its own turn', () => asked >= 3);
    await probing.close();
    // Whoever stays has the next turn at once.
    expect(await foundation.store.lease('probe/sms/one', 'another worker', 1_000)).toMatchObject({ kind: 'granted' });
  });

  it('breaks a question off when it closes, and tells nothing of it', async () => {
    const { system: running, list } = await start();
    const provider: Provider = {
      ...one(),
      probe: (signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({ working: false, reason: 'aborted' }), { once: true });
        }),
    };
    await probeOften(running.foundation, provider, 60_000).close();
    expect(await list()).toEqual([]);
  });

  it('leaves the newest answer standing, however late the others come, and none of long ago', async () => {
    const { system: running } = await start();
    const { store, now } = running.foundation;
    const at = now();
    await onProviderProbed(running.foundation, told(at - 25 * 3_600_000, true));
    expect(await store.notes(providersKey)).toEqual({});
    await onProviderProbed(running.foundation, told(at, false));
    await onProviderProbed(running.foundation, told(at - 60_000, true));
    expect(JSON.parse((await store.notes(providersKey))['sms/one'] ?? '')).toMatchObject({
      working: false,
      checkedAt: at,
    });
  });
});
