import net from 'node:net';
import { Readable } from 'node:stream';
import tls from 'node:tls';
import { Agent, request } from 'undici';
import { callTimeoutMs, guardProvider } from './guard-provider.ts';
import type { ProviderOptions } from './guard-provider.ts';
import type { OutgoingMessage, ProbeOutcome, Provider, SendOutcome } from './provider.ts';
import { readRetryAfter } from './read-retry-after.ts';
import { translateNetworkError } from './translate-network-error.ts';
import { outcomeOf, permanent, probeOf, temporary, verdictOfStatus } from './verdict.ts';
import type { VerdictTable } from './verdict.ts';
import { parseWebhookSecret, signWebhook } from './webhook-signature.ts';

export type WebhookSettings = { readonly smsWebhookUrl: string; readonly smsWebhookSecret: string };

/**
 * The operator's own endpoint, so the meanings are ours to set (docs/providers.md), after Standard Webhooks: only
 * 2xx is success and a redirect is never followed, since it would carry a code where nobody configured it. All 5xx,
 * 504 included, may be repeated: the endpoint knows a repetition by its webhook-id.
 */
export const webhookStatuses: VerdictTable = {
  '3xx': temporary('redirected'),
  401: temporary('credentials'),
  403: temporary('forbidden'),
  404: temporary('not-found'),
  408: temporary('timed-out'),
  410: temporary('not-found'),
  429: temporary('throttled'),
  '4xx': permanent('rejected'),
  '5xx': temporary('vendor-failure'),
};

const answerBytesMax = 16_384;
const connectTimeoutMs = 5_000;
const connectionsMax = 64;

/** SMS through any gateway that takes a signed POST. Throws on settings that checks refuse. */
export function createWebhookProvider(settings: WebhookSettings, options: ProviderOptions = {}): Provider {
  const secret = parseWebhookSecret(settings.smsWebhookSecret);
  if ('fault' in secret) throw new Error(secret.fault);
  const { key } = secret;
  const url = new URL(settings.smsWebhookUrl);
  const timeoutMs = options.timeoutMs ?? callTimeoutMs;
  const dispatcher = new Agent({
    connect: { timeout: connectTimeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connections: connectionsMax,
    pipelining: 1,
  });

  async function send(message: OutgoingMessage, signal: AbortSignal): Promise<SendOutcome> {
    const { id, to, text, tenant, challengeId, noticeId } = message;
    const json = JSON.stringify({ id, to, text, tenant, challengeId, send: message.send, noticeId });
    const headers = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(json)),
      'user-agent': 'twofold',
      ...signWebhook(key, id, Math.floor(Date.now() / 1_000), json),
    };
    const body = watchedBody(json);
    try {
      const answer = await request(url, { method: 'POST', headers, body: body.stream, dispatcher, signal });
      // The status has decided; the rest is read, up to a cap, only to be able to use the connection again.
      await answer.body.dump({ limit: answerBytesMax, signal }).catch(() => undefined);
      if (answer.statusCode < 300) return { kind: 'accepted' };
      const retryAfterMs = readRetryAfter(answer.headers['retry-after'], Date.now());
      return outcomeOf(verdictOfStatus(webhookStatuses, answer.statusCode), retryAfterMs);
    } catch (error) {
      return translateNetworkError(error, body.left(), signal);
    }
  }

  /** There is no call that an unknown endpoint can be trusted to take as harmless: a connection has to do. */
  async function probe(signal: AbortSignal): Promise<ProbeOutcome> {
    try {
      await connect(url, signal);
      return { working: true };
    } catch (error) {
      return probeOf(translateNetworkError(error, false, signal));
    }
  }

  return guardProvider({ name: 'webhook', channel: 'sms', send, probe, close: () => dispatcher.close() }, options);
}

/** A body that can tell whether it was asked for, which the client does when the connection stands and not before. */
function watchedBody(json: string): { stream: Readable; left(): boolean } {
  let left = false;
  function* chunks() {
    left = true;
    yield Buffer.from(json, 'utf8');
  }
  return { stream: Readable.from(chunks(), { objectMode: false }), left: () => left };
}

function connect(url: URL, signal: AbortSignal): Promise<void> {
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (secure ? 443 : 80);
  const servername = net.isIP(host) ? undefined : host;
  return new Promise((resolve, reject) => {
    const socket = secure ? tls.connect({ host, port, servername }) : net.connect({ host, port });
    const settle = (error?: Error): void => {
      signal.removeEventListener('abort', abort);
      socket.on('error', () => undefined);
      socket.destroy();
      if (error === undefined) resolve();
      else reject(error);
    };
    const abort = (): void => settle(new Error('aborted'));
    signal.addEventListener('abort', abort, { once: true });
    socket.once(secure ? 'secureConnect' : 'connect', () => settle());
    socket.once('error', settle);
  });
}
