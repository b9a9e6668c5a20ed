/**
 * A channel is one row: what kind of address it reaches, what parts its messages have, and the topic that carries them.
 * Whoever adds a channel adds a row here, a normaliser in core/address.ts and a provider.
 */
export const channels = {
  sms: { addressKind: 'phone', parts: ['text'], topic: 'twofold.messages.sms' },
  email: { addressKind: 'email', parts: ['subject', 'text', 'html'], topic: 'twofold.messages.email' },
} as const;

export type ChannelName = keyof typeof channels;

export const channelNames = Object.keys(channels) as ChannelName[];

/** A rendered text: literal pieces, and `null` where the code will stand. No value can forge a slot. */
export type Parts = readonly (string | null)[];

/** A rendered message before its code is filled in, one list of parts per field of the channel. */
export type RenderedMessage = { readonly subject?: Parts; readonly text: Parts; readonly html?: Parts };
