const localeLengthMax = 64;

/**
 * The keys under which a text for a locale may be kept, best first, in lower case: `de-AT` → `de-at, de`; `zh-TW` → `zh-tw,
 * zh-hant, zh`, because a language without its usual script would be the wrong one. Empty for anything that is no BCP 47 tag.
 */
export function localeChain(locale: string | undefined): string[] {
  const parsed = parseLocale(locale);
  if (!parsed) return [];
  const chain: string[] = [];
  for (let tag = parsed.baseName; tag !== ''; tag = tag.slice(0, Math.max(0, tag.lastIndexOf('-')))) chain.push(tag);
  const script = `${parsed.language}-${parsed.maximize().script ?? ''}`;
  if (!chain.includes(script)) chain.splice(-1, 0, script);
  return chain.map((tag) => tag.toLowerCase());
}

/** Finds a locale's own entry, whatever the case and form in which its key was written. */
export function findByLocale<T>(entries: Readonly<Record<string, T>>, tag: string): T | undefined {
  const key = Object.keys(entries).find((candidate) => parseLocale(candidate)?.baseName.toLowerCase() === tag);
  return key === undefined ? undefined : entries[key];
}

function parseLocale(locale: string | undefined): Intl.Locale | undefined {
  if (locale === undefined || locale.length > localeLengthMax) return undefined;
  try {
    const [canonical] = Intl.getCanonicalLocales(locale.replaceAll('_', '-'));
    return canonical === undefined ? undefined : new Intl.Locale(canonical);
  } catch {
    return undefined;
  }
}
