import type { ChannelName, Parts, RenderedMessage } from '#schemas/channel.ts';
import { builtInEmail, builtInSms } from './built-in-templates.ts';
import { findByLocale, localeChain } from './locale-chain.ts';
import { addOrigin } from './sms-origin.ts';
import { isHtml, readTemplate, sourceBytesMax } from './template-syntax.ts';
import type { ReadTemplate, TemplateKind } from './template-syntax.ts';
import type { Nodes, TemplateFault, VariablePath } from './template-tree.ts';
import { cleanForeignValue, cleanValue, escapeHtml } from './template-values.ts';

export { builtInLocales } from './built-in-templates.ts';
export { countSegments } from './sms-segments.ts';
export type { TemplateFault } from './template-tree.ts';
export type { TemplateKind } from './template-syntax.ts';

/** Handlebars source. */
export type TemplateText = string;
export type SmsTemplates = Readonly<Record<string, TemplateText>>;
export type EmailTemplates = {
  readonly subject: Readonly<Record<string, TemplateText>>;
  readonly template: Readonly<Record<string, { readonly text: TemplateText; readonly html?: TemplateText }>>;
};
export type RenderValues = {
  readonly brand: string;
  readonly minutes: number;
  readonly purpose: string;
  readonly params: Readonly<Record<string, string>>;
  readonly binding: Readonly<Record<string, string>>;
};

export type RenderInput = {
  readonly channel: ChannelName;
  readonly locale: string | undefined;
  readonly values: RenderValues;
  readonly smsTemplates?: SmsTemplates;
  readonly emailTemplates?: EmailTemplates;
  /** The host that a code in an SMS is bound to, such as `acme.example`. */
  readonly smsOrigin?: string;
};

/** What is wrong with a template, and where; empty when it may be used. Takes any input and never throws. */
export function checkTemplate(source: unknown, kind: TemplateKind): TemplateFault[] {
  return [...readCached(source, kind).faults];
}

/**
 * Renders a message with an empty slot wherever the code will stand. Each text is the first sound one of: tenant
 * locale, tenant language, built-in locale, built-in language, tenant English, built-in English. A subject is
 * chosen apart from its body; a tenant's body without HTML is sent as text alone. A stored template that the rules
 * refuse is passed over, so a message always comes out.
 */
export function renderMessage(input: RenderInput): RenderedMessage {
  return renderers[input.channel](input, localeChain(input.locale));
}

const renderers: Record<ChannelName, (input: RenderInput, chain: readonly string[]) => RenderedMessage> = {
  sms: renderSms,
  email: renderEmail,
};

function renderSms({ values, smsTemplates, smsOrigin }: RenderInput, chain: readonly string[]): RenderedMessage {
  const source = choose(chain, smsTemplates, builtInSms, (text) => isSound(text, 'sms'));
  return { text: addOrigin(renderTemplate(source, 'sms', values), smsOrigin) };
}

function renderEmail({ values, emailTemplates }: RenderInput, chain: readonly string[]): RenderedMessage {
  const subjects = emailTemplates?.subject;
  const subject = choose(chain, subjects, builtInEmail.subject, (text) => isSound(text, 'email-subject'));
  const { text, html } = choose(chain, emailTemplates?.template, builtInEmail.template, (body) => {
    return isSound(body.text, 'email-text') && (body.html === undefined || isSound(body.html, 'email-html'));
  });
  return {
    subject: renderTemplate(subject, 'email-subject', values),
    text: renderTemplate(text, 'email-text', values),
    ...(html === undefined ? {} : { html: renderTemplate(html, 'email-html', values) }),
  };
}

/** Puts the code into every slot, at the provider's door and nowhere earlier. */
export function fillParts(parts: Parts, code: string): string {
  return parts.map((part) => part ?? code).join('');
}

type ByLocale<T> = Readonly<Record<string, T>>;

function choose<T>(
  chain: readonly string[],
  own: ByLocale<T> | undefined,
  builtIn: ByLocale<T>,
  sound: (it: T) => boolean,
): T {
  const candidates = [
    ...chain.map((tag) => findByLocale(own ?? {}, tag)),
    ...chain.map((tag) => findByLocale(builtIn, tag)),
    findByLocale(own ?? {}, 'en'),
    builtIn['en'],
  ];
  const chosen = candidates.find((candidate) => candidate !== undefined && sound(candidate));
  if (chosen === undefined) throw new Error('the built-in English template is not sound');
  return chosen;
}

function isSound(source: unknown, kind: TemplateKind): boolean {
  return readCached(source, kind).faults.length === 0;
}

const readTemplates = new Map<TemplateKind, Map<string, ReadTemplate>>();
const readTemplatesMax = 150;

/** The newest templates of each kind stay read; the one unused for longest makes room. */
function readCached(source: unknown, kind: TemplateKind): ReadTemplate {
  if (typeof source !== 'string' || source.length > sourceBytesMax[kind]) return readTemplate(source, kind);
  const known = readTemplates.get(kind) ?? new Map<string, ReadTemplate>();
  readTemplates.set(kind, known);
  const read = known.get(source) ?? readTemplate(source, kind);
  known.delete(source);
  known.set(source, read);
  if (known.size > readTemplatesMax) known.delete(known.keys().next().value ?? source);
  return read;
}

/** The parts of one text that the rules have taken; of one that they refuse, none. */
export function renderTemplate(source: TemplateText, kind: TemplateKind, values: RenderValues): Parts {
  const escape = isHtml(kind) ? escapeHtml : (value: string) => value;
  const parts: (string | null)[] = [];
  interpret(readCached(source, kind).nodes, (path) => escape(readValue(path, values)), parts);
  return parts;
}

function interpret(nodes: Nodes, read: (path: VariablePath) => string, parts: (string | null)[]): void {
  for (const node of nodes) {
    if (node.kind === 'if') {
      interpret(node.path[0] === 'code' || read(node.path) !== '' ? node.yes : node.no, read, parts);
    } else if (node.kind === 'slot') {
      parts.push(null);
    } else {
      append(parts, node.kind === 'text' ? node.text : read(node.path));
    }
  }
}

/** Texts that touch become one part, so the list shows nothing of how a template was written. */
function append(parts: (string | null)[], text: string): void {
  const last = parts.at(-1);
  if (typeof last === 'string') parts[parts.length - 1] = last + text;
  else if (text !== '') parts.push(text);
}

/**
 * An absent variable is empty text. The brand is the tenant's own word; params and bindings may carry a stranger's.
 */
function readValue([first, second]: VariablePath, values: RenderValues): string {
  if (first === 'brand' || first === 'purpose') return cleanValue(values[first]);
  if (first === 'minutes') return String(Math.max(1, Math.floor(values.minutes)));
  if ((first !== 'params' && first !== 'binding') || second === undefined) return '';
  const group = values[first];
  return Object.hasOwn(group, second) ? cleanForeignValue(String(group[second])) : '';
}
