const valueLengthMax = 100;
const readLengthMax = 1000;

/**
 * Everything that is laid out by no eye: format and bidi controls, private use, lone surrogates; the two joiners
 * stay for scripts and emoji.
 */
const invisible = /[[\p{Cf}\p{Co}\p{Cs}]--[\u200c\u200d]]/gv;
const breaksAndSpaces = /[\p{Cc}\p{Zl}\p{Zp}\s]+/gu;

/**
 * A dot that a host name could go on behind: at least two characters, the first a letter, as every top-level domain
 * has.
 */
const hostDot = /[.\u2024\u3002\ufe52\uff0e\uff61](?=[\u200c\u200d]*\p{L}[\u200c\u200d]*[\p{L}\p{M}\p{N}-])/gu;
const wwwDot = /\bwww\.(?=\S)/giu;
const slashes = /[/\\]{2,}/g;
const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ipAddress = new RegExp(`(?<![\\d.])${octet}(?:\\.${octet}){3}(?![\\d.,]*\\d)`, 'g');

/**
 * One line of visible text: line breaks and controls become a space, invisible and direction-changing characters
 * go, the rest is NFC and at most `valueLengthMax` characters, ending in three dots when it was cut.
 */
export function cleanValue(value: string): string {
  return cut(strip(value));
}

/**
 * The same for a value that may come from a stranger: nothing in it can become a link. Programs that make links out
 * of text need a scheme with slashes, `www.`, or a host name without a gap, so each of them gets a gap: `evil.com`
 * reads `evil. com`. Amounts (`1.250,00 EUR`), dates and abbreviations (`Dr. No`, `J.R.R. Tolkien`) stay as they
 * are.
 */
export function cleanForeignValue(value: string): string {
  const broken = strip(value)
    .replace(slashes, ' ')
    .replace(wwwDot, '$& ')
    .replace(hostDot, '$& ')
    .replace(ipAddress, (address) => address.replaceAll('.', '. '));
  return cut(broken.replace(/ {2,}/g, ' ').trim());
}

function strip(value: string): string {
  const short = value.slice(0, readLengthMax).toWellFormed();
  return short.replace(breaksAndSpaces, ' ').replace(invisible, '').replace(/ {2,}/g, ' ').trim().normalize('NFC');
}

function cut(value: string): string {
  const characters = Array.from(value);
  return characters.length <= valueLengthMax ? value : `${characters.slice(0, valueLengthMax - 3).join('')}...`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
  '=': '&#61;',
};

/** Escapes a value for HTML text and quoted attributes. */
export function escapeHtml(value: string): string {
  return value.replace(/[&<>"'`=]/g, (character) => entities[character] ?? '');
}
