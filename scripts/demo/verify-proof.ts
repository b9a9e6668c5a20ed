import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';

type Jwks = { readonly keys: readonly (JsonWebKey & { readonly kid: string })[] };
type Claims = Readonly<Record<string, unknown>>;

/** The claims of a proof, or an error if it does not prove what `expected` says. `jwks`: GET /.well-known/jwks.json. */
export function verifyProof(proof: string, jwks: Jwks, expected: { iss: string; aud: string; cid: string }): Claims {
  const [head = '', body = '', signature = ''] = proof.split('.');
  const parse = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims;
  const { alg, kid } = parse(head);
  const key = jwks.keys.find((each) => each.kid === kid);
  if (alg !== 'ES256' || !key) throw new Error('the proof names no key of ours');
  const signed = { key: createPublicKey({ key, format: 'jwk' }), dsaEncoding: 'ieee-p1363' as const };
  if (!verify('sha256', Buffer.from(`${head}.${body}`), signed, Buffer.from(signature, 'base64url')))
    throw new Error('the signature is wrong');
  const claims = parse(body);
  if (Number(claims['exp']) * 1_000 <= Date.now()) throw new Error('the proof is too old');
  for (const [name, value] of Object.entries(expected))
    if (claims[name] !== value) throw new Error(`the proof has another ${name}`);
  return claims;
}
