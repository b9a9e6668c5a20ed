import { findByLocale, localeChain } from '#runtime/locale-chain.ts';

/** The languages of our pages, those of the built-in messages; English first, the last resort. */
export const languages = ['en', 'de', 'es', 'fr', 'it', 'pt', 'uk', 'ja', 'zh', 'zh-Hant'] as const;
export type Language = (typeof languages)[number];

/** One text in every language. */
export type InLanguages<Words> = Readonly<Record<Language, Words>>;

const byTag = Object.fromEntries(languages.map((language) => [language, language])) as Record<string, Language>;
const headerCharsMax = 512;
const tagsMax = 20;

/** Tags of an Accept-Language header, most wanted first (RFC 9110, 12.5.4). */
function wanted(header: string): string[] {
  return header
    .slice(0, headerCharsMax)
    .split(',', tagsMax)
    .map((part) => /^\s*([A-Za-z0-9-]{1,35})\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*$/.exec(part))
    .flatMap((match) => (match ? [{ tag: match[1] as string, weight: Number(match[2] ?? 1) }] : []))
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag);
}

/** The language of a page: the account's own, else the browser's first that we have, else English. */
export function chooseLanguage(preferred: string | undefined, acceptLanguage: string | undefined): Language {
  for (const tag of [...(preferred ? [preferred] : []), ...wanted(acceptLanguage ?? '')]) {
    for (const candidate of localeChain(tag)) {
      const found = findByLocale(byTag, candidate);
      if (found) return found;
    }
  }
  return 'en';
}

/** Puts values where a text names them in braces. */
export const fill = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));

/** Forms of a text by number (CLDR); `other` serves where a language has no form of its own. */
export type Plural = { readonly other: string } & Partial<Readonly<Record<Intl.LDMLPluralRule, string>>>;

/** The form of a text for a number, with `{n}` filled in. */
export function count(language: Language, forms: Plural, n: number): string {
  const form = forms[new Intl.PluralRules(language).select(n)] ?? forms.other;
  return fill(form, { n: new Intl.NumberFormat(language).format(n) });
}
