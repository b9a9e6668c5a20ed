import { builtInLanguages } from './built-in-templates.ts';
import { layOutNoticeHtml, layOutNoticeSms, layOutNoticeSubject, layOutNoticeText } from './templates/notice-layout.ts';
import type { NoticeText, NoticeWords } from './templates/notice-words.ts';
import { de } from './templates/notices/de.ts';
import { en } from './templates/notices/en.ts';
import { es } from './templates/notices/es.ts';
import { fr } from './templates/notices/fr.ts';
import { it } from './templates/notices/it.ts';
import { ja } from './templates/notices/ja.ts';
import { pt } from './templates/notices/pt.ts';
import { uk } from './templates/notices/uk.ts';
import { zhHant } from './templates/notices/zh-hant.ts';
import { zh } from './templates/notices/zh.ts';

/** By the locale of the language's other words. */
const words: Readonly<Record<string, NoticeWords>> = { de, en, es, fr, it, ja, pt, uk, zh, 'zh-Hant': zhHant };

export type NoticeTemplates = {
  readonly words: NoticeWords;
  readonly sms: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

function layOutNotices(locale: string, sender: string): Readonly<Record<NoticeText, NoticeTemplates>> {
  const own = words[locale];
  if (!own) throw new Error(`there are no notices in ${locale}`);
  const texts = Object.keys(own.told) as NoticeText[];
  const entries = texts.map((text) => [
    text,
    {
      words: own,
      sms: layOutNoticeSms(own, text),
      subject: layOutNoticeSubject(own, text),
      text: layOutNoticeText(own, text, sender),
      html: layOutNoticeHtml(own, text, locale, sender),
    },
  ]);
  return Object.fromEntries(entries) as Record<NoticeText, NoticeTemplates>;
}

/** The templates of each notice by locale: as many languages as there are for codes. */
export const builtInNotices: Readonly<Record<string, Readonly<Record<NoticeText, NoticeTemplates>>>> =
  Object.fromEntries(builtInLanguages.map(({ locale, mail }) => [locale, layOutNotices(locale, mail.sender)]));
