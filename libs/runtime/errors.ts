import type { RefusalCode } from '#core/decider.ts';
import { repeatableName } from '#core/field-name.ts';
import { Unavailable } from '#storage/unavailable.ts';

/** The one table of errors that callers can meet: code, status, and what to do. docs/errors.md is printed from it. */
export const errorTable = {
  'malformed-request': [400, 'The request is not what this call takes; each fault is listed.'],
  'malformed-json': [400, 'The body is not JSON.'],
  unauthenticated: [401, 'No valid API key: send Authorization: Bearer <key>.'],
  'tenant-suspended': [403, 'The tenant is suspended.'],
  'scope-missing': [403, 'The API key lacks the scope this call needs.'],
  'country-not-allowed': [403, "The tenant's settings do not allow messages to this country."],
  'host-not-allowed': [403, 'In development mode only requests to the loopback host are served.'],
  'settings-version-gone': [404, 'The content of this version is kept no more, here or in the log.'],
  'not-found': [404, 'There is no such thing for this key.'],
  'request-too-slow': [408, 'The request did not arrive in time.'],
  'provider-not-working': [409, 'The settings offer a method that no provider can deliver now; each is listed.'],
  'tenant-exists': [409, 'A tenant of this id exists already.'],
  'too-many-keys': [409, 'The tenant has as many live keys as it may have: revoke one first.'],
  'challenge-not-pending': [409, 'The challenge is over: request a new one.'],
  'no-sends-left': [409, 'The challenge has used up its messages: request a new one.'],
  'login-not-open': [409, 'The login is over, or waits for something else: begin a new one.'],
  'method-unavailable': [409, 'The method is not there, not offered, or takes no messages.'],
  'method-locked': [409, 'The method is locked after too many wrong codes.'],
  'method-not-offered': [409, "The tenant's settings do not offer this method."],
  'already-enrolled': [409, 'This address is enrolled already.'],
  'too-many-methods': [409, 'The account has as many methods as it may have: remove one first.'],
  'last-method-enforced': [409, 'The last method cannot be removed while settings demand one.'],
  'backup-codes-first': [409, 'Backup codes exist only beside another method: enrol one first.'],
  'not-a-default': [409, 'Backup codes cannot be the default method.'],
  'step-up-required': [403, 'The person must prove a method again before this change.'],
  'return-url-not-allowed': [400, "The returnUrl is not in the tenant's list."],
  'idempotency-key-spent': [409, 'The Idempotency-Key was used over a minute ago without effect: use a new one.'],
  'settings-changed-meanwhile': [
    412,
    'The settings were changed since the version named by If-Match: read them again.',
  ],
  'body-too-large': [413, 'The body is larger than this call takes.'],
  'unsupported-media-type': [415, 'The body must be application/json.'],
  'idempotency-key-reused': [422, 'The Idempotency-Key was used before with another request.'],
  'resend-too-early': [429, 'The next message may be sent after the time in Retry-After.'],
  'address-throttled': [429, 'Too many wrong codes at this address: one challenge an hour.'],
  'rate-limited': [429, 'A limit is reached; `limit` names it and Retry-After says when it lets go.'],
  'too-busy': [429, 'Too many calls about the same thing at once.'],
  'headers-too-large': [431, 'The header section is larger than 16 KiB.'],
  internal: [500, 'Something went wrong on our side; nothing about it is told here.'],
  unavailable: [503, 'The service cannot decide now; repeat with the same Idempotency-Key.'],
} as const satisfies Record<string, readonly [number, string]>;

export type ErrorCode = keyof typeof errorTable;

export type FieldFault = { readonly field: string; readonly message: string };

/** A request that ends as an RFC 9457 problem. Thrown by routes and what they call; turned into an answer in one place. */
export class Problem extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  readonly extras: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    options: { retryAfterMs?: number; errors?: readonly FieldFault[]; limit?: string } = {},
  ) {
    const [status, detail] = errorTable[code];
    super(detail);
    this.name = 'Problem';
    this.code = code;
    this.status = status;
    const { retryAfterMs, ...extras } = options;
    this.retryAfterMs = retryAfterMs ?? (status === 503 || status === 429 ? 1_000 : undefined);
    this.extras = extras;
  }
}

/** A refusal of a rule as the problem that callers see. */
export const problemOf = (refusal: { readonly code: RefusalCode; readonly retryAfterMs?: number }): Problem =>
  new Problem(refusal.code, { retryAfterMs: refusal.retryAfterMs });

/** Any failure as a problem: what is not one of ours is `internal`, and its text stays inside. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof Unavailable) return new Problem('unavailable', { retryAfterMs: 2_000 });
  const code = (error as { code?: unknown } | null)?.code;
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Problem('body-too-large');
    case 'FST_ERR_BAD_URL':
      return new Problem('malformed-request', {
        errors: [{ field: 'path', message: 'must be percent-encoded UTF-8' }],
      });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Problem('unsupported-media-type');
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new Problem('malformed-json');
    case 'FST_ERR_VALIDATION': {
      const failure = error as ValidationFailure;
      // An id of the wrong shape is as unknown as a wrong id.
      if (failure.validationContext === 'params') return new Problem('not-found');
      return new Problem('malformed-request', { errors: fieldFaults(failure) });
    }
    case 'FST_ERR_NOT_FOUND':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new Problem('not-found');
    case 'FST_ERR_HANDLER_TIMEOUT':
      return new Problem('unavailable');
    default:
      return isCallers(error) ? new Problem('malformed-request', { errors: [] }) : new Problem('internal');
  }
}

/** Fastify's own 4xx (bad Content-Length, malformed URL) and bodies that broke off; other libraries' statuses are about their callers: us. */
function isCallers(error: unknown): boolean {
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500 || typeof code !== 'string') return false;
  return code.startsWith('FST_ERR_') || code === 'ECONNRESET' || code === 'ECONNABORTED';
}

const faultsMax = 100;

type ValidationFailure = {
  readonly validationContext?: string;
  readonly validation?: readonly {
    instancePath: string;
    message?: string;
    keyword: string;
    params: Record<string, unknown>;
  }[];
};

/** All faults at once, each named by its field; `body` is left out of the path, other places are named. */
function fieldFaults(failure: ValidationFailure): FieldFault[] {
  const place = failure.validationContext === 'body' ? [] : [failure.validationContext ?? ''];
  return (failure.validation ?? []).slice(0, faultsMax).map(({ instancePath, message, keyword, params }) => {
    const name = params['missingProperty'] ?? params['additionalProperty'] ?? params['propertyName'];
    const steps = [...place, ...instancePath.split('/').slice(1), ...(typeof name === 'string' ? [name] : [])];
    const text = wordsOf(keyword, params) ?? message;
    return { field: steps.map(repeatableName).join('.').slice(0, 200) || 'body', message: text ?? 'is not valid' };
  });
}

function wordsOf(keyword: string, params: Record<string, unknown>): string | undefined {
  switch (keyword) {
    case 'additionalProperties':
      return 'is not known';
    case 'required':
      return 'is missing';
    case 'enum':
      return `must be one of ${(params['allowedValues'] as string[]).join(', ')}`;
    default:
      return undefined;
  }
}
