import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Server } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Provider } from '../../../services/delivery-worker/providers/provider.ts';
import { createSendGridProvider } from '../../../services/delivery-worker/providers/sendgrid.ts';
import { createTwilioProvider } from '../../../services/delivery-worker/providers/twilio.ts';
import { createWebhookProvider } from '../../../services/delivery-worker/providers/webhook.ts';
import { messageTo } from '../../support/vendors/messages.ts';
import { listen } from '../../support/vendors/listen.ts';
import { makeSelfSigned } from '../../support/vendors/self-signed.ts';
import { twilioAccount } from '../../support/vendors/twilio.ts';
import { webhookSecret } from '../../support/vendors/webhook.ts';

const never = new AbortController().signal;
const timeoutMs = 400;

// Loaded before, so that the time-out measures the server.
beforeAll(async () => void (await Promise.all([import('twilio'), import('@sendgrid/mail')])));

const openers: Readonly<Record<string, (url: string) => Provider>> = {
  twilio: (twilioBaseUrl) =>
    createTwilioProvider(
      { twilioAccountSid: twilioAccount.sid, twilioAuthToken: 'token', twilioFrom: '+15005550006', twilioBaseUrl },
      { timeoutMs },
    ),
  sendgrid: (sendgridBaseUrl) =>
    createSendGridProvider({ sendgridApiKey: 'key', emailFrom: 'codes@example.com', sendgridBaseUrl }, { timeoutMs }),
  webhook: (smsWebhookUrl) => createWebhookProvider({ smsWebhookUrl, smsWebhookSecret: webhookSecret }, { timeoutMs }),
};

/** Sends to a server of which no message can ever be taken, and looks at what the provider makes of it. */
async function sendTo(server: Server, open: (url: string) => Provider) {
  let bytes = 0;
  server.on('secureConnection', (socket) => socket.on('data', (chunk: Buffer) => (bytes += chunk.length)));
  const provider = open(`https://127.0.0.1:${await listen(server)}`);
  const outcome = await provider.send(messageTo(provider.channel), never);
  const probed = await provider.probe(never);
  await provider.close();
  server.close();
  return { outcome, probed, bytes };
}

describe.for(Object.entries(openers))('%s over https', ([, open]) => {
  it('sends nothing to a server whose certificate nobody signed', async () => {
    const server = createTlsServer(makeSelfSigned()).on('tlsClientError', () => undefined);
    expect(await sendTo(server, open)).toEqual({
      outcome: { kind: 'temporary', reason: 'tls-failed' },
      probed: { working: false, reason: 'tls-failed' },
      bytes: 0,
    });
  });

  it('knows that nothing left when a server never finishes the handshake', async () => {
    expect(await sendTo(createServer(), open)).toEqual({
      outcome: { kind: 'temporary', reason: 'timed-out' },
      probed: { working: false, reason: 'timed-out' },
      bytes: 0,
    });
  });

  it('knows that nothing left when a server hangs up within the handshake', async () => {
    const server = createServer((socket) => socket.once('data', () => socket.end()));
    expect(await sendTo(server, open)).toEqual({
      outcome: { kind: 'temporary', reason: 'tls-failed' },
      probed: { working: false, reason: 'tls-failed' },
      bytes: 0,
    });
  });
});
