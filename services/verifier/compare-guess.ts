import type { Challenge } from '#core/challenge-book.ts';
import type { AccountDocument, Enrolment } from '#core/account-document.ts';
import { sameSecret } from '#core/bytes.ts';
import type { Guessed } from '#core/guess.ts';
import { findBackupCode, hashBackupCode, normaliseBackupCode } from '#core/methods/backup-codes.ts';
import type { Method, TotpMethod } from '#core/methods/method.ts';
import { checkTotp } from '#core/methods/totp.ts';
import { normaliseGuess } from '#core/code.ts';
import { Problem } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { openField } from '#runtime/sealing.ts';
import { codeMatches } from './code-matches.ts';

/** Whose guess it is, and what opens the record's seeds. */
export type GuessPlace = {
  readonly tenant: string;
  readonly accountId: string;
  readonly salt: string;
  readonly now: number;
};

const wrong: Guessed = { kind: 'wrong' };

/** Digits as a code has them, or a fault that costs no attempt. */
export function readDigits(typed: string): string {
  const code = normaliseGuess(typed);
  if (/^[0-9]{4,10}$/.test(code)) return code;
  throw new Problem('malformed-request', {
    errors: [{ field: 'code', message: 'must be 4 to 10 digits; spaces and dashes are ignored' }],
  });
}

/** A backup or bypass code as they are kept, or a fault that costs no attempt. */
export function readBackupCode(typed: string): string {
  const code = normaliseBackupCode(typed);
  if (code !== undefined) return code;
  throw new Problem('malformed-request', {
    errors: [{ field: 'code', message: 'must be 13 letters and digits; spaces and dashes are ignored' }],
  });
}

/** Compares a guess with what a method expects. Equal work for right and wrong; nothing ends early. */
export function compareWithMethod(
  foundation: Foundation,
  place: GuessPlace,
  method: Method,
  challenge: Challenge | undefined,
  typed: string,
): Guessed {
  switch (method.type) {
    case 'totp':
      return compareTotp(foundation, place, method.thing, method.seed, method.usedStep, typed);
    case 'backup-codes': {
      const hashes = hashesOfBackup(foundation, place, readBackupCode(typed));
      const found = hashes.map((hash) => findBackupCode(method.hashes, hash)).find((hash) => hash !== undefined);
      return found === undefined ? wrong : { kind: 'right', backupHash: found };
    }
    case 'sms':
    case 'email':
      if (!challenge) return wrong;
      return codeMatches(foundation, place.tenant, challenge, readDigits(typed), '') ? { kind: 'right' } : wrong;
  }
}

/** Compares the first code of a method that is being enrolled. */
export function compareWithEnrolment(
  foundation: Foundation,
  place: GuessPlace,
  enrolment: Enrolment,
  challenge: Challenge | undefined,
  typed: string,
): Guessed {
  const code = readDigits(typed);
  if (enrolment.type === 'totp') {
    return enrolment.seed ? compareTotp(foundation, place, enrolment.id, enrolment.seed, -1, code) : wrong;
  }
  return challenge && codeMatches(foundation, place.tenant, challenge, code, '') ? { kind: 'right' } : wrong;
}

/** Keyed digests of a backup or bypass code of this account, by every method key there is, newest first. */
export function hashesOfBackup(
  { keys }: Foundation,
  { tenant, accountId }: Pick<GuessPlace, 'tenant' | 'accountId'>,
  code: string,
): string[] {
  return keys.all('method').map(({ key }) => hashBackupCode(key, tenant, accountId, code));
}

/** The digest that is kept of a new one. */
export function hashNewBackup({ keys }: Foundation, tenant: string, accountId: string, code: string): string {
  return hashBackupCode(keys.newest('method').key, tenant, accountId, code);
}

/** Whether an app with this very secret is enrolled already. */
export function hasSecret(
  { keys }: Foundation,
  { tenant, accountId, salt }: Omit<GuessPlace, 'now'>,
  document: AccountDocument,
  secret: string,
): boolean {
  return document.methods.some((method) => {
    if (method.type !== 'totp') return false;
    const whom = { tenant, subject: accountId, field: 'secret', thing: method.thing };
    return sameSecret(openField(keys, 'method', salt, whom, method.seed.secret) ?? '', secret);
  });
}

function compareTotp(
  { keys }: Foundation,
  place: GuessPlace,
  thing: string,
  seed: TotpMethod['seed'],
  usedStep: number,
  typed: string,
): Guessed {
  const whom = { tenant: place.tenant, subject: place.accountId, field: 'secret', thing };
  const secret = openField(keys, 'method', place.salt, whom, seed.secret);
  // A seed that nobody can read any more makes no code, so no guess is right.
  if (secret === undefined) return wrong;
  const checked = checkTotp(secret, seed, readDigits(typed), usedStep, place.now);
  return checked.kind === 'right' ? { kind: 'right', usedStep: checked.step } : checked;
}
