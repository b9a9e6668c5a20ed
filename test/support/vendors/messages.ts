import type { ChannelName } from '#schemas/channel.ts';
import type { OutgoingMessage } from '../../../services/delivery-worker/providers/provider.ts';

export const code = '739204';
export const addresses: Readonly<Record<ChannelName, string>> = {
  sms: '+4915123456789',
  email: 'person.name@example.org',
};

export type CodeMessage = Extract<OutgoingMessage, { readonly send: number }>;

/** A message with everything that could go wrong on the way: scripts, an emoji, markup, a dot at a line's start. */
export function messageTo(channel: ChannelName, changes: Partial<CodeMessage> = {}): CodeMessage {
  const mail = { subject: `Код підтвердження – 验证`, html: `<p>Ваш код: <b>${code}</b> 🔐</p>` };
  return {
    id: 'k3Jx0aZ7Qm5uVwXyB1cD2e-message',
    tenant: 'demo',
    challengeId: 'k3Jx0aZ7Qm5uVwXyB1cD2e.cA1b2C3d4E5f6G7h8I9j0K1',
    send: 1,
    to: addresses[channel],
    text: `Код: ${code} – 验证码 🔐 “ok” & <b>\n.\n@example.com #${code}`,
    expiresAt: Date.now() + 300_000,
    ...(channel === 'email' ? mail : {}),
    ...changes,
  };
}

/** The same as a notice, which belongs to no challenge. */
export function noticeTo(channel: ChannelName): OutgoingMessage {
  const { challengeId: _, send: __, ...message } = messageTo(channel);
  return { ...message, noticeId: 'k3Jx0aZ7Qm5uVwXyB1cD2e.nA1b2C3d4E5f6G7h8I9j0K1' };
}
