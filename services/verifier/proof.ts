import {
  createECDH,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import type { ProofClaims } from '#schemas/challenge.ts';
import type { KeyRing } from '#runtime/keys.ts';

export type Claims = Readonly<Record<string, string | number | readonly string[]>>;

/** Signs what the application may rely on: JWT, ES256 (RFC 7515, RFC 7518 section 3.4). */
export type Proofs = {
  sign(claims: Claims): string;
  /** The public keys, newest first (RFC 7517). */
  jwks(): { keys: Readonly<Record<string, string>>[] };
};

// Order of P-256 (FIPS 186-5): a private key is a number from 1 to one less than it.
const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

/** A purpose key as a P-256 key pair. 48 bytes reduced leave no bias that matters (FIPS 186-5, A.2.1). */
function keyPairOf(purposeKey: Buffer): { private: KeyObject; public: KeyObject } {
  const wide = Buffer.from(hkdfSync('sha256', purposeKey, '', 'twofold/es256/v1', 48));
  const scalar = (BigInt(`0x${wide.toString('hex')}`) % (order - 1n)) + 1n;
  const d = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex');
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(d);
  const point = curve.getPublicKey();
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
    d: d.toString('base64url'),
  };
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  return { private: key, public: createPublicKey(key) };
}

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');

/** Signs with the newest proof key; the older ones stay published, for proofs that are still good. */
export function createProofs(keys: KeyRing): Proofs {
  const pairs = keys.all('proof').map(({ kid, key }) => ({ kid, ...keyPairOf(key) }));
  const [newest] = pairs;
  if (!newest) throw new Error('there is no key to sign proofs with');
  return {
    sign(claims) {
      const head = encode({ alg: 'ES256', typ: 'JWT', kid: newest.kid });
      const signed = `${head}.${encode(claims)}`;
      // JWS wants r ‖ s, not DER.
      const signature = sign('sha256', Buffer.from(signed), { key: newest.private, dsaEncoding: 'ieee-p1363' });
      return `${signed}.${signature.toString('base64url')}`;
    },
    jwks: () => ({
      keys: pairs.map(({ kid, public: key }) => ({
        ...(key.export({ format: 'jwk' }) as Record<string, string>),
        kid,
        alg: 'ES256',
        use: 'sig',
      })),
    }),
  };
}

const proofSeconds = 300;

/** What a proof is signed from; it stands in the event, so that a repeated answer carries the same claims. */
export function newProof(now: number): ProofClaims {
  const iat = Math.floor(now / 1_000);
  return { jti: randomBytes(16).toString('base64url'), iat, exp: iat + proofSeconds };
}
