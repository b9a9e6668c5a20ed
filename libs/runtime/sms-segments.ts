export type SmsSegments = {
  readonly encoding: 'gsm-7' | 'ucs-2';
  readonly segments: number;
  /** Septets for gsm-7, 16-bit units for ucs-2. */
  readonly units: number;
};

const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
    '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const extension = new Set('\f^{}\\[~]|€');

const sizes = { 'gsm-7': { alone: 160, joined: 153 }, 'ucs-2': { alone: 70, joined: 67 } } as const;

/**
 * Counts the segments of an SMS by 3GPP TS 23.038 (default alphabet, no national shift tables) and 23.040 (a joined
 * segment gives 6 bytes to its header). An extension pair or a surrogate pair is never torn between two segments.
 */
export function countSegments(text: string): SmsSegments {
  const characters = Array.from(text);
  const isGsm = characters.every((character) => basic.has(character) || extension.has(character));
  const encoding = isGsm ? 'gsm-7' : 'ucs-2';
  const widths = characters.map((character) => (isGsm ? (extension.has(character) ? 2 : 1) : character.length));
  const units = widths.reduce((sum, width) => sum + width, 0);
  const { alone, joined } = sizes[encoding];
  return { encoding, units, segments: units <= alone ? 1 : countJoined(widths, joined) };
}

function countJoined(widths: readonly number[], segmentSize: number): number {
  let segments = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > segmentSize) {
      segments += 1;
      used = 0;
    }
    used += width;
  }
  return segments;
}
