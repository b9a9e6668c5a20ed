import type { Settings } from '#core/settings-table.ts';
import { Problem, type FieldFault } from '#runtime/errors.ts';
import { localeChain } from '#runtime/locale-chain.ts';
import { checkTemplate, countSegments, fillParts, renderMessage, type TemplateKind } from '#runtime/render.ts';
import type { PreviewAnswer, PreviewBody } from '#schemas/settings-api.ts';

const sampleCode = '1234567890';
type MailSource = { readonly subject?: string; readonly text?: string; readonly html?: string };
type Source = string | MailSource;
type Draft = { readonly kind: TemplateKind; readonly field: string; readonly source: string };

/**
 * The message that a person would get, with sample values: by a template that is not saved yet, or by what is sent now. Faults of the
 * template are a Problem that lists each with its place.
 */
export function previewMessage(settings: Settings, tenantName: string, body: PreviewBody): PreviewAnswer {
  const { channel, template } = body;
  const drafts = template === undefined ? [] : draftsOf(channel, template);
  const faults = drafts.flatMap(({ kind, field, source }) =>
    checkTemplate(source, kind).map(({ line, column, reason }) => ({
      field,
      message: `line ${line}, column ${column}: ${reason}`,
    })),
  );
  if (faults.length > 0) throw refused(faults);
  const { codeDigits, codeLifetimeSeconds } = settings.methods[channel];
  const message = renderMessage({
    channel,
    locale: body.locale,
    values: {
      brand: settings.branding.name || tenantName,
      minutes: Math.max(Math.floor(codeLifetimeSeconds / 60), 1),
      purpose: 'verification',
      params: { ...samplesOf('params', drafts), ...body.params },
      binding: { ...samplesOf('binding', drafts), ...body.binding },
    },
    ...textsOf(settings, body),
    smsOrigin: settings.smsOrigin || undefined,
  });
  const fill = (parts: (typeof message)['text']) => fillParts(parts, sampleCode.slice(0, codeDigits));
  const text = fill(message.text);
  if (channel === 'sms') {
    const { encoding, segments } = countSegments(text);
    return { text, encoding, segments };
  }
  return {
    ...(message.subject && { subject: fill(message.subject) }),
    text,
    ...(message.html && { html: fill(message.html) }),
  };
}

/** The texts of a template that is tried out, each with its kind and its field. */
function draftsOf(channel: PreviewBody['channel'], template: Source): Draft[] {
  if (channel === 'sms') {
    if (typeof template === 'string') return [{ kind: 'sms', field: 'template', source: template }];
    throw refused([{ field: 'template', message: 'must be a text for an SMS' }]);
  }
  if (typeof template === 'string') {
    throw refused([{ field: 'template', message: 'must be {subject?, text?, html?} for an email' }]);
  }
  if (template.html !== undefined && template.text === undefined) {
    throw refused([{ field: 'template.text', message: 'is missing: a mail with HTML has a plain text as well' }]);
  }
  return (['subject', 'text', 'html'] as const).flatMap((part) => {
    const source = template[part];
    return source === undefined ? [] : [{ kind: `email-${part}` as const, field: `template.${part}`, source }];
  });
}

const refused = (errors: readonly FieldFault[]) => new Problem('malformed-request', { errors });

/** The settings' own texts, with the one that is tried out in the place of its locale. */
function textsOf({ methods: { sms, email } }: Settings, { channel, locale, template }: PreviewBody) {
  const key = localeChain(locale)[0] ?? 'en';
  // Written in another case the same locale would still be found, and first.
  const others = <T>(texts: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(texts).filter(([tag]) => localeChain(tag)[0] !== key));
  if (template === undefined) return { smsTemplates: sms.template, emailTemplates: email };
  if (channel === 'sms') return { smsTemplates: { ...others(sms.template), [key]: template as string } };
  const { subject, text, html } = template as MailSource;
  return {
    emailTemplates: {
      subject: subject === undefined ? email.subject : { ...others(email.subject), [key]: subject },
      template: text === undefined ? email.template : { ...others(email.template), [key]: { text, html } },
    },
  };
}

/** A value for every name that the tried template uses, so that whoever writes it sees where it will stand. */
function samplesOf(group: 'params' | 'binding', drafts: readonly Draft[]): Record<string, string> {
  const pattern = new RegExp(`\\b${group}\\.([A-Za-z0-9_-]{1,32})`, 'g');
  const names = drafts.flatMap(({ source }) => [...source.matchAll(pattern)].map(([, name = '']) => name));
  return Object.fromEntries(names.map((name) => [name, `[${name}]`]));
}
