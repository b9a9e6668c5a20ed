import { describe, expect, it } from 'vitest';
import { countSegments } from '#runtime/render.ts';

describe('The segments of an SMS', () => {
  const everyBasic =
    '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿' +
    'abcdefghijklmnopqrstuvwxyzäöñüà';

  it.each([
    ['the whole basic table', everyBasic, 'gsm-7', 127, 1],
    ['the whole extension table, two units each', '\f^{}\\[~]|€', 'gsm-7', 20, 1],
    ['160 letters', 'a'.repeat(160), 'gsm-7', 160, 1],
    ['161 letters', 'a'.repeat(161), 'gsm-7', 161, 2],
    ['306 letters', 'a'.repeat(306), 'gsm-7', 306, 2],
    ['307 letters', 'a'.repeat(307), 'gsm-7', 307, 3],
    ['80 euro signs', '€'.repeat(80), 'gsm-7', 160, 1],
    ['81 euro signs', '€'.repeat(81), 'gsm-7', 162, 2],
    ['a euro sign that would be torn', `${'a'.repeat(152)}€${'a'.repeat(152)}`, 'gsm-7', 306, 3],
    ['a letter outside the table', 'código', 'ucs-2', 6, 1],
    ['a small c cedilla, which the table lacks', 'reçu', 'ucs-2', 4, 1],
    ['a backtick', '`', 'ucs-2', 1, 1],
    ['70 Cyrillic letters', 'ж'.repeat(70), 'ucs-2', 70, 1],
    ['71 Cyrillic letters', 'ж'.repeat(71), 'ucs-2', 71, 2],
    ['134 Cyrillic letters', 'ж'.repeat(134), 'ucs-2', 134, 2],
    ['135 Cyrillic letters', 'ж'.repeat(135), 'ucs-2', 135, 3],
    ['35 emoji of two units', '😀'.repeat(35), 'ucs-2', 70, 1],
    ['36 emoji', '😀'.repeat(36), 'ucs-2', 72, 2],
    ['an emoji that would be torn', `${'ж'.repeat(66)}😀${'ж'.repeat(66)}`, 'ucs-2', 134, 3],
  ])('are counted for %s', (_what, text, encoding, units, segments) => {
    expect(countSegments(text)).toEqual({ encoding, units, segments });
  });
});
