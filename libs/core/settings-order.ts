import { sameValue } from './canonical.ts';
import { isUnder } from './return-url.ts';

/** Which way a setting is stricter: what a tenant may still do with a field that the platform has locked. */
export type Order = {
  /** Whether `own` is the platform's value or a stricter one. Both have passed the field's own check. */
  readonly keeps: (own: unknown, platform: unknown) => boolean;
  /** The stricter values in words; empty for a field without an order, which can only stay as it is. */
  readonly stricter: string;
};

const numbers = (keeps: (own: number, platform: number) => boolean, stricter: string): Order => ({
  keeps: (own, platform) => keeps(own as number, platform as number),
  stricter,
});
const lists = (keeps: (own: readonly string[], platform: readonly string[]) => boolean, stricter: string): Order => ({
  keeps: (own, platform) => keeps(own as readonly string[], platform as readonly string[]),
  stricter,
});

export const lower: Order = numbers((own, platform) => own <= platform, 'lower');
export const higher: Order = numbers((own, platform) => own >= platform, 'higher');
export const off: Order = { keeps: (own, platform) => own === false || platform === true, stricter: 'false' };
export const on: Order = { keeps: (own, platform) => own === true || platform === false, stricter: 'true' };

/** Words from the laxest to the strictest. */
export const ranked = (...words: readonly string[]): Order => ({
  keeps: (own, platform) => words.indexOf(own as string) >= words.indexOf(platform as string),
  stricter: `later in ${words.join(', ')}`,
});

/** What is listed is demanded of, so more is stricter. */
export const more: Order = lists((own, platform) => platform.every((name) => own.includes(name)), 'the same and more');

/** What is listed is allowed, and an empty list allows everything. */
export const fewerUnlessEmpty: Order = lists(
  (own, platform) => platform.length === 0 || (own.length > 0 && own.every((name) => platform.includes(name))),
  'some of them',
);

/** URLs that may be led back to: each must lie under one of the platform's. */
export const fewerUrls: Order = lists(
  (own, platform) => own.every((url) => platform.some((listed) => isUnder(url, listed))),
  'some of them, or what lies under one',
);

/** No value is stricter than another. */
export const noOrder: Order = { keeps: sameValue, stricter: '' };
