import { Type, type Static, type TSchema } from 'typebox';
import { TenantId, TenantName } from './tenant.ts';

/** The public HTTP API's words: request and answer shapes, shared by the service that decides a call and the one that forwards it. */

const closed = { additionalProperties: false } as const;
const Time = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' });

const textMap = (itemsMax: number, nameLengthMax: number, valueLengthMax: number, namePattern: string) =>
  Type.Record(Type.String({ pattern: namePattern }), Type.String({ maxLength: valueLengthMax }), {
    maxProperties: itemsMax,
    propertyNames: Type.String({ minLength: 1, maxLength: nameLengthMax, pattern: namePattern }),
    additionalProperties: false,
  });

export const Params = textMap(10, 32, 256, '^[A-Za-z0-9_-]{1,32}$');
export const Binding = textMap(10, 64, 256, '^[^\\u0000-\\u001f]{1,64}$');

export const CreateChallenge = Type.Object(
  {
    channel: Type.Enum(['sms', 'email']),
    to: Type.String({ minLength: 1, maxLength: 1_024, description: 'phone number (international) or email address' }),
    purpose: Type.Optional(Type.String({ pattern: '^[a-z0-9-]{1,32}$' })),
    locale: Type.Optional(Type.String({ pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$', maxLength: 35 })),
    params: Type.Optional(Params),
    binding: Type.Optional(Binding),
    clientIp: Type.Optional(Type.String({ maxLength: 45, description: "the end user's IP address" })),
  },
  closed,
);

export const VerifyChallenge = Type.Object(
  { code: Type.String({ minLength: 1, maxLength: 64 }), binding: Type.Optional(Binding) },
  closed,
);

export const Nothing = Type.Object({}, closed);

const challengeFields = {
  id: Type.String(),
  subject: Type.String(),
  status: Type.String({ description: 'pending, approved, exhausted, expired or canceled' }),
  channel: Type.String(),
  to: Type.Union([Type.String(), Type.Null()], { description: 'masked; null once nobody can read it any more' }),
  createdAt: Time,
  expiresAt: Time,
  resendAvailableAt: Time,
  sendsLeft: Type.Integer(),
  attemptsLeft: Type.Integer(),
};

export const ChallengeAnswer = Type.Object(challengeFields);

export const SendAnswer = Type.Object({
  number: Type.Integer(),
  requestedAt: Time,
  status: Type.String({ description: 'queued, sent or failed' }),
  provider: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
  possibleDuplicate: Type.Optional(Type.Boolean()),
});

export const ChallengeWithSends = Type.Object({ ...challengeFields, sends: Type.Array(SendAnswer) });

export const VerifyAnswer = Type.Object({
  id: Type.String(),
  result: Type.String({ description: 'approved or rejected' }),
  reason: Type.Optional(Type.String({ description: 'wrong-code, expired, exhausted, canceled or already-approved' })),
  status: Type.String(),
  attemptsLeft: Type.Integer(),
  proof: Type.Optional(Type.String({ description: 'JWT, ES256; keys at /.well-known/jwks.json' })),
});

export const ResetAddress = Type.Object(
  { channel: CreateChallenge.properties.channel, to: CreateChallenge.properties.to },
  closed,
);
export const ResetAnswer = Type.Object({ reset: Type.Boolean() });

export const ProblemAnswer = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.String(),
    errors: Type.Optional(Type.Array(Type.Object({ field: Type.String(), message: Type.String() }))),
    limit: Type.Optional(Type.String()),
  },
  { description: 'RFC 9457 application/problem+json' },
);

export const IdParams = Type.Object({ id: Type.String({ maxLength: 200 }) });

export const CreateTenant = Type.Object({ id: TenantId, name: Type.Optional(TenantName) }, closed);
export const UpdateTenant = Type.Object(
  {
    name: Type.Optional(TenantName),
    state: Type.Optional(Type.Enum(['active', 'suspended'])),
  },
  closed,
);
export const TenantAnswer = Type.Object({ id: Type.String(), name: Type.String(), state: Type.String() });
export const TenantList = Type.Object({ tenants: Type.Array(TenantAnswer) });

export const CreateKey = Type.Object(
  {
    label: Type.String({ minLength: 1, maxLength: 100 }),
    scopes: Type.Array(Type.Enum(['challenges', 'accounts', 'import', 'support', 'settings']), {
      minItems: 1,
      maxItems: 5,
      uniqueItems: true,
    }),
    expiresAt: Type.Optional(Time),
  },
  closed,
);
export const RotateKey = Type.Object(
  { overlapSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_592_000 })) },
  closed,
);
export const KeyShown = Type.Object({
  keyId: Type.String(),
  key: Type.Optional(Type.String({ description: 'shown once' })),
  secretShown: Type.Optional(Type.Boolean({ description: 'true: this was answered before, with the key' })),
});
export const KeyAnswer = Type.Object({
  keyId: Type.String(),
  label: Type.String(),
  scopes: Type.Array(Type.String()),
  state: Type.String({ description: 'live, expired or revoked' }),
  createdAt: Time,
  expiresAt: Type.Optional(Time),
  revokedAt: Type.Optional(Time),
});
export const KeyList = Type.Object({ keys: Type.Array(KeyAnswer) });
export const CurrentKey = Type.Object({ ...KeyAnswer.properties, tenant: Type.String() });

/** RFC 7517; the fields of a P-256 public key. */
export const Jwks = Type.Object({
  keys: Type.Array(
    Type.Object({
      kty: Type.String(),
      crv: Type.String(),
      x: Type.String(),
      y: Type.String(),
      kid: Type.String(),
      alg: Type.String(),
      use: Type.String(),
    }),
  ),
});

// Headers are told here and checked where they are read: what is wrong with one is named as its sender wrote it.
const headers = (names: Record<string, string>) =>
  Type.Object(Object.fromEntries(Object.entries(names).map(([name, description]) => [name, told(description)])));
const told = (description: string) => Type.Optional(Type.String({ description }));
const idempotencyKey = {
  'Idempotency-Key':
    '1 to 255 visible ASCII characters: the same key and body get the same answer for 24 h, and nothing is done twice',
};

/** Headers of every call that changes something. */
export const Repeatable = headers(idempotencyKey);
/** Headers of a call that replaces what was read before. */
export const Conditional = headers({
  ...idempotencyKey,
  'If-Match': 'the ETag of the version that the change was made on, such as "3"; with another version there: 412',
});

const problem = (statusClass: string, waits: string) => ({
  description: `${statusClass}: RFC 9457 problem`,
  headers: { 'Retry-After': { type: 'integer', description: `seconds, with ${waits}` } },
  content: { 'application/problem+json': { schema: ProblemAnswer } },
});
const problems = {
  '4xx': problem('What the caller can mend, or wait for', '429'),
  '5xx': problem('What we have to mend, or they repeat', '503'),
};

const successes = { 200: 'As it is now', 201: 'Made', 202: 'In the log; the message is on its way', 204: 'Done' };

/** The answers of a call for the reference: its success, and a problem for everything else. */
export function answers(status: keyof typeof successes, schema: TSchema | undefined): Record<string, unknown> {
  return { [status]: { ...(schema ?? Type.Null()), description: successes[status] }, ...problems };
}

const security = [{ apiKey: [] }];

/** The calls that only a verifier can answer: it decides them, and the gateway passes them on. */
export const checkCalls = {
  verify: {
    tags: ['challenges'],
    security,
    summary: 'Check a code',
    params: IdParams,
    headers: Repeatable,
    body: VerifyChallenge,
    response: answers(200, VerifyAnswer),
  },
  reset: {
    tags: ['support'],
    security,
    summary: 'Forget wrong codes at an address',
    headers: Repeatable,
    body: ResetAddress,
    response: answers(200, ResetAnswer),
  },
  jwks: { tags: ['proofs'], summary: 'Public keys of proofs', response: answers(200, Jwks) },
};

export type CreateChallenge = Static<typeof CreateChallenge>;
export type ChallengeAnswer = Static<typeof ChallengeAnswer>;
export type VerifyAnswer = Static<typeof VerifyAnswer>;
