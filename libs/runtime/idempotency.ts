import { randomBytes } from 'node:crypto';
import { keyedDigest } from '#core/bytes.ts';
import { canonical } from '#core/canonical.ts';
import type { Store } from '#storage/store.ts';
import type { FastifyRequest } from 'fastify';
import { Problem } from './errors.ts';
import type { KeyRing } from './keys.ts';

/** What a request is to the store: its command id, the id of what it makes, and whether it may still be carried out. */
export type Claim = {
  readonly commandId: string;
  /** Random bytes for the id of a new thing and its first secret parts: the same for every repetition. */
  readonly seed: Buffer;
  /** True when the key was first used over 60 s ago: a command that is not remembered by now is not carried out any more. */
  readonly late: boolean;
};

export type ClaimRequest = {
  readonly idempotencyKey: string | undefined;
  readonly tenant: string;
  /** The credential's id: keys of two credentials never meet. */
  readonly credential: string;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
};

type Deps = { readonly store: Store; readonly keys: KeyRing; readonly now: () => number };

const keyPattern = /^[\x21-\x7e]{1,255}$/;
const claimMsKept = 24 * 3_600_000;
const executesMsMax = 60_000;

/**
 * Draws a command id, or finds the one that this Idempotency-Key drew before (draft-ietf-httpapi-idempotency-key-header;
 * ARCHITECTURE.md, Idempotency). The same key with another body is a Problem 422.
 */
export async function claim(deps: Deps, request: ClaimRequest): Promise<Claim> {
  const commandId = randomBytes(16).toString('base64url');
  const seed = randomBytes(16);
  const { idempotencyKey } = request;
  if (idempotencyKey === undefined) return { commandId, seed, late: false };
  if (!keyPattern.test(idempotencyKey)) {
    const errors = [{ field: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' }];
    throw new Problem('malformed-request', { errors });
  }
  const { key } = deps.keys.newest('claim');
  const { tenant, credential, method, path } = request;
  const name = keyedDigest(key, 'claim', tenant, credential, method, path, idempotencyKey).toString('base64url');
  const fingerprint = keyedDigest(key, 'body', canonical(request.body)).toString('base64url');
  const mine = JSON.stringify({ fingerprint, commandId, seed: seed.toString('base64url'), at: deps.now() });
  const first = JSON.parse(await deps.store.claim(name, mine, claimMsKept)) as Record<string, string> & { at: number };
  if (first['fingerprint'] !== fingerprint) throw new Problem('idempotency-key-reused');
  return {
    commandId: first['commandId'] as string,
    seed: Buffer.from(first['seed'] as string, 'base64url'),
    late: deps.now() - first.at > executesMsMax,
  };
}

/** The claim of an HTTP request under its caller's credential. */
export function claimOf(
  deps: Deps,
  request: FastifyRequest,
  { tenantId, keyId }: { readonly tenantId: string; readonly keyId: string },
): Promise<Claim> {
  return claim(deps, {
    idempotencyKey: request.headers['idempotency-key']?.toString(),
    tenant: tenantId,
    credential: keyId,
    method: request.method,
    path: request.url,
    body: request.body,
  });
}
