import type { ChannelName } from '#schemas/channel.ts';
import type {
  OutgoingMessage,
  ProbeOutcome,
  Provider,
  SendOutcome,
} from '../../services/delivery-worker/providers/provider.ts';

export type ScriptedProvider = Provider & {
  /** Everything it was asked to send, in order. */
  readonly sent: OutgoingMessage[];
  /** What it answers from now on. */
  answer: (message: OutgoingMessage, call: number) => SendOutcome | Promise<SendOutcome>;
  /** What it says of itself from now on. */
  probed: ProbeOutcome;
};

/** A provider that does as the test says. */
export function createScriptedProvider(
  name: string,
  channel: ChannelName,
  answer: ScriptedProvider['answer'],
): ScriptedProvider {
  const provider: ScriptedProvider = {
    name,
    channel,
    sent: [],
    answer,
    probed: { working: true },
    async send(message) {
      provider.sent.push(message);
      return provider.answer(message, provider.sent.length);
    },
    probe: async () => provider.probed,
    async close() {},
  };
  return provider;
}
