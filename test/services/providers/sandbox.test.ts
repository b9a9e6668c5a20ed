import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxInbox } from '../../../services/delivery-worker/providers/sandbox-inbox.ts';
import type { SandboxMessage } from '../../../services/delivery-worker/providers/sandbox-inbox.ts';
import { createSandboxProvider } from '../../../services/delivery-worker/providers/sandbox.ts';
import { describeProvider } from '../../contract/provider.contract.ts';
import { messageTo, noticeTo } from '../../support/vendors/messages.ts';
import type { Vendor } from '../../support/vendors/vendor.ts';

const never = new AbortController().signal;

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
  file = join(folder, 'inbox.ndjson');
});
afterEach(() => rmSync(folder, { recursive: true }));

for (const channel of ['sms', 'email'] as const) {
  let inbox: ReturnType<typeof createSandboxInbox>;
  describeProvider('sandbox', {
    channel,
    credentials: [],
    // A file on this machine: it can be full, but it never misunderstands.
    troubles: [],
    startVendor: async (): Promise<Vendor> => {
      inbox = createSandboxInbox({ file });
      const received = () => inbox.list().toReversed();
      return {
        port: 0,
        get received() {
          return received().map((message) => Object.assign(message, { headers: {}, fields: {} }));
        },
        handOvers: () => received().length,
        waiting: () => 0,
        misbehave: () => undefined,
        close: async () => inbox.close(),
      };
    },
    open: () => createSandboxProvider(channel, inbox),
  });
}

const message = (text: string, to = '+4915123456789'): SandboxMessage => ({
  channel: 'sms',
  to,
  text,
  at: '2026-01-02T03:04:05.678Z',
  challengeId: 'challenge',
});

const linesIn = (path: string): string[] => readFileSync(path, 'utf8').split('\n').filter(Boolean);

/** Opens the file anew, as a restart does. */
function reopen(messagesMax?: number): string[] {
  const inbox = createSandboxInbox({ file, messagesMax });
  const texts = inbox.list().map(({ text }) => text);
  inbox.close();
  return texts;
}

describe('the sandbox inbox', () => {
  it('shows what a person would have got, newest first, of one address or all', async () => {
    const inbox = createSandboxInbox({ file });
    const [sms, email] = [createSandboxProvider('sms', inbox), createSandboxProvider('email', inbox)];
    await sms.send(messageTo('sms'), never);
    await email.send(messageTo('email'), never);
    await email.send(messageTo('email'), never);
    const { to, subject, text, html, challengeId } = messageTo('email');
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(inbox.list()).toMatchObject([{ channel: 'email' }, { channel: 'email' }, { channel: 'sms' }]);
    expect(inbox.list({ to })[0]).toEqual({ channel: 'email', to, subject, text, html, at, challengeId });
    expect(inbox.list({ to })).toHaveLength(2);
    expect(inbox.list({ to: '+4915123456789' })).toHaveLength(1);
    expect(inbox.list({ to: 'nobody@example.org' })).toEqual([]);
    inbox.close();
  });

  it('keeps notices beside messages with codes, and tells them apart', async () => {
    const inbox = createSandboxInbox({ file });
    await createSandboxProvider('sms', inbox).send(noticeTo('sms'), never);
    inbox.close();
    const again = createSandboxInbox({ file });
    const { to, text, noticeId } = noticeTo('sms');
    expect(again.list()).toEqual([{ channel: 'sms', to, text, at: expect.any(String), noticeId }]);
    again.close();
  });

  it('is there again after a restart, for its owner only', () => {
    const inbox = createSandboxInbox({ file });
    inbox.add(message('one'));
    inbox.add(message('two\nlines'));
    inbox.close();
    expect(reopen()).toEqual(['two\nlines', 'one']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    chmodSync(file, 0o644);
    reopen();
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('keeps the newest, in memory and in the file', () => {
    const inbox = createSandboxInbox({ file, messagesMax: 3 });
    for (let number = 1; number <= 20; number += 1) {
      inbox.add(message(`message ${number}`));
      expect(linesIn(file).length).toBeLessThan(6);
    }
    expect(inbox.list().map(({ text }) => text)).toEqual(['message 20', 'message 19', 'message 18']);
    inbox.close();
    expect(reopen(2)).toEqual(['message 20', 'message 19']);
    expect(linesIn(file)).toHaveLength(2);
  });

  it('passes over a last line that a crash tore, and over anything that is no message', () => {
    writeFileSync(file, `null\n{}\n"text"\n\n${JSON.stringify(message('whole'))}\n{"channel":"sms","to":"+49`);
    expect(reopen()).toEqual(['whole']);
    const inbox = createSandboxInbox({ file });
    inbox.add(message('after'));
    inbox.close();
    expect(reopen()).toEqual(['after', 'whole']);
  });

  it('does not let a line that the disk cut short take the next one along', () => {
    const inbox = createSandboxInbox({ file });
    appendFileSync(file, '{"channel":"sms","to":"+49');
    inbox.add(message('next'));
    inbox.close();
    expect(reopen()).toEqual(['next']);
  });

  it('is temporarily out of order when its file cannot be written', async () => {
    const inbox = createSandboxInbox({ file });
    inbox.close();
    const provider = createSandboxProvider('sms', inbox);
    expect(await provider.send(messageTo('sms'), never)).toEqual({ kind: 'temporary', reason: 'vendor-failure' });
    expect(inbox.list()).toEqual([]);
  });

  it('has every accepted message after a SIGKILL', async () => {
    const sending = spawn(process.execPath, [join(import.meta.dirname, 'sandbox-sender.ts'), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const accepted: string[] = [];
    for await (const line of createInterface({ input: sending.stdout })) {
      accepted.push(line);
      if (accepted.length === 50) sending.kill('SIGKILL');
    }
    if (sending.exitCode === null && sending.signalCode === null) await once(sending, 'exit');
    expect(sending.signalCode).toBe('SIGKILL');
    expect(reopen()).toEqual(expect.arrayContaining(accepted));
  });
});
