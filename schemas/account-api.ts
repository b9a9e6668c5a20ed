import { Type, type Static } from 'typebox';

/** The public API's words for accounts, logins and pages. */

const closed = { additionalProperties: false } as const;
const Time = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' });
const Locale = Type.String({ pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$', maxLength: 35 });
const Group = Type.String({ minLength: 1, maxLength: 64 });
const Groups = Type.Array(Group, { maxItems: 20, uniqueItems: true });
const Address = Type.String({ minLength: 1, maxLength: 1_024 });
const Code = Type.String({ minLength: 1, maxLength: 64 });
const MethodId = Type.String({ minLength: 1, maxLength: 120 });
const Label = Type.String({ minLength: 1, maxLength: 60 });
const UserId = Type.String({ minLength: 1, maxLength: 255, description: 'yours; any script; sealed, never in a URL' });

export const SaveAccount = Type.Object(
  {
    userId: UserId,
    accountName: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    email: Type.Optional(Address),
    phone: Type.Optional(Address),
    locale: Type.Optional(Locale),
    groups: Type.Optional(Groups),
  },
  closed,
);
export const FindAccount = Type.Object({ userId: UserId }, closed);

export const MethodAnswer = Type.Object({
  id: Type.String(),
  type: Type.String({ description: 'totp, sms, email or backup-codes' }),
  label: Type.String({ description: 'masked' }),
  default: Type.Boolean(),
  enrolledAt: Time,
  lastUsedAt: Type.Optional(Time),
  codesLeft: Type.Optional(Type.Integer()),
  state: Type.String({ description: 'active, locked or disabled' }),
  lockedUntil: Type.Optional(Time),
});

export const Branding = Type.Object({
  name: Type.String(),
  logo: Type.Optional(Type.String({ description: 'https URL of an image' })),
  colour: Type.Optional(Type.String({ description: '#rrggbb' })),
  supportUrl: Type.Optional(Type.String({ description: 'https or mailto' })),
});
/** What a page needs to know of where it stands; only a page's token is told. */
const PagePart = Type.Optional(
  Type.Object(
    { branding: Branding, returnUrl: Type.Optional(Type.String()), locale: Type.Optional(Type.String()) },
    { description: 'for the token of a page only' },
  ),
);

export const AccountAnswer = Type.Object({
  id: Type.String(),
  methods: Type.Array(MethodAnswer),
  enforced: Type.Boolean(),
  enrolmentDueAt: Type.Optional(Time),
  exemptUntil: Type.Optional(Time),
  offered: Type.Array(Type.String()),
  email: Type.Optional(Type.String()),
  phone: Type.Optional(Type.String()),
  stepUpUntil: Type.Optional(Time),
  page: PagePart,
});

/** One shape for all kinds, so that every fault is told at once; which fields a kind takes is checked after. */
export const EnrolMethod = Type.Object(
  {
    type: Type.Enum(['totp', 'sms', 'email']),
    to: Type.Optional(Address),
    label: Type.Optional(Label),
    uri: Type.Optional(Type.String({ maxLength: 2_048, description: 'otpauth URI; scope import' })),
    confirmed: Type.Optional(Type.Literal(true)),
    allowShortSecret: Type.Optional(
      Type.Literal(true, { description: 'with uri: takes a secret of 10 to 15 bytes, too' }),
    ),
  },
  closed,
);

export const EnrolmentAnswer = Type.Object({
  enrolmentId: Type.Optional(Type.String()),
  secret: Type.Optional(Type.String({ description: 'base32; shown once' })),
  uri: Type.Optional(Type.String({ description: 'otpauth; shown once' })),
  qrSvg: Type.Optional(Type.String({ description: 'shown once' })),
  secretShown: Type.Optional(Type.Boolean()),
  to: Type.Optional(Type.String({ description: 'masked' })),
  resendAvailableAt: Type.Optional(Time),
  sendsLeft: Type.Optional(Type.Integer()),
  expiresAt: Type.Optional(Time),
  method: Type.Optional(MethodAnswer),
});

export const ConfirmEnrolment = Type.Object({ code: Code }, closed);
export const ConfirmAnswer = Type.Object({
  result: Type.String({ description: 'approved or rejected' }),
  reason: Type.Optional(Type.String()),
  attemptsLeft: Type.Optional(Type.Integer()),
  method: Type.Optional(MethodAnswer),
  status: Type.Optional(Type.String()),
  proof: Type.Optional(Type.String()),
  redirectTo: Type.Optional(Type.String()),
});

export const PatchMethod = Type.Object({ default: Type.Literal(true) }, closed);
export const BackupCodesAnswer = Type.Object({
  codes: Type.Optional(Type.Array(Type.String(), { description: 'shown once' })),
  secretShown: Type.Optional(Type.Boolean()),
});

export const StepUp = Type.Object({ methodId: MethodId }, closed);
export const StepUpVerify = Type.Object({ methodId: MethodId, code: Code }, closed);
export const SendAnswer = Type.Object({
  to: Type.Optional(Type.String()),
  resendAvailableAt: Type.Optional(Time),
  sendsLeft: Type.Optional(Type.Integer()),
  expiresAt: Type.Optional(Time),
});
export const StepUpAnswer = Type.Object({
  result: Type.String(),
  reason: Type.Optional(Type.String()),
  stepUpUntil: Type.Optional(Time),
});

export const OpenPage = Type.Object({ returnUrl: Type.String({ minLength: 1, maxLength: 2_048 }) }, closed);
export const PageAnswer = Type.Object({ pageUrl: Type.String() });
export const OpenSession = Type.Object({ handle: Type.String({ minLength: 1, maxLength: 200 }) }, closed);
export const SessionAnswer = Type.Object({
  token: Type.String(),
  kind: Type.String({ description: 'login or account' }),
  id: Type.String(),
  branding: Branding,
  locale: Type.Optional(Type.String()),
  returnUrl: Type.Optional(Type.String()),
  expiresAt: Time,
});

const TimeOrNull = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  format: 'date-time',
  description: 'RFC 3339',
});
export const ExemptAccount = Type.Object({ until: TimeOrNull }, closed);
export const BypassAnswer = Type.Object({
  code: Type.Optional(Type.String({ description: 'shown once' })),
  secretShown: Type.Optional(Type.Boolean()),
  expiresAt: Time,
});
export const BypassRequest = Type.Object(
  { lifetimeSeconds: Type.Optional(Type.Integer({ minimum: 60, maximum: 86_400 })) },
  closed,
);

export const StartLogin = Type.Object(
  {
    accountId: Type.String({ minLength: 1, maxLength: 64 }),
    groups: Type.Optional(Groups),
    returnUrl: Type.Optional(Type.String({ minLength: 1, maxLength: 2_048 })),
    state: Type.Optional(Type.String({ maxLength: 512, description: 'yours, comes back; at most 1,024 bytes' })),
    clientIp: Type.Optional(Type.String({ maxLength: 45 })),
    userAgent: Type.Optional(Type.String({ maxLength: 512 })),
  },
  closed,
);

export const LoginMethod = Type.Object({
  id: Type.String(),
  type: Type.String(),
  label: Type.String(),
  codesLeft: Type.Optional(Type.Integer()),
  state: Type.Optional(Type.String()),
  lockedUntil: Type.Optional(Time),
});
export const LoginAnswer = Type.Object({
  id: Type.String(),
  status: Type.String(),
  reason: Type.Optional(Type.String()),
  methods: Type.Array(LoginMethod),
  defaultMethodId: Type.Optional(Type.String()),
  offered: Type.Optional(
    Type.Array(Type.String(), { description: 'what may be set up in this login; after its enrolment, backup codes' }),
  ),
  enrolmentDueAt: Type.Optional(Time),
  attemptsLeft: Type.Integer(),
  sending: Type.Optional(
    Type.Object({
      methodId: Type.String(),
      to: Type.String(),
      resendAvailableAt: Time,
      sendsLeft: Type.Integer(),
      expiresAt: Time,
      status: Type.Optional(Type.String({ description: 'queued, sent or failed; on GET' })),
    }),
  ),
  lockedUntil: Type.Optional(
    Type.Unsafe<string>({ ...Time, description: 'of a locked login: when the first of its methods may be used again' }),
  ),
  expiresAt: Time,
  pageUrl: Type.Optional(Type.String()),
  redirectTo: Type.Optional(Type.String()),
  page: PagePart,
});

export const LoginSend = Type.Object({ methodId: MethodId }, closed);
export const LoginVerify = Type.Object({ methodId: MethodId, code: Code }, closed);
export const LoginVerifyAnswer = Type.Object({
  result: Type.String(),
  reason: Type.Optional(Type.String()),
  status: Type.String(),
  attemptsLeft: Type.Integer(),
  proof: Type.Optional(Type.String()),
  redirectTo: Type.Optional(Type.String()),
});
export const LoginResult = Type.Object({ code: Type.String({ minLength: 1, maxLength: 128 }) }, closed);
export const LoginResultAnswer = Type.Object({ status: Type.String(), proof: Type.String() });

export const EnrolmentParams = Type.Object({
  id: Type.String({ maxLength: 200 }),
  eid: Type.String({ maxLength: 200 }),
});
export const MethodParams = Type.Object({ id: Type.String({ maxLength: 200 }), mid: Type.String({ maxLength: 200 }) });

export type SaveAccount = Static<typeof SaveAccount>;
export type EnrolMethod = Static<typeof EnrolMethod>;
export type Branding = Static<typeof Branding>;
export type LoginAnswer = Static<typeof LoginAnswer>;
export type MethodAnswer = Static<typeof MethodAnswer>;
export type AccountAnswer = Static<typeof AccountAnswer>;
export type StartLogin = Static<typeof StartLogin>;
