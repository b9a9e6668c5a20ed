import type { OwnSettings } from '#core/settings.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { createCall, type Call } from './call.ts';
import { aPhone, codeIn, eventually } from './installation.ts';
import { startProcesses } from './processes.ts';
import { startSystem } from './system.ts';

/** One deployment seen from outside, whether it is one process or many: suites of invariants run on each. */
export type Deployment = {
  /** A tenant of its own; its calls, one for each process that takes them. */
  readonly enter: (settings?: OwnSettings) => Promise<Doors>;
  /** Texts that reached one address, newest first. */
  readonly textsTo: (to: string) => readonly { readonly text: string }[];
  /** The store, the log and the keys, for looking behind the services. */
  readonly foundation: Foundation;
  readonly close: () => Promise<void>;
};

export type Doors = {
  readonly tenant: string;
  readonly calls: readonly Call[];
  /** The i-th of many calls, spread over all doors. */
  readonly door: (index: number) => Call;
};

const doorsOf = (tenant: string, urls: readonly string[], key: string): Doors => {
  const calls = urls.map((url) => createCall(url, key));
  return { tenant, calls, door: (index) => calls[index % calls.length] as Call };
};

/** All services in this process, on one SQLite file. */
export async function deployEmbedded(): Promise<Deployment> {
  const system = await startSystem({ kind: 'embedded' });
  return {
    async enter(settings) {
      const { tenant, apiKey } = await system.newTenant(settings);
      return doorsOf(tenant, [system.url], apiKey);
    },
    textsTo: (to) => system.inbox.list({ to }),
    foundation: system.foundation,
    close: system.close,
  };
}

/** Two gateways, two verifiers and the workers as processes of their own on the run's Kafka and Redis. */
export async function deployProcesses(): Promise<Deployment> {
  const system = await startProcesses({ gateway: 2, verifier: 2, 'template-worker': 1, 'delivery-worker': 1 });
  return {
    async enter(settings) {
      const { tenant, apiKey } = await system.newTenant(settings);
      return doorsOf(tenant, system.urls, apiKey);
    },
    textsTo: (to) => [...system.sms.received, ...system.mail.received].filter((one) => one.to === to).toReversed(),
    foundation: system.foundation,
    async close() {
      // In order, or their groups would wait for them, and whoever joins next would wait as well.
      await Promise.all(system.all.map((one) => one.kill('SIGTERM')));
      await system.close();
    },
  };
}

export type Requested = { readonly id: string; readonly to: string; readonly code: string };

/** Asks for a code by SMS and reads it off the phone. */
export async function requestCode(deployment: Deployment, call: Call, to = aPhone()): Promise<Requested> {
  const answer = await call('POST', '/v1/challenges', { channel: 'sms', to });
  if (answer.status !== 202) throw new Error(`the request was answered ${answer.status}: ${answer.text}`);
  return { id: answer.json.id, to, code: await codeOf(deployment, to) };
}

/** The code of the newest message, once `count` have come. */
export async function codeOf({ textsTo }: Deployment, to: string, count = 1): Promise<string> {
  return codeIn(await eventually(`message ${count}`, () => textsTo(to).length >= count && textsTo(to)[0]));
}
