/**
 * The forms in which a secret could lie in a text: raw, percent-encoded, as JSON escapes it, hex, and base64 at each
 * of its three alignments (less the characters that its neighbours share).
 */
export function tracesOf(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    return text.slice(offset === 0 ? 0 : offset + 1, (bytes.length + offset) % 3 === 0 ? undefined : -1);
  });
  const hex = bytes.toString('hex');
  const url = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...url,
  ];
}

/** Which of the secrets can be found in a text, in any form. */
export function secretsIn(text: string, secrets: readonly string[]): string[] {
  return secrets.filter((secret) => tracesOf(secret).some((trace) => text.includes(trace)));
}
