import { callTimeoutMs, guardProvider } from './guard-provider.ts';
import type { ProviderOptions } from './guard-provider.ts';
import type { OutgoingMessage, ProbeOutcome, Provider, SendOutcome } from './provider.ts';
import { readField } from './read-field.ts';
import { readRetryAfter } from './read-retry-after.ts';
import { openTrackedAgents } from './tracked-agents.ts';
import { translateNetworkError } from './translate-network-error.ts';
import { acceptedAs, outcomeOf, permanent, probeOf, temporary, unknown, verdictOfStatus } from './verdict.ts';
import type { Verdict, VerdictTable } from './verdict.ts';

export type TwilioSettings = {
  readonly twilioAccountSid: string;
  readonly twilioAuthToken: string;
  /** A number of the account, or a messaging service (MG…) that chooses one. */
  readonly twilioFrom: string;
  readonly twilioBaseUrl?: string;
};

/**
 * Twilio's error codes (https://www.twilio.com/docs/api/errors, one page per code). Refusals that come from the
 * destination are permanent; what only our account or sender is to blame for is temporary, so that another
 * provider is tried and the breaker notices.
 */
export const twilioCodes: VerdictTable = {
  21211: permanent('invalid-number'),
  21217: permanent('invalid-number'),
  21265: permanent('invalid-number'), // a short code
  21266: permanent('invalid-number'), // our own sender
  21408: permanent('region-not-permitted'),
  21610: permanent('unsubscribed'), // answered STOP; sending elsewhere would go around their wish
  21612: permanent('unreachable'),
  21614: permanent('not-mobile'),
  21635: permanent('not-mobile'),
  21602: permanent('rejected'), // no text
  21617: permanent('too-large'),
  30003: permanent('unreachable'),
  30004: permanent('blocked'),
  30005: permanent('invalid-number'),
  30006: permanent('not-mobile'),
  30007: permanent('blocked'),
  10001: temporary('account-suspended'),
  20003: temporary('credentials'),
  20005: temporary('account-suspended'),
  20404: temporary('not-found'),
  20429: temporary('throttled'),
  20500: temporary('vendor-failure'),
  20503: temporary('vendor-failure'),
  14107: temporary('throttled'),
  21212: temporary('sender-refused'),
  21603: temporary('sender-refused'),
  21606: temporary('sender-refused'),
  21659: temporary('sender-refused'),
  21660: temporary('sender-refused'),
  21661: temporary('sender-refused'),
  21703: temporary('sender-refused'),
  21704: temporary('sender-refused'),
  21608: temporary('account-restricted'), // a trial account
  21611: temporary('throttled'),
  30001: temporary('throttled'),
  30002: temporary('account-suspended'),
  30008: temporary('vendor-failure'),
  30410: unknown('timed-out'), // the carrier didn't answer Twilio, which doesn't repeat for fear of a duplicate
};

/**
 * For answers without a code that we know (https://www.twilio.com/docs/usage/twilios-response). A 5xx, JSON or the
 * HTML page of a proxy, says that no message was made. 504 alone says that nobody knows: a proxy gave up waiting.
 */
export const twilioStatuses: VerdictTable = {
  '3xx': temporary('redirected'),
  401: temporary('credentials'),
  403: temporary('forbidden'),
  404: temporary('not-found'),
  408: temporary('vendor-failure'),
  429: temporary('throttled'),
  '4xx': permanent('rejected'),
  504: unknown('timed-out'),
  '5xx': temporary('vendor-failure'),
};

const messagingService = /^MG\w{32}$/;
const failedStatuses = new Set(['failed', 'undelivered', 'canceled']);
const validityMaxSeconds = 36_000;
const answerBytesMax = 1_048_576;
// Well below the minute after which load balancers usually close: a request on a socket that they just closed is lost.
const idleMs = 20_000;

type Answer = { readonly status: number; readonly retryAfterMs: number | undefined };

/** SMS through Twilio's SDK, which is loaded when the first of these is made. No idempotency key exists there. */
export function createTwilioProvider(settings: TwilioSettings, options: ProviderOptions = {}): Provider {
  const { twilioFrom } = settings;
  const sender = messagingService.test(twilioFrom) ? { messagingServiceSid: twilioFrom } : { from: twilioFrom };
  const agents = openTrackedAgents(idleMs);
  const sdk = import('twilio');
  sdk.catch(() => undefined);

  /** A client of its own for each call: it carries the call's signal, and keeps the last body (with the code) in memory. */
  async function openCall(signal: AbortSignal) {
    const { default: twilio } = await sdk;
    const call: { answer?: Answer } = {};
    const httpClient = new twilio.RequestClient({ autoRetry: false, timeout: options.timeoutMs ?? callTimeoutMs });
    httpClient.axios.interceptors.request.use((config) =>
      Object.assign(config, {
        signal,
        httpAgent: agents.http,
        httpsAgent: agents.https,
        maxContentLength: answerBytesMax,
      }),
    );
    httpClient.axios.interceptors.response.use((response) => {
      call.answer = {
        status: response.status,
        retryAfterMs: readRetryAfter(response.headers['retry-after'], Date.now()),
      };
      return response;
    });
    // Empty edge and region: the SDK would otherwise rewrite the host by variables that are not among ours.
    const client = twilio(settings.twilioAccountSid, settings.twilioAuthToken, { httpClient, edge: '', region: '' });
    if (settings.twilioBaseUrl) client.api.baseUrl = settings.twilioBaseUrl;
    return { client, call };
  }

  /** An error after a whole answer came is judged by the answer; a success that the SDK can't parse is a success. */
  function translate(error: unknown, answer: Answer | undefined, signal: AbortSignal): SendOutcome {
    if (!answer) return translateNetworkError(error, agents.mayHaveLeft(readField(error, 'request')), signal);
    if (answer.status >= 200 && answer.status < 300) return { kind: 'accepted' };
    const verdict = verdictOfCode(readField(error, 'code')) ?? verdictOfStatus(twilioStatuses, answer.status);
    return outcomeOf(verdict, answer.retryAfterMs);
  }

  async function send(message: OutgoingMessage, signal: AbortSignal): Promise<SendOutcome> {
    const { client, call } = await openCall(signal);
    try {
      const made = await client.messages.create({
        to: message.to,
        body: message.text,
        validityPeriod: validitySeconds(message.expiresAt, Date.now()),
        ...sender,
      });
      if (!failedStatuses.has(made.status)) return acceptedAs(made.sid);
      return outcomeOf(verdictOfCode(made.errorCode) ?? temporary('vendor-failure'));
    } catch (error) {
      return translate(error, call.answer, signal);
    }
  }

  async function probe(signal: AbortSignal): Promise<ProbeOutcome> {
    const { client, call } = await openCall(signal);
    try {
      const account = await client.api.v2010.accounts(settings.twilioAccountSid).fetch();
      return account.status === 'active' ? { working: true } : { working: false, reason: 'account-suspended' };
    } catch (error) {
      return probeOf(translate(error, call.answer, signal));
    }
  }

  return guardProvider({ name: 'twilio', channel: 'sms', send, probe, close: async () => agents.close() }, options);
}

/** All that is wrong with the settings beyond a missing one, naming variables. */
export function faultsOfTwilio(settings: Partial<TwilioSettings>): string[] {
  const { twilioAccountSid, twilioFrom } = settings;
  const faults: string[] = [];
  if (twilioAccountSid && !/^AC\w+$/.test(twilioAccountSid)) faults.push('TWILIO_ACCOUNT_SID must begin with AC');
  if (twilioFrom && !/^(\+?\d{3,15}|MG\w{32}|[A-Za-z0-9 &+_-]{1,11})$/.test(twilioFrom)) {
    faults.push('TWILIO_FROM must be a number, a messaging service (MG and 32 characters) or an alphanumeric sender');
  }
  return faults;
}

function verdictOfCode(code: unknown): Verdict | undefined {
  return typeof code === 'number' ? twilioCodes[code] : undefined;
}

/** Twilio drops what it still holds after this: a whole number of seconds, from 1. */
function validitySeconds(expiresAt: number, now: number): number {
  return Math.min(Math.max(Math.floor((expiresAt - now) / 1_000), 1), validityMaxSeconds);
}
