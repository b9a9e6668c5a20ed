import { Type, type Static } from 'typebox';
import { ProviderNote } from './provider-note.ts';

/** The public words of settings, their versions, the preview of a text, and the providers that settings rely on. */

const closed = { additionalProperties: false } as const;
const Time = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' });

/** Settings are checked by the table in core/settings-table.ts, all faults at once; here they are any object. */
const AnySettings = Type.Record(Type.String(), Type.Unknown());
export const SettingsBody = AnySettings;
export const SettingsAnswer = Type.Object({ version: Type.Integer(), settings: AnySettings });
export const EffectiveSettings = Type.Object({
  settings: AnySettings,
  levels: Type.Record(Type.String(), Type.String(), {
    description: 'default, platform or tenant; locked: from the platform, and a tenant may only make it stricter',
  }),
  locked: Type.Array(Type.String(), { description: 'fields that the platform has locked' }),
  overridden: Type.Array(Type.String(), { description: 'own values that are kept and take no effect' }),
});

// Closed: a misspelt dryRun must not save.
export const DryRun = Type.Object(
  { dryRun: Type.Optional(Type.Union([Type.Literal('true'), Type.Literal('false')])) },
  closed,
);
const Change = Type.Object({
  field: Type.String(),
  from: Type.Unknown(),
  to: Type.Unknown(),
  level: Type.String({ description: 'who gives the value then' }),
  words: Type.String(),
});
/** What a save answers; a dry run answers what it would change instead. */
export const SettingsSaved = Type.Object({
  version: Type.Integer(),
  settings: Type.Optional(AnySettings),
  changes: Type.Optional(Type.Array(Change)),
});

const versionFields = {
  version: Type.Integer(),
  at: Time,
  actor: Type.String(),
  restored: Type.Optional(Type.Integer({ description: 'the version whose content it brought back' })),
};
export const VersionList = Type.Object({ versions: Type.Array(Type.Object(versionFields)) });
export const VersionAnswer = Type.Object({ ...versionFields, settings: AnySettings });
export const VersionParams = Type.Object({ version: Type.String({ pattern: '^[1-9][0-9]{0,8}$' }) });

const Samples = Type.Record(Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' }), Type.String({ maxLength: 256 }), {
  maxProperties: 10,
  propertyNames: Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' }),
  additionalProperties: false,
});
const Source = Type.String({ maxLength: 40_000 });
export const PreviewBody = Type.Object(
  {
    channel: Type.Enum(['sms', 'email']),
    locale: Type.Optional(Type.String({ pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$', maxLength: 35 })),
    template: Type.Optional(
      Type.Unsafe<string | { subject?: string; text?: string; html?: string }>({
        description: 'of an SMS the text; of an email {subject?, text?, html?}; without it what would be sent now',
        anyOf: [
          Source,
          Type.Object(
            { subject: Type.Optional(Source), text: Type.Optional(Source), html: Type.Optional(Source) },
            closed,
          ),
        ],
      }),
    ),
    params: Type.Optional(Samples),
    binding: Type.Optional(Samples),
  },
  closed,
);
export const PreviewAnswer = Type.Object({
  subject: Type.Optional(Type.String()),
  text: Type.String(),
  html: Type.Optional(Type.String()),
  encoding: Type.Optional(Type.String({ description: 'of an SMS: gsm-7 or ucs-2' })),
  segments: Type.Optional(Type.Integer({ description: 'of an SMS' })),
});

export const ProviderList = Type.Array(Type.Object({ ...ProviderNote.properties, checkedAt: Time }));

export type PreviewBody = Static<typeof PreviewBody>;
export type PreviewAnswer = Static<typeof PreviewAnswer>;
