import { channels } from '#schemas/channel.ts';
import type { ChannelName } from '#schemas/channel.ts';
import { guardProvider } from './guard-provider.ts';
import type { Provider } from './provider.ts';
import type { SandboxInbox } from './sandbox-inbox.ts';
import { toSingleLine } from './sender.ts';

/**
 * The provider of development: messages go to the inbox instead of a vendor. Every call is kept, a repeated send
 * too: the inbox shows what a person would have got, and a duplicate has to be seen.
 */
export function createSandboxProvider(channel: ChannelName, inbox: SandboxInbox): Provider {
  return guardProvider({
    name: 'sandbox',
    channel,
    async send({ to, subject, text, html, challengeId, noticeId }) {
      const parts: readonly string[] = channels[channel].parts;
      const at = new Date().toISOString();
      try {
        inbox.add({
          channel,
          to,
          ...(parts.includes('subject') && subject !== undefined ? { subject: toSingleLine(subject) } : {}),
          text,
          ...(parts.includes('html') && html !== undefined ? { html } : {}),
          at,
          ...(noticeId === undefined ? { challengeId } : { noticeId }),
        });
        return { kind: 'accepted' };
      } catch {
        return { kind: 'temporary', reason: 'vendor-failure' };
      }
    },
    probe: async () => ({ working: true }),
    // The inbox belongs to whoever opened it: two channels share one.
    close: async () => undefined,
  });
}
