import type { MethodWords } from '../../method-words.ts';
import type { InLanguages, Plural } from '../../words.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { it } from './it.ts';
import { ja } from './ja.ts';
import { pt } from './pt.ts';
import { uk } from './uk.ts';
import { zhHant } from './zh-hant.ts';
import { zh } from './zh.ts';

type Titled = { readonly title: string; readonly text: string };

/** The words of the second step of a login. Braces name what is filled in. */
export type LoginWords = {
  readonly titles: Readonly<Record<keyof MethodWords | 'support' | 'toSend', string>>;
  readonly leads: Readonly<Record<keyof MethodWords | 'support' | 'totpNamed' | 'toSend', string>>;
  readonly label: string;
  readonly hint: string;
  readonly submit: string;
  readonly send: string;
  readonly resend: string;
  readonly resendWait: string;
  readonly wait: string;
  readonly codesLeft: Plural;
  readonly attemptsLeft: Plural;
  readonly other: string;
  readonly choose: string;
  readonly locked: string;
  readonly support: string;
  readonly supportText: string;
  readonly none: string;
  readonly cancel: string;
  readonly goBack: string;
  readonly tryAgain: string;
  readonly help: {
    readonly title: string;
    readonly text: string;
    readonly link: string;
    readonly withoutLink: string;
    readonly back: string;
  };
  readonly faults: {
    readonly format: string;
    readonly formatLong: string;
    readonly wrong: string;
    readonly support: string;
    readonly expired: string;
    readonly exhausted: string;
    readonly used: string;
    readonly locked: string;
    readonly unusable: string;
    readonly early: string;
    readonly limit: string;
    readonly busy: string;
    readonly unavailable: string;
    readonly noSends: string;
    readonly failedSend: string;
    readonly again: string;
  };
  readonly ends: Readonly<
    Record<'approved' | 'locked' | 'noMethod' | 'attempts' | 'superseded' | 'canceled' | 'expired', Titled>
  >;
  /** Beside the end of a login that locked: when the first of its methods may be used again. */
  readonly lockedUntil: string;
};

export const loginWords: InLanguages<LoginWords> = { en, de, es, fr, it, pt, uk, ja, zh, 'zh-Hant': zhHant };
