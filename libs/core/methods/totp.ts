import { createGuardrails, generateSync, generateURI } from 'otplib';
import { sameSecret } from '../bytes.ts';

export type TotpParameters = {
  readonly algorithm: 'sha1' | 'sha256' | 'sha512';
  readonly digits: 6 | 8;
  /** Seconds per step. */
  readonly period: number;
};

export type TotpCheck =
  | { readonly kind: 'right'; readonly step: number }
  | { readonly kind: 'replayed' }
  | { readonly kind: 'wrong' };

/** RFC 4226, R6: a shared secret MUST have 128 bits. */
const secretBytesMin = 16;
/** What apps made before had 80, and is taken from whoever says that they know. */
const shortSecretBytesMin = 10;
const secretBytesMax = 64;
// What other systems made has to work here as well; ours have 20 bytes.
const guardrails = createGuardrails({ MIN_SECRET_BYTES: shortSecretBytesMin });

/** One step either side of now: what clocks drift and people take to type (RFC 6238, section 5.2). */
const window = [-1, 0, 1] as const;

/**
 * Compares a guess with the codes of all steps in the window, without an early end. A step that was used, or an older one, is
 * `replayed`: the code was right and never counts again.
 * @param secret base32
 * @param usedStep the last step that counted, or -1
 * @param now Unix milliseconds
 */
export function checkTotp(
  secret: string,
  parameters: TotpParameters,
  guess: string,
  usedStep: number,
  now: number,
): TotpCheck {
  const { algorithm, digits, period } = parameters;
  const current = Math.floor(now / 1_000 / period);
  let matched = -1;
  for (const offset of window) {
    const step = current + offset;
    const code = generateSync({
      strategy: 'totp',
      secret,
      epoch: Math.max(step, 0) * period,
      algorithm,
      digits,
      period,
      guardrails,
    });
    if (sameSecret(code, guess)) matched = Math.max(matched, step);
  }
  if (matched < 0) return { kind: 'wrong' };
  return matched > usedStep ? { kind: 'right', step: matched } : { kind: 'replayed' };
}

/**
 * What an authenticator app scans (Key URI format): issuer and account name as people will see them. A colon parts the two, so an issuer
 * has none.
 */
export function totpUri(secret: string, parameters: TotpParameters, issuer: string, accountName: string): string {
  const { algorithm, digits, period } = parameters;
  const named = { issuer: issuer.replaceAll(':', ' ').trim(), label: accountName };
  return generateURI({ strategy: 'totp', secret, ...named, algorithm, digits, period });
}

export type ReadUri =
  | { readonly ok: true; readonly secret: string; readonly parameters: TotpParameters; readonly label?: string }
  | { readonly ok: false; readonly reason: string };

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base32 as RFC 4648 writes it, without padding: unused bits of the last letter are none; undefined if no bytes make it. */
function canonicalSecret(typed: string, bytesMin: number): string | undefined {
  const secret = typed.replace(/[\s=-]/g, '').toUpperCase();
  const bytes = Math.floor((secret.length * 5) / 8);
  const unused = secret.length * 5 - bytes * 8;
  if (!/^[A-Z2-7]+$/.test(secret) || unused >= 5 || bytes < bytesMin || bytes > secretBytesMax) return undefined;
  const last = alphabet.indexOf(secret.slice(-1));
  return secret.slice(0, -1) + alphabet.charAt(last - (last % 2 ** unused));
}

const numberOf = (text: string) => (/^\d{1,4}$/.test(text) ? Number(text) : NaN);

/**
 * Reads an otpauth URI that another system made, for import.
 * @param allowShort whether a secret of 80 to 120 bits is taken, too (Google's old ones had 80)
 */
export function readTotpUri(uri: string, allowShort = false): ReadUri {
  const refuse = (reason: string): ReadUri => ({ ok: false, reason });
  if (uri.length > 2_048 || !URL.canParse(uri)) return refuse('must be an otpauth URI');
  const { protocol, host, pathname, searchParams } = new URL(uri);
  if (protocol !== 'otpauth:') return refuse('must be an otpauth URI');
  if (host.toLowerCase() !== 'totp') return refuse('must be an otpauth URI of type totp');
  const bytesMin = allowShort ? shortSecretBytesMin : secretBytesMin;
  const secret = canonicalSecret(searchParams.get('secret') ?? '', bytesMin);
  if (secret === undefined) {
    const orShorter = allowShort ? '' : `, or of ${shortSecretBytesMin} with allowShortSecret`;
    return refuse(`must have a base32 secret of ${bytesMin} to ${secretBytesMax} bytes${orShorter}`);
  }
  const algorithm = (searchParams.get('algorithm') ?? 'SHA1').toLowerCase().replace('-', '');
  const digits = numberOf(searchParams.get('digits') ?? '6');
  const period = numberOf(searchParams.get('period') ?? '30');
  if (algorithm !== 'sha1' && algorithm !== 'sha256' && algorithm !== 'sha512')
    return refuse('must name SHA1, SHA256 or SHA512');
  if (digits !== 6 && digits !== 8) return refuse('must have 6 or 8 digits');
  if (!Number.isInteger(period) || period < 15 || period > 120)
    return refuse('must have a period of 15 to 120 seconds');
  const label = decodeLabel(pathname);
  return { ok: true, secret, parameters: { algorithm, digits, period }, ...(label && { label }) };
}

function decodeLabel(pathname: string): string | undefined {
  try {
    return (
      Array.from(decodeURIComponent(pathname.slice(1)))
        .slice(0, 60)
        .join('') || undefined
    );
  } catch {
    return undefined;
  }
}
