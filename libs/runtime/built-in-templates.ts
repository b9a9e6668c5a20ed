import { de } from './templates/de.ts';
import { en } from './templates/en.ts';
import { es } from './templates/es.ts';
import { fr } from './templates/fr.ts';
import { it } from './templates/it.ts';
import { ja } from './templates/ja.ts';
import { layOutHtml } from './templates/html-layout.ts';
import { layOutSms, layOutText } from './templates/plain-layout.ts';
import { pt } from './templates/pt.ts';
import { uk } from './templates/uk.ts';
import { zhHant } from './templates/zh-hant.ts';
import { zh } from './templates/zh.ts';
import type { Words } from './templates/words.ts';

/** A new language is one file beside the others and one entry here, and the same for its notices. */
export const builtInLanguages: readonly Words[] = [en, de, fr, es, it, pt, uk, zh, zhHant, ja];

export const builtInLocales: readonly string[] = builtInLanguages.map(({ locale }) => locale);

export const builtInSms: Readonly<Record<string, string>> = Object.fromEntries(
  builtInLanguages.map((words) => [words.locale, layOutSms(words)]),
);

export const builtInEmail = {
  subject: Object.fromEntries(builtInLanguages.map((words) => [words.locale, words.mail.subject])),
  template: Object.fromEntries(
    builtInLanguages.map((words) => [words.locale, { text: layOutText(words), html: layOutHtml(words) }]),
  ),
};
