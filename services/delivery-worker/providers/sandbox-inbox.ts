import {
  appendFileSync,
  closeSync,
  existsSync,
  fchmodSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import type { ChannelName } from '#schemas/channel.ts';
import { readField } from './read-field.ts';

/** A message as the person would see it. */
export type SandboxMessage = {
  readonly channel: ChannelName;
  readonly to: string;
  readonly subject?: string;
  readonly text: string;
  readonly html?: string;
  /** ISO 8601. */
  readonly at: string;
  /** What brought it: a challenge, or else a notice. */
  readonly challengeId?: string;
  readonly noticeId?: string;
};

/** The development inbox. Holds codes in clear, which is its purpose: it must not exist in production. */
export type SandboxInbox = {
  /** Keeps one message; it survives a kill of this process from the moment this returns. Throws if the disk refuses. */
  add(message: SandboxMessage): void;
  /** Newest first, of one address if asked. */
  list(filter?: { readonly to?: string }): SandboxMessage[];
  close(): void;
};

const ownerOnly = 0o600;

/**
 * Opens an inbox in a file of its own: one JSON line per message, appended. Bounded to the newest `messagesMax`: the
 * file is rewritten at the start, and whenever it has grown to twice that. A last line that a crash tore is dropped.
 */
export function createSandboxInbox({
  file,
  messagesMax = 1_000,
}: {
  file: string;
  messagesMax?: number;
}): SandboxInbox {
  const messages = readMessages(file).slice(-messagesMax);
  let lines = 0;
  let descriptor = compact();

  /** Writes what is kept beside the file and puts it in its place: a crash leaves the old file or the new one. */
  function compact(): number {
    writeFileSync(`${file}.new`, messages.map(toLine).join(''), { mode: ownerOnly });
    renameSync(`${file}.new`, file);
    lines = messages.length;
    const opened = openSync(file, 'a', ownerOnly);
    fchmodSync(opened, ownerOnly);
    return opened;
  }

  return {
    add(message) {
      // Synchronous on purpose: once the kernel has the line, killing this process loses nothing. It begins a line of
      // its own, whatever a full disk has left of the one before.
      appendFileSync(descriptor, `\n${toLine(message)}`);
      messages.push(message);
      if (messages.length > messagesMax) messages.shift();
      lines += 1;
      if (lines < 2 * messagesMax) return;
      closeSync(descriptor);
      descriptor = compact();
    },
    list({ to } = {}) {
      return messages.filter((message) => to === undefined || message.to === to).toReversed();
    },
    close() {
      closeSync(descriptor);
    },
  };
}

const toLine = (message: SandboxMessage): string => `${JSON.stringify(message)}\n`;

function readMessages(file: string): SandboxMessage[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').flatMap(parseLine);
}

function parseLine(line: string): SandboxMessage[] {
  try {
    const message: unknown = JSON.parse(line);
    return isMessage(message) ? [message] : [];
  } catch {
    return [];
  }
}

function isMessage(thing: unknown): thing is SandboxMessage {
  const has = (field: string): boolean => typeof readField(thing, field) === 'string';
  return ['channel', 'to', 'text', 'at'].every(has) && (has('challengeId') || has('noticeId'));
}
