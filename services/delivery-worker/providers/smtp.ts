import type { Readable } from 'node:stream';
import { sha256 } from '#core/bytes.ts';
import { guardProvider } from './guard-provider.ts';
import type { ProviderOptions } from './guard-provider.ts';
import type { OutgoingMessage, ProbeOutcome, Provider, SendOutcome } from './provider.ts';
import { readField } from './read-field.ts';
import { parseSender, toSingleLine } from './sender.ts';
import type { Sender } from './sender.ts';
import { smtpLibraryCodes, verdictOfReply } from './smtp-replies.ts';
import { parseSmtpUrl } from './smtp-url.ts';
import type { SmtpEndpoint } from './smtp-url.ts';
import { translateNetworkError } from './translate-network-error.ts';
import { acceptedAs, outcomeOf, probeOf } from './verdict.ts';

export type SmtpSettings = { readonly smtpUrl: string; readonly emailFrom: string };

const connectionsMax = 5;
const messagesPerConnectionMax = 100;
const setUpTimeoutMs = 5_000;
// Shorter than any server's patience, so that a pooled connection is closed by us and not under a message.
const idleMs = 30_000;
const replyBytesMax = 65_536;

/** Email over SMTP, pooled. nodemailer is loaded when the first of these is made. Throws on settings that checks refuse. */
export function createSmtpProvider(settings: SmtpSettings, options: ProviderOptions = {}): Provider {
  const parsed = parseSmtpUrl(settings.smtpUrl);
  const sender = parseSender(settings.emailFrom);
  if ('fault' in parsed) throw new Error(parsed.fault);
  if (!sender) throw new Error('EMAIL_FROM must be an email address');
  const opened = openTransport(parsed.endpoint);
  opened.catch(() => undefined);

  const send = async (message: OutgoingMessage, signal: AbortSignal): Promise<SendOutcome> => {
    const { transport, streams } = await opened;
    try {
      const sent = await transport.sendMail({ ...mailOf(message, sender), signal });
      return acceptedAs(sent.messageId.replace(/^<|>$/g, ''));
    } catch (error) {
      // The stream of the message is read only after the server said to go on with DATA.
      return translate(error, streams.get(signal)?.readableDidRead ?? false, signal);
    }
  };

  const probe = async (signal: AbortSignal): Promise<ProbeOutcome> => {
    const { transport } = await opened;
    try {
      await transport.verify();
      return { working: true };
    } catch (error) {
      return probeOf(translate(error, false, signal));
    }
  };

  const close = async (): Promise<void> => (await opened).transport.close();
  return guardProvider({ name: 'smtp', channel: 'email', send, probe, close }, options);
}

async function openTransport(endpoint: SmtpEndpoint) {
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    pool: true,
    host: endpoint.host,
    port: endpoint.port,
    secure: endpoint.tls === 'implicit',
    requireTLS: endpoint.tls === 'required',
    ignoreTLS: endpoint.tls === 'never',
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true },
    ...(endpoint.auth ? { auth: endpoint.auth } : {}),
    maxConnections: connectionsMax,
    maxMessages: messagesPerConnectionMax,
    maxRequeues: 0,
    connectionTimeout: setUpTimeoutMs,
    greetingTimeout: setUpTimeoutMs,
    dnsTimeout: setUpTimeoutMs,
    idleTimeout: idleMs,
    socketTimeout: 2 * idleMs,
    socketCloseTimeout: 1_000,
    maxResponseSize: replyBytesMax,
    logger: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  // An error event without a listener would end the process; every failure of a send comes to the send as well.
  transport.on('error', () => undefined);
  const streams = new WeakMap<AbortSignal, Readable>();
  transport.use('stream', (mail, done) => {
    const { signal } = mail.data;
    mail.message.processFunc((input) => {
      if (signal) streams.set(signal, input);
      return input;
    });
    done();
  });
  return { transport, streams };
}

function mailOf(message: OutgoingMessage, sender: Sender) {
  const domain = sender.address.slice(sender.address.lastIndexOf('@') + 1);
  return {
    from: { name: sender.name ?? '', address: sender.address },
    to: { name: '', address: message.to },
    envelope: { from: sender.address, to: [message.to] },
    subject: toSingleLine(message.subject ?? ''),
    text: message.text,
    ...(message.html === undefined ? {} : { html: message.html }),
    ...(message.otpToken ? { otp: message.otpToken } : {}),
    // The same for every repetition of one send, so that whoever keeps mail can see that two are one.
    messageId: `<${sha256(message.id).toString('hex').slice(0, 40)}@${domain}>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
    xMailer: false as const,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function translate(error: unknown, left: boolean, signal: AbortSignal): SendOutcome {
  const replyCode = readField(error, 'responseCode');
  if (typeof replyCode === 'number' && replyCode >= 400) {
    const reply = String(readField(error, 'response'));
    return outcomeOf(verdictOfReply(replyCode, reply, String(readField(error, 'command'))));
  }
  const refusal = left ? undefined : smtpLibraryCodes[String(readField(error, 'code'))];
  return refusal ? outcomeOf(refusal) : translateNetworkError(error, left, signal);
}
