import type { Socket } from 'node:net';
import { simpleParser } from 'mailparser';
import type { ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';
import { listen } from './listen.ts';
import type { ReceivedMail, Vendor, VendorFault } from './vendor.ts';

export const smtpAccount = { user: 'twofold@example.com', pass: 'mail-password-9d3e7c15' };

/** At which command the server says what. */
export type ScriptedReply = { readonly at: 'MAIL' | 'RCPT' | 'DATA'; readonly code: number; readonly text: string };

export type SmtpVendor = Vendor & {
  /** Every message meets this reply from now on; undefined heals it. */
  script(reply: ScriptedReply | undefined): void;
  /** How many connections have logged in. */
  logins(): number;
};

const faultReplies: Partial<Record<VendorFault, ScriptedReply>> = {
  refuses: { at: 'RCPT', code: 550, text: '5.1.1 <person.name@example.org> is unknown here, 739204' },
  throttles: { at: 'RCPT', code: 450, text: '4.2.1 too many messages' },
  fails: { at: 'DATA', code: 451, text: '4.3.0 <html>local error in processing</html>' },
};

/** A mail server with an account, on a real SMTP implementation; what it takes is read back by a real MIME parser. */
export async function startSmtp(options: SMTPServerOptions = {}): Promise<SmtpVendor> {
  const received: ReceivedMail[] = [];
  const sockets = new Map<number | undefined, Socket>();
  const stalled = new Set<number>();
  let handOvers = 0;
  let logins = 0;
  let fault: VendorFault | undefined;
  let scripted: ScriptedReply | undefined;

  function replyAt(command: ScriptedReply['at']): Error | undefined {
    const reply = scripted ?? (fault && faultReplies[fault]);
    return reply?.at === command ? Object.assign(new Error(reply.text), { responseCode: reply.code }) : undefined;
  }

  async function take(...[stream, session, done]: Parameters<SMTPServer['onData']>): Promise<void> {
    const parsed = await simpleParser(stream);
    const refused = replyAt('DATA');
    if (refused) return done(refused);
    received.push(
      toReceived(
        parsed,
        session.envelope.rcptTo.map(({ address }) => address),
      ),
    );
    if (fault === 'stalls') return void stalled.add(session.remotePort);
    if (fault === 'resets') return sockets.forEach((socket) => socket.resetAndDestroy());
    return done(null, fault === 'garbles' ? '\u0000{"half": queued?' : '2.0.0 queued');
  }

  const server = new SMTPServer({
    disabledCommands: options.secure || options.key ? [] : ['STARTTLS'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    logger: false,
    ...options,
    onAuth({ username, password }, _session, done) {
      const known = username === smtpAccount.user && password === smtpAccount.pass;
      logins += known ? 1 : 0;
      done(known ? null : new Error('Invalid username or password'), known ? { user: username } : undefined);
    },
    onMailFrom(_address, _session, done) {
      handOvers += 1;
      done(replyAt('MAIL'));
    },
    onRcptTo(_address, _session, done) {
      done(replyAt('RCPT'));
    },
    onData: (stream, session, done) => void take(stream, session, done),
  });
  server.on('error', () => undefined);
  server.server.on('connection', (socket: Socket) => {
    const port = socket.remotePort;
    sockets.set(port, socket);
    socket.once('close', () => sockets.delete(port));
  });
  const port = await listen(server.server);
  return {
    port,
    received,
    handOvers: () => handOvers,
    waiting: () => [...stalled].filter((remotePort) => sockets.has(remotePort)).length,
    logins: () => logins,
    misbehave: (next) => (fault = next),
    script: (reply) => (scripted = reply),
    async close() {
      // Not by destroying the sockets: one below a TLS handshake that its peer gave up would take the process along.
      await new Promise<void>((resolve) => server.close(resolve));
    },
  };
}

function toReceived(parsed: ParsedMail, recipients: string[]): ReceivedMail {
  const { text = '', html, subject } = parsed;
  const lines = parsed.headerLines.map(({ key, line }) => [key, line.slice(key.length + 1).trim()]);
  const fields = { from: parsed.from?.text, otp: Reflect.get(parsed, 'otp') };
  return {
    to: recipients.join(),
    text: text.trimEnd(),
    html: html || undefined,
    subject,
    headers: Object.fromEntries(lines),
    fields,
  };
}
