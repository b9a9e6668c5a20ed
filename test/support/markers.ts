/** A secret that must be found nowhere: a text, or the bytes of a key. */
export type Marker = { readonly name: string; readonly value: string | Buffer };

const latin1 = (bytes: Buffer): string => bytes.toString('latin1');

/** Base64 at each of its three alignments, less the characters that its neighbours share, in both alphabets. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const own = text.slice(offset === 0 ? 0 : offset + 1, (bytes.length + offset) % 3 === 0 ? undefined : -1);
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** Every form that a store, a log or a library might write a secret in; `anyCase` is in lower case and looked for in any. */
function formsOf({ value }: Marker): { exact: string[]; anyCase: string[] } {
  const bytes = Buffer.from(value);
  const lower = Buffer.from(String(value).toLowerCase());
  const written =
    typeof value === 'string' ? [latin1(lower), latin1(Buffer.from(encodeURIComponent(value).toLowerCase()))] : [];
  return {
    exact: [latin1(bytes), ...base64Forms(bytes), ...(typeof value === 'string' ? base64Forms(lower) : [])],
    // As JSON writes a buffer: numbers in a list.
    anyCase: [...written, bytes.toString('hex'), [...bytes].join(',')],
  };
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

const withoutJsonEscapes = (text: string): string =>
  text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, hex: string | undefined, sign: string) =>
    hex === undefined ? (escapes[sign] ?? sign) : latin1(Buffer.from(String.fromCharCode(Number.parseInt(hex, 16)))),
  );

const withoutPercents = (text: string): string =>
  text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** The text itself, and what it reads once its escapes are taken away: JSON may stand in JSON. */
function viewsOf(haystack: string | Buffer): string[] {
  const raw = latin1(Buffer.from(haystack));
  const once = withoutJsonEscapes(raw);
  return [...new Set([raw, once, withoutJsonEscapes(once), withoutPercents(raw)])];
}

/** Makes what finds markers: it answers the names of all that lie in a haystack, in whatever form. */
export function createMarkerFinder(markers: readonly Marker[]): (haystack: string | Buffer) => string[] {
  const known = markers.map((marker) => ({ name: marker.name, ...formsOf(marker) }));
  return (haystack) => {
    const views = viewsOf(haystack).map((text) => ({ text, lower: text.toLowerCase() }));
    return known
      .filter(({ exact, anyCase }) =>
        views.some(
          ({ text, lower }) =>
            exact.some((form) => text.includes(form)) || anyCase.some((form) => lower.includes(form)),
        ),
      )
      .map(({ name }) => name);
  };
}
