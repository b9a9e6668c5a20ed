import { callTimeoutMs, guardProvider } from './guard-provider.ts';
import type { ProviderOptions } from './guard-provider.ts';
import type { OutgoingMessage, ProbeOutcome, Provider, SendOutcome } from './provider.ts';
import { readField } from './read-field.ts';
import { readRetryAfter } from './read-retry-after.ts';
import { parseSender, toSingleLine } from './sender.ts';
import { openTrackedAgents } from './tracked-agents.ts';
import { translateNetworkError } from './translate-network-error.ts';
import { acceptedAs, outcomeOf, permanent, probeOf, temporary, unknown, verdictOfStatus } from './verdict.ts';
import type { Verdict, VerdictTable } from './verdict.ts';

export type SendGridSettings = {
  readonly sendgridApiKey: string;
  readonly emailFrom: string;
  readonly sendgridBaseUrl?: string;
};

/**
 * SendGrid has no codes, only statuses
 * (https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/responses and /errors; 413 and
 * 503 in the Mail Send reference). A 5xx says that no mail was taken. 504 alone says that nobody knows: a proxy
 * gave up waiting.
 */
export const sendgridStatuses: VerdictTable = {
  '3xx': temporary('redirected'),
  400: permanent('rejected'),
  401: temporary('credentials'), // also: credits used up
  403: temporary('forbidden'), // sender not verified, or blocked for a while
  404: temporary('not-found'),
  408: temporary('vendor-failure'),
  413: permanent('too-large'),
  429: temporary('throttled'),
  451: temporary('forbidden'), // data residency of our account
  '4xx': permanent('rejected'),
  504: unknown('timed-out'),
  '5xx': temporary('vendor-failure'),
};

/** A 400 names the field it is about (`errors[].field`); the first row that begins it decides. */
export const sendgridFields: readonly (readonly [field: string, Verdict])[] = [
  ['from', temporary('sender-refused')],
  ['personalizations', permanent('invalid-address')],
];

const answerBytesMax = 1_048_576;
// Well below the minute after which load balancers usually close: a request on a socket that they just closed is lost.
const idleMs = 20_000;
const defaultBaseUrl = 'https://api.sendgrid.com/';

type Client = {
  setDefaultHeader(name: string, value: string): unknown;
  setDefaultRequest(values: Readonly<Record<string, unknown>>): unknown;
  request(data: { method: 'GET'; url: string }): Promise<unknown>;
};

/** Email through SendGrid's SDK, which is loaded when the first of these is made. No idempotency key exists there. */
export function createSendGridProvider(settings: SendGridSettings, options: ProviderOptions = {}): Provider {
  const agents = openTrackedAgents(idleMs);
  const sdk = import('@sendgrid/mail');
  sdk.catch(() => undefined);

  /**
   * A service with a client of its own for each call: the SDK's is one for the whole process, and only its defaults
   * take a signal. The key is a default header because `setApiKey` would put the base URL back to the real host.
   */
  async function openCall(signal: AbortSignal) {
    const { default: shared } = await sdk;
    const service: typeof shared & { readonly client: Client } = Reflect.construct(shared.constructor, []);
    service.client.setDefaultHeader('Authorization', `Bearer ${settings.sendgridApiKey}`);
    service.client.setDefaultRequest({
      baseUrl: settings.sendgridBaseUrl ?? defaultBaseUrl,
      timeout: options.timeoutMs ?? callTimeoutMs,
      maxContentLength: answerBytesMax,
      maxRedirects: 0,
      proxy: false,
      httpAgent: agents.http,
      httpsAgent: agents.https,
      signal,
    });
    return service;
  }

  function translate(error: unknown, signal: AbortSignal): SendOutcome {
    const answer = answerOf(error);
    if (answer) return outcomeOf(verdictOf(answer), retryAfterMs(answer.headers, Date.now()));
    return translateNetworkError(error, agents.mayHaveLeft(readField(error, 'request')), signal);
  }

  async function send(message: OutgoingMessage, signal: AbortSignal): Promise<SendOutcome> {
    const service = await openCall(signal);
    try {
      const [response] = await service.send(mailOf(message, settings.emailFrom));
      return acceptedAs(readField(response.headers, 'x-message-id'));
    } catch (error) {
      return translate(error, signal);
    }
  }

  async function probe(signal: AbortSignal): Promise<ProbeOutcome> {
    const service = await openCall(signal);
    try {
      await service.client.request({ method: 'GET', url: '/v3/scopes' });
      return { working: true };
    } catch (error) {
      return probeOf(translate(error, signal));
    }
  }

  return guardProvider({ name: 'sendgrid', channel: 'email', send, probe, close: async () => agents.close() }, options);
}

const belongingOf = ({ challengeId, send, noticeId }: OutgoingMessage): Record<string, string> =>
  noticeId === undefined ? { challengeId, send: String(send) } : { noticeId };

/** Links and pixels of a vendor's tracking would rewrite a message that people are told not to click in. */
function mailOf(message: OutgoingMessage, emailFrom: string) {
  const from = parseSender(emailFrom);
  return {
    from: { email: from?.address ?? emailFrom, name: from?.name },
    to: { email: message.to },
    subject: toSingleLine(message.subject ?? ''),
    text: message.text,
    ...(message.html === undefined ? {} : { html: message.html }),
    headers: { 'Auto-Submitted': 'auto-generated' },
    customArgs: { tenant: message.tenant, ...belongingOf(message) },
    trackingSettings: {
      clickTracking: { enable: false, enableText: false },
      openTracking: { enable: false },
      subscriptionTracking: { enable: false },
    },
  };
}

type Answer = { readonly status: number; readonly headers: unknown; readonly body: unknown };

/** SDK errors with a whole answer: its ResponseError from 400 up, and the HTTP client's error for a redirect. */
function answerOf(error: unknown): Answer | undefined {
  const code = readField(error, 'code');
  const response = readField(error, 'response');
  const headers = readField(response, 'headers');
  if (typeof code === 'number') return { status: code, headers, body: readField(response, 'body') };
  const status = Number(readField(response, 'status'));
  return status >= 300 && status < 400 ? { status, headers, body: undefined } : undefined;
}

function verdictOf(answer: Answer): Verdict {
  const errors = readField(answer.body, 'errors');
  const field = Array.isArray(errors) ? String(readField(errors[0], 'field')) : '';
  const row = answer.status === 400 ? sendgridFields.find(([begin]) => field.startsWith(begin)) : undefined;
  return row?.[1] ?? verdictOfStatus(sendgridStatuses, answer.status);
}

/** Retry-After, or else the moment at which SendGrid's rate limit starts anew (Unix seconds). */
function retryAfterMs(headers: unknown, now: number): number | undefined {
  const asked = readRetryAfter(readField(headers, 'retry-after'), now);
  const resetAt = Number(readField(headers, 'x-ratelimit-reset') ?? Number.NaN);
  if (asked !== undefined || Number.isNaN(resetAt)) return asked;
  return readRetryAfter(String(Math.max(Math.ceil(resetAt - now / 1_000), 0)), now);
}
