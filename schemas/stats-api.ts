import { Type, type Static } from 'typebox';
import { TenantId } from './tenant.ts';

/** The public words of statistics. */

const closed = { additionalProperties: false } as const;
const Time = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' });

const span = {
  from: Type.Optional({ ...Time, description: 'RFC 3339; default: an hour before `to`' }),
  to: Type.Optional({ ...Time, description: 'RFC 3339; default: now' }),
  stepSeconds: Type.Optional(
    Type.String({ pattern: '^[1-9][0-9]{0,5}$', description: 'a multiple of 60, 60 to 86400; default 60' }),
  ),
};
export const StatsQuery = Type.Object(span, closed);
export const PlatformStatsQuery = Type.Object(
  { ...span, tenant: Type.Optional({ ...TenantId, description: 'one tenant; without it all together' }) },
  closed,
);

const Count = Type.Integer({ minimum: 0 });
const counts = {
  requests: Type.Integer({ minimum: 0, description: 'challenges asked for: by callers, logins, enrolments, step-ups' }),
  resends: Type.Integer({ minimum: 0, description: 'further messages of them' }),
  approvals: Type.Integer({ minimum: 0, description: 'challenges whose code came back right' }),
  rejections: Type.Integer({ minimum: 0, description: 'wrong guesses, of whatever kind of code' }),
  logins: Type.Object({ started: Count, approved: Count, failed: Count }),
  deliveries: Type.Array(
    Type.Object({
      channel: Type.String(),
      provider: Type.Optional(Type.String()),
      outcome: Type.String({ description: 'sent, or why the send failed' }),
      count: Count,
    }),
  ),
  handover: Type.Object(
    {
      count: Count,
      meanSeconds: Type.Optional(Type.Number()),
      p50Seconds: Type.Optional(Type.Number({ description: 'half took no longer' })),
      p95Seconds: Type.Optional(Type.Number({ description: '95 of 100 took no longer' })),
      buckets: Type.Array(
        Type.Object({
          upToSeconds: Type.Optional(Type.Number({ description: 'absent in the last: longer than all before' })),
          count: Count,
        }),
      ),
    },
    { description: 'from the request of a code to its hand-over to a provider; percentiles are bounds of buckets' },
  ),
};

export const StatsAnswer = Type.Object({
  tenant: Type.Optional(Type.String({ description: 'absent: all tenants together' })),
  from: Time,
  to: Time,
  stepSeconds: Type.Integer(),
  total: Type.Object(counts),
  steps: Type.Array(Type.Object({ at: Time, ...counts }), { description: 'oldest first, without gaps' }),
});

export type StatsQuery = Static<typeof StatsQuery>;
