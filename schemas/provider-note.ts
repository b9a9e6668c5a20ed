import { Type, type Static } from 'typebox';
import { Channel, Millis } from './event.ts';

/** What is known of one provider, noted under one key for all of them. */
export const ProviderNote = Type.Object({
  name: Type.String(),
  channel: Channel,
  working: Type.Boolean(),
  checkedAt: Millis,
  reason: Type.Optional(Type.String()),
});
export type ProviderNote = Static<typeof ProviderNote>;

/** The key of the notes; the field is the channel and the name. */
export const providersKey = 'providers';
export const providerField = ({ channel, name }: Pick<ProviderNote, 'channel' | 'name'>): string =>
  `${channel}/${name}`;

/** Delivery workers ask this often. */
export const probeEveryMs = 60_000;
/** Of what nobody has asked for this long nobody knows whether it works. */
export const probeMsMax = 5 * probeEveryMs;
/** For so long it is still shown. */
export const providerNoteMsKept = 24 * 3_600_000;
