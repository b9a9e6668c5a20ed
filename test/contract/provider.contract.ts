import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChannelName } from '#schemas/channel.ts';
import type { Provider, SendOutcome } from '../../services/delivery-worker/providers/provider.ts';
import { captureOutput } from '../support/vendors/capture-output.ts';
import { addresses, code, messageTo, type CodeMessage } from '../support/vendors/messages.ts';
import { secretsIn } from '../support/vendors/traces.ts';
import type { Vendor, VendorFault } from '../support/vendors/vendor.ts';

/** What can go wrong besides a vendor's faults: it is `absent`, or our credentials are those of a `stranger`. */
export type Trouble = VendorFault | 'absent' | 'stranger';

/** What the suite has to know of one provider. Differences between vendors are declared here, not skipped. */
export type ProviderSetup = {
  readonly channel: ChannelName;
  /** Whatever must stay in the adapter: keys, passwords, tokens. */
  readonly credentials: readonly string[];
  /** The troubles that this vendor can have at all. */
  readonly troubles: readonly Trouble[];
  /** The wait that the vendor's `throttles` asks for, if its protocol can say one. */
  readonly retryAfterMs?: number;
  readonly startVendor: () => Promise<Vendor>;
  /** The provider at a vendor's port. */
  readonly open: (port: number, options: { readonly timeoutMs?: number; readonly stranger?: boolean }) => Provider;
};

const never = new AbortController().signal;
/** Tcpmux, which nobody runs. */
const closedPort = 1;

/** Runs the Provider contract (services/delivery-worker/providers/provider.ts) against one provider and its vendor. */
export function describeProvider(name: string, setup: ProviderSetup): void {
  describe(`${name} keeps the Provider contract`, () => {
    const bench = openBench(setup);
    describeSending(name, bench);
    describeRefusing(bench);
    for (const trouble of setup.troubles) describeTrouble[trouble](bench);
    describeChannel[setup.channel](bench);
  });
}

type Bench = {
  readonly setup: ProviderSetup;
  readonly vendor: () => Vendor;
  /** Opens a provider that is closed after the test. */
  readonly open: (options?: { timeoutMs?: number; stranger?: boolean; port?: number }) => Provider;
  /** The same with its library loaded, so that a short time-out measures the vendor. */
  readonly openReady: (timeoutMs: number) => Promise<Provider>;
  /** Sends, and holds the outcome to the rule that nothing secret is in it. */
  readonly send: (provider: Provider, changes?: Partial<CodeMessage>, signal?: AbortSignal) => Promise<SendOutcome>;
};

function openBench(setup: ProviderSetup): Bench {
  const secrets = [code, addresses[setup.channel], ...setup.credentials];
  const opened: Provider[] = [];
  let vendor: Vendor;
  let output: ReturnType<typeof captureOutput>;

  beforeEach(async () => {
    vendor = await setup.startVendor();
    output = captureOutput();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((provider) => provider.close()));
    await vendor.close();
    output.stop();
    expect(secretsIn(output.text(), secrets)).toEqual([]);
  });

  const open: Bench['open'] = ({ port = vendor.port, ...options } = {}) => {
    const provider = setup.open(port, options);
    opened.push(provider);
    return provider;
  };
  return {
    setup,
    vendor: () => vendor,
    open,
    async openReady(timeoutMs) {
      const provider = open({ timeoutMs });
      await expect.poll(async () => (await provider.probe(never)).working).toBe(true);
      return provider;
    },
    async send(provider, changes = {}, signal = never) {
      const outcome = await provider.send(messageTo(setup.channel, changes), signal);
      expect(secretsIn(JSON.stringify(outcome), secrets)).toEqual([]);
      return outcome;
    },
  };
}

function describeSending(name: string, { setup, vendor, open, send }: Bench): void {
  it('says its name and channel', () => {
    const provider = open();
    expect([provider.name, provider.channel]).toEqual([name, setup.channel]);
  });

  it('hands one message over, once, and it arrives as it was written', async () => {
    const message = messageTo(setup.channel);
    const outcome = await send(open());
    expect(outcome.kind).toBe('accepted');
    expect(vendor().handOvers()).toBe(1);
    const received = vendor().received.map(({ to, text, subject, html }) => ({
      to,
      text,
      subject,
      html: html?.trim(),
    }));
    expect(received).toEqual([{ to: message.to, text: message.text, subject: message.subject, html: message.html }]);
  });

  it('carries many messages at a time without mixing them up', async () => {
    const provider = open();
    const texts = Array.from({ length: 20 }, (_, index) => `Message ${index}`);
    const outcomes = await Promise.all(texts.map((text, index) => send(provider, { text, id: `message-${index}` })));
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(texts.map(() => 'accepted'));
    expect(
      vendor()
        .received.map((mail) => mail.text)
        .toSorted(),
    ).toEqual(texts.toSorted());
  });

  it('never rejects, whatever the message is', async () => {
    const provider = open();
    const oddities: Partial<CodeMessage>[] = [
      { text: '' },
      { text: '\ud800 half a surrogate \udc00', subject: '\udfff' },
      { text: '\u0000\u0007\u001b[31m', subject: '\u0000' },
      { text: 'long '.repeat(20_000) },
      { subject: '', html: '' },
      { expiresAt: 0 },
      { expiresAt: Number.MAX_SAFE_INTEGER },
    ];
    for (const oddity of oddities) {
      expect(['accepted', 'temporary', 'permanent', 'unknown']).toContain((await send(provider, oddity)).kind);
    }
  });

  it('says that it works when the vendor does, and sends nothing to find out', async () => {
    expect(await open().probe(never)).toEqual({ working: true });
    expect(vendor().handOvers()).toBe(0);
  });
}

function describeRefusing({ setup, vendor, open, send }: Bench): void {
  it('refuses an address that a vendor could read as two, or as a header, without asking the vendor', async () => {
    const provider = open();
    const { to } = messageTo(setup.channel);
    for (const odd of ['', `${to},${to}`, `${to}\r\nBcc: ${to}`, `<${to}>`, ` ${to}`, `group:${to};`, `${to}\u0000`]) {
      expect(await send(provider, { to: odd })).toEqual({ kind: 'permanent', reason: 'invalid-address' });
    }
    expect(vendor().handOvers()).toBe(0);
  });

  it('does nothing for a caller that has given up before', async () => {
    expect(await send(open(), {}, AbortSignal.abort())).toEqual({ kind: 'temporary', reason: 'aborted' });
    expect(vendor().handOvers()).toBe(0);
  });

  it('sends nothing after it was closed', async () => {
    const provider = open();
    await provider.close();
    await provider.close();
    expect(await send(provider)).toEqual({ kind: 'temporary', reason: 'closed' });
    expect(await provider.probe(never)).toEqual({ working: false, reason: 'closed' });
    expect(vendor().handOvers()).toBe(0);
  });
}

const describeTrouble: Readonly<Record<Trouble, (bench: Bench) => void>> = {
  absent({ open, send }) {
    it('calls it temporary when nobody listens', async () => {
      const provider = open({ port: closedPort });
      expect(await send(provider)).toEqual({ kind: 'temporary', reason: 'connection-refused' });
      expect(await provider.probe(never)).toEqual({ working: false, reason: 'connection-refused' });
    });
  },

  stranger({ vendor, open, send }) {
    it('takes wrong credentials for a fault of ours and not of the address', async () => {
      const provider = open({ stranger: true });
      expect(await send(provider)).toEqual({ kind: 'temporary', reason: 'credentials' });
      expect(vendor().received).toEqual([]);
    });
  },

  refuses({ vendor, open, send }) {
    it('calls a refused address permanent', async () => {
      vendor().misbehave('refuses');
      expect((await send(open())).kind).toBe('permanent');
      expect(vendor().handOvers()).toBe(1);
    });
  },

  throttles({ setup, vendor, open, send }) {
    it('comes back from a throttling vendor at once, with the wait that it asked for', async () => {
      vendor().misbehave('throttles');
      const outcome = await send(open());
      expect(outcome).toMatchObject({ kind: 'temporary' });
      expect(Reflect.get(outcome, 'retryAfterMs')).toBe(setup.retryAfterMs);
      expect(vendor().handOvers()).toBe(1);
    });
  },

  fails({ vendor, open, send }) {
    it('calls a broken vendor temporary, in whatever format it says so, and goes on when it is healed', async () => {
      const provider = open();
      vendor().misbehave('fails');
      expect((await send(provider)).kind).toBe('temporary');
      expect(vendor().handOvers()).toBe(1);
      vendor().misbehave(undefined);
      expect((await send(provider)).kind).toBe('accepted');
    });
  },

  garbles({ vendor, open, send }) {
    it('takes a success for a success even if the rest of it is broken', async () => {
      vendor().misbehave('garbles');
      expect((await send(open())).kind).toBe('accepted');
      expect(vendor().received).toHaveLength(1);
    });
  },

  stalls({ vendor, openReady, send }) {
    it('does not know what became of a message that the vendor took without an answer', async () => {
      const provider = await openReady(400);
      vendor().misbehave('stalls');
      expect(await send(provider)).toEqual({ kind: 'unknown', reason: 'timed-out' });
      expect(vendor().received).toHaveLength(1);
      expect(vendor().handOvers()).toBe(1);
    });

    it('ends an aborted send as unknown once the vendor has it, with its connection, and no other send', async () => {
      const provider = await openReady(60_000);
      vendor().misbehave('stalls');
      const caller = new AbortController();
      const aborted = send(provider, {}, caller.signal);
      await expect.poll(() => vendor().waiting()).toBe(1);
      vendor().misbehave(undefined);
      const other = send(provider, { id: 'another-message' });
      caller.abort();
      expect(await aborted).toEqual({ kind: 'unknown', reason: 'aborted' });
      expect((await other).kind).toBe('accepted');
      expect(vendor().handOvers()).toBe(2);
      await expect.poll(() => vendor().waiting()).toBe(0);
    });
  },

  resets({ vendor, open, send }) {
    it('does not know what became of a message whose answer was cut', async () => {
      vendor().misbehave('resets');
      expect(await send(open())).toEqual({ kind: 'unknown', reason: 'connection-lost' });
      expect(vendor().received).toHaveLength(1);
      expect(vendor().handOvers()).toBe(1);
    });
  },
};

const describeChannel: Readonly<Record<ChannelName, (bench: Bench) => void>> = {
  sms({ vendor, open, send }) {
    it('sends no subject, which an SMS has none of', async () => {
      await send(open(), { subject: 'a subject' });
      expect(
        vendor()
          .received.map((mail) => JSON.stringify(mail))
          .join(),
      ).not.toContain('a subject');
    });
  },

  email({ vendor, open, send }) {
    it('lets no subject add a header', async () => {
      const outcome = await send(open(), { subject: 'Code\r\nBcc: thief@example.net\r\n\r\nX: y\u2028z' });
      expect(outcome.kind).toBe('accepted');
      const mails = vendor().received.map(({ to, subject }) => ({ to, subject }));
      expect(mails).toEqual([{ to: addresses.email, subject: 'Code Bcc: thief@example.net X: y z' }]);
      const headers = Object.keys(vendor().received[0]?.headers ?? {}).map((header) => header.toLowerCase());
      expect(headers).not.toContain('bcc');
      expect(headers).not.toContain('x');
    });
  },
};
