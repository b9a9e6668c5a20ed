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

/** The words of the Security tab. Braces name what is filled in. */
export type SecurityWords = {
  readonly tab: {
    readonly title: string;
    readonly lead: string;
    readonly off: string;
    readonly enforced: string;
    readonly due: string;
    readonly ends: string;
    readonly back: string;
    readonly about: {
      readonly totp: string;
      readonly sms: string;
      readonly email: string;
      readonly 'backup-codes': string;
    };
    readonly codes: string;
    readonly codesNeedMethod: string;
  };
  readonly method: {
    readonly added: string;
    readonly used: string;
    readonly unused: string;
    readonly default: string;
    readonly makeDefault: string;
    readonly remove: string;
    readonly addAnother: string;
    readonly newCodes: string;
    readonly codesLeft: Plural;
    readonly low: string;
    readonly locked: string;
    readonly disabled: string;
  };
  readonly removal: {
    readonly title: string;
    readonly follows: string;
    readonly several: string;
    readonly last: string;
    readonly codesGo: string;
    readonly codes: string;
    readonly confirm: string;
    readonly keep: string;
    readonly refused: string;
    readonly refusedText: string;
  };
  readonly codes: { readonly title: string; readonly dying: Plural; readonly confirm: string };
  readonly proof: {
    readonly title: string;
    readonly lead: string;
    readonly none: string;
    readonly app: string;
    readonly backup: string;
    readonly backupLabel: string;
    readonly other: string;
    readonly choose: string;
    readonly wants: {
      readonly method: string;
      readonly address: string;
      readonly codes: string;
      readonly default: string;
      readonly removal: string;
    };
    readonly replayed: string;
    readonly sendAgain: string;
    readonly unusable: string;
  };
  readonly notices: {
    readonly default: string;
    readonly removed: string;
    readonly gone: string;
    readonly lastEnforced: string;
  };
};

export const securityWords: InLanguages<SecurityWords> = { en, de, es, fr, it, pt, uk, ja, zh, 'zh-Hant': zhHant };
