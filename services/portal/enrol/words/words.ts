import type { InLanguages, Plural } from '../../words.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { it } from './it.ts';
import { ja } from './ja.ts';
import { pt } from './pt.ts';
import { uk } from './uk.ts';
import { zh } from './zh.ts';
import { zhHant } from './zh-hant.ts';

/** The words of the steps by which a person sets a method up. Braces name what is filled in. */
export type EnrolWords = {
  readonly intro: {
    readonly title: string;
    readonly lead: string;
    readonly choices: { readonly totp: string; readonly sms: string; readonly email: string };
    readonly none: string;
  };
  readonly app: {
    readonly title: string;
    readonly get: { readonly title: string; readonly text: string };
    readonly scan: { readonly title: string; readonly text: string };
    readonly qr: string;
    readonly key: string;
    readonly keyText: string;
    readonly copy: string;
    readonly copied: string;
    readonly open: string;
    readonly enter: { readonly title: string; readonly text: string };
  };
  readonly sms: {
    readonly title: string;
    readonly lead: string;
    readonly country: string;
    readonly number: string;
    readonly hint: string;
    readonly change: string;
    readonly missing: string;
  };
  readonly email: {
    readonly title: string;
    readonly lead: string;
    readonly address: string;
    readonly change: string;
    readonly missing: string;
  };
  readonly code: {
    readonly title: string;
    readonly sent: string;
    readonly label: string;
    readonly confirm: string;
    readonly send: string;
    readonly resend: string;
    readonly resendWait: string;
    readonly noneLeft: string;
  };
  readonly codes: {
    readonly title: string;
    readonly lead: string;
    readonly once: string;
    readonly list: string;
    readonly download: string;
    readonly print: string;
    readonly copy: string;
    readonly saved: string;
    readonly file: string;
  };
  readonly done: {
    readonly titles: { readonly totp: string; readonly sms: string; readonly email: string; readonly codes: string };
    readonly texts: { readonly totp: string; readonly sms: string; readonly email: string; readonly codes: string };
    readonly done: string;
    readonly goOn: string;
    readonly invite: string;
    readonly inviteText: string;
    readonly inviteAction: string;
  };
  readonly faults: {
    readonly code: string;
    readonly wrong: string;
    readonly expired: string;
    readonly exhausted: string;
    readonly number: string;
    readonly email: string;
    readonly country: string;
    readonly enrolled: string;
    readonly soon: string;
    readonly full: string;
    readonly notOffered: string;
    readonly unavailable: string;
  };
  readonly attemptsLeft: Plural;
  readonly cancel: string;
  readonly back: string;
  readonly again: string;
};

export const enrolWords: InLanguages<EnrolWords> = { en, de, es, fr, it, pt, uk, ja, zh, 'zh-Hant': zhHant };
