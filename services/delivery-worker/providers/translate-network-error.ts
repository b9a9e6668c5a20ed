import type { SendOutcome } from './provider.ts';
import { readField } from './read-field.ts';
import { outcomeOf, temporary, unknown } from './verdict.ts';

type Failure = { readonly reason: string; readonly beforeSending: boolean };

const before = (reason: string): Failure => ({ reason, beforeSending: true });
const during = (reason: string): Failure => ({ reason, beforeSending: false });

/**
 * What the network's own error codes say about the request (Node's errors documentation, "Common system errors"
 * and "OpenSSL error codes"; undici and axios documentation). `beforeSending`: such an error only ever comes
 * before a connection stands, so nothing can have left.
 */
export const networkFailures: Readonly<Record<string, Failure>> = {
  ECONNREFUSED: before('connection-refused'),
  ENOTFOUND: before('name-not-resolved'),
  EAI_AGAIN: before('name-not-resolved'),
  EDNS: before('name-not-resolved'),
  EHOSTUNREACH: before('host-unreachable'),
  ENETUNREACH: before('host-unreachable'),
  EADDRNOTAVAIL: before('host-unreachable'),
  UND_ERR_CONNECT_TIMEOUT: before('connect-timed-out'),
  ERR_TLS_CERT_ALTNAME_INVALID: before('tls-failed'),
  ERR_TLS_HANDSHAKE_TIMEOUT: before('tls-failed'),
  DEPTH_ZERO_SELF_SIGNED_CERT: before('tls-failed'),
  SELF_SIGNED_CERT_IN_CHAIN: before('tls-failed'),
  UNABLE_TO_GET_ISSUER_CERT: before('tls-failed'),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: before('tls-failed'),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: before('tls-failed'),
  CERT_HAS_EXPIRED: before('tls-failed'),
  CERT_NOT_YET_VALID: before('tls-failed'),
  CERT_REVOKED: before('tls-failed'),
  CERT_UNTRUSTED: before('tls-failed'),
  CERT_SIGNATURE_FAILURE: before('tls-failed'),
  ERR_SSL_WRONG_VERSION_NUMBER: before('tls-failed'),
  ERR_SSL_PACKET_LENGTH_TOO_LONG: before('tls-failed'),
  ETLS: before('tls-failed'),
  EPROTO: during('tls-failed'),
  ETIMEDOUT: during('timed-out'),
  ECONNABORTED: during('timed-out'),
  UND_ERR_HEADERS_TIMEOUT: during('timed-out'),
  UND_ERR_BODY_TIMEOUT: during('timed-out'),
  ECONNRESET: during('connection-lost'),
  EPIPE: during('connection-lost'),
  ECONNECTION: during('connection-lost'),
  ESOCKET: during('connection-lost'),
  UND_ERR_SOCKET: during('connection-lost'),
  ERR_BAD_RESPONSE: during('connection-lost'),
};

/**
 * Turns any error of a call that brought no whole answer into an outcome of ours. Nothing of the error goes on but
 * the class of its code: its message, headers and body may hold the text and the credentials.
 * @param left whether a connection stood to carry the request; `undefined` where the adapter can't know.
 * @param signal the call's own signal: when it ended the call, its reason is ours.
 */
export function translateNetworkError(error: unknown, left: boolean | undefined, signal: AbortSignal): SendOutcome {
  const failure = failureOf(error);
  if (failure?.beforeSending) return outcomeOf(temporary(failure.reason));
  const reason = signal.aborted ? String(signal.reason) : (failure?.reason ?? 'adapter-fault');
  return outcomeOf(left === false ? temporary(reason) : unknown(reason));
}

function failureOf(error: unknown): Failure | undefined {
  if (brokeInHandshake(error)) return before('tls-failed');
  for (const code of codesOf(error)) {
    const failure = networkFailures[code];
    if (failure) return failure;
  }
  return undefined;
}

/** Innermost first: libraries put a code of their own over the system's (`originalCode`, `cause`, `errors`). */
function codesOf(error: unknown): string[] {
  if (typeof error !== 'object' || error === null) return [];
  const errors = readField(error, 'errors');
  const inner = codesOf(Array.isArray(errors) ? errors[0] : readField(error, 'cause'));
  const own = [readField(error, 'originalCode'), readField(error, 'code')];
  return [...inner, ...own.filter((code) => typeof code === 'string')];
}

/** Node reports a peer that hangs up within the TLS handshake as ECONNRESET; only its sentence tells them apart. */
function brokeInHandshake(error: unknown): boolean {
  return error instanceof Error && error.message.includes('before secure TLS connection was established');
}
