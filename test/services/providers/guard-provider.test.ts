import { describe, expect, it } from 'vitest';
import { guardProvider } from '../../../services/delivery-worker/providers/guard-provider.ts';
import type { Adapter } from '../../../services/delivery-worker/providers/guard-provider.ts';
import { readRetryAfter } from '../../../services/delivery-worker/providers/read-retry-after.ts';
import { translateNetworkError } from '../../../services/delivery-worker/providers/translate-network-error.ts';
import { messageTo } from '../../support/vendors/messages.ts';

const never = new AbortController().signal;

const adapter = (changes: Partial<Adapter>): Adapter => ({
  name: 'stub',
  channel: 'sms',
  send: async () => ({ kind: 'accepted' }),
  probe: async () => ({ working: true }),
  close: async () => undefined,
  ...changes,
});

const sendUntilAbort: Adapter['send'] = (_, signal) =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve({ kind: 'temporary', reason: String(signal.reason) }));
  });
const fault = async (): Promise<never> => Promise.reject(new Error('739204'));
const left = (error: unknown, did: boolean | undefined) => translateNetworkError(error, did, never);
const coded = (code: string, rest: object = {}) => Object.assign(new Error('739204'), { code, ...rest });

describe('a guarded provider', () => {
  it('ends a call in time whose library does not care, without knowing what became of it', async () => {
    const deaf = guardProvider(adapter({ send: () => new Promise(() => {}), probe: () => new Promise(() => {}) }), {
      timeoutMs: 20,
    });
    expect(await deaf.send(messageTo('sms'), never)).toEqual({ kind: 'unknown', reason: 'timed-out' });
    expect(await deaf.probe(never)).toEqual({ working: false, reason: 'timed-out' });
  });

  it('ends an aborted call whose library does not care', async () => {
    const caller = new AbortController();
    const deaf = guardProvider(adapter({ send: () => new Promise(() => caller.abort()) }), { timeoutMs: 60_000 });
    expect(await deaf.send(messageTo('sms'), caller.signal)).toEqual({ kind: 'unknown', reason: 'aborted' });
  });

  it('lets the adapter have the last word when it does hear the abort', async () => {
    const outcome = await guardProvider(adapter({ send: sendUntilAbort }), { timeoutMs: 20 }).send(
      messageTo('sms'),
      never,
    );
    expect(outcome).toEqual({ kind: 'temporary', reason: 'timed-out' });
  });

  it('turns what an adapter throws into an outcome that says nothing of it', async () => {
    const broken = guardProvider(adapter({ send: fault, probe: fault, close: fault }));
    expect(await broken.send(messageTo('sms'), never)).toEqual({ kind: 'unknown', reason: 'adapter-fault' });
    expect(await broken.probe(never)).toEqual({ working: false, reason: 'adapter-fault' });
    expect(await broken.close()).toBeUndefined();
  });
});

describe('an error of the network', () => {
  it('that can only come before a connection is temporary, whatever else is thought', () => {
    for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'CERT_HAS_EXPIRED', 'UND_ERR_CONNECT_TIMEOUT']) {
      expect(left(coded(code), true).kind).toBe('temporary');
    }
  });

  it('that can come at any time is as good as what is known about the request', () => {
    expect(left(coded('ECONNRESET'), false)).toEqual({ kind: 'temporary', reason: 'connection-lost' });
    expect(left(coded('ECONNRESET'), true)).toEqual({ kind: 'unknown', reason: 'connection-lost' });
    expect(left(coded('ECONNRESET'), undefined)).toEqual({ kind: 'unknown', reason: 'connection-lost' });
  });

  it('is looked for under what libraries lay over it', () => {
    expect(left(coded('ESOCKET', { originalCode: 'ECONNREFUSED' }), true).kind).toBe('temporary');
    expect(left(new TypeError('failed', { cause: coded('ENOTFOUND') }), true).kind).toBe('temporary');
    expect(left(new AggregateError([coded('ECONNREFUSED'), coded('EHOSTUNREACH')]), true).kind).toBe('temporary');
  });

  it('that nobody knows is nobody knows what', () => {
    for (const odd of [undefined, null, 'text', 7, {}, { code: 7 }, new Error('739204')]) {
      expect(left(odd, undefined)).toEqual({ kind: 'unknown', reason: 'adapter-fault' });
    }
  });
});

describe('a Retry-After header', () => {
  const now = Date.UTC(2026, 0, 1);
  it.for([
    ['0', 0],
    [' 12 ', 12_000],
    ['99999', 900_000],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Thursday, 01-Jan-26 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['1.5', undefined],
    ['1e9', undefined],
    ['2026-01-01T00:01:00Z', undefined],
    ['', undefined],
  ] as const)('%s is a wait of %s ms', ([header, wait]) => {
    expect(readRetryAfter(header, now)).toBe(wait);
    expect(readRetryAfter([header, '5'], now)).toBe(wait);
  });
});
