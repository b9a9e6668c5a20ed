const localeLengthMax = 64;
const chainsMax = 1000;

const chains = new Map<string, readonly string[]>();

/**
 * The keys under which a text for a locale may be kept, best first, in lower case: `de-AT` → `de-at, de`; `zh-TW` →
 * `zh-tw, zh-hant, zh`, because a language without its usual script would be the wrong one. Empty for anything that
 * is no BCP 47 tag.
 */
export function localeChain(locale: string | undefined): readonly string[] {
  if (locale === undefined || locale.length > localeLengthMax) return [];
  const known = chains.get(locale);
  if (known) return known;
  const chain = buildChain(locale);
  if (chains.size >= chainsMax) chains.clear();
  chains.set(locale, chain);
  return chain;
}

/** Finds a locale's own entry, whatever the case and form in which its key was written. */
export function findByLocale<T>(entries: Readonly<Record<string, T>>, tag: string): T | undefined {
  const key = Object.keys(entries).find((candidate) => localeChain(candidate)[0] === tag);
  return key === undefined ? undefined : entries[key];
}

function buildChain(locale: string): string[] {
  const parsed = parseLocale(locale);
  if (!parsed) return [];
  const chain: string[] = [];
  for (let tag = parsed.baseName; tag !== ''; tag = tag.slice(0, Math.max(0, tag.lastIndexOf('-')))) chain.push(tag);
  const script = `${parsed.language}-${parsed.maximize().script ?? ''}`;
  if (!chain.includes(script)) chain.splice(Math.max(1, chain.length - 1), 0, script);
  return chain.map((tag) => tag.toLowerCase());
}

function parseLocale(locale: string): Intl.Locale | undefined {
  try {
    const [canonical] = Intl.getCanonicalLocales(locale.replaceAll('_', '-'));
    return canonical === undefined ? undefined : new Intl.Locale(canonical);
  } catch {
    return undefined;
  }
}
