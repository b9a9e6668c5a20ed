import Handlebars from 'handlebars';
import { findMarkupFaults } from './html-context.ts';
import { faultAt, scanTags } from './template-scan.ts';
import type { Nodes, Place, TemplateFault, TemplateNode, VariablePath } from './template-tree.ts';

/** Texts that bring a code, and notices, which never do. */
export type TemplateKind =
  | 'sms'
  | 'email-subject'
  | 'email-text'
  | 'email-html'
  | 'notice-sms'
  | 'notice-subject'
  | 'notice-text'
  | 'notice-html';
export type ReadTemplate = { readonly nodes: Nodes; readonly faults: readonly TemplateFault[] };

export const sourceBytesMax: Readonly<Record<TemplateKind, number>> = {
  sms: 1000,
  'email-subject': 200,
  'email-text': 5000,
  'email-html': 30_000,
  'notice-sms': 1000,
  'notice-subject': 200,
  'notice-text': 5000,
  'notice-html': 30_000,
};
const nestingMax = 8;
const slotsMax = 3;
const faultsMax = 20;

const plainNames = new Set(['code', 'brand', 'minutes', 'purpose']);
const ownName = /^[A-Za-z0-9_-]{1,32}$/;
const inheritedNames = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads a template into the renderer's own tree, or says what is wrong with it and where. Handlebars only parses:
 * its output is never compiled or run, so a flaw of that engine cannot become one of ours. Never throws, whatever
 * the source is.
 */
export function readTemplate(source: unknown, kind: TemplateKind): ReadTemplate {
  if (typeof source !== 'string') return refuse({ line: 1, column: 1, reason: 'a template is a text' });
  const early = findSourceFaults(source, kind);
  if (early.length > 0) return refuse(...early);
  const parsed = parse(source);
  if ('reason' in parsed) return refuse(parsed);
  const faults: TemplateFault[] = [];
  const nodes = readProgram(parsed, 1, faults);
  if (faults.length === 0) faults.push(...findSlotFaults(nodes, kind));
  if (faults.length === 0 && isHtml(kind)) faults.push(...findMarkupFaults(nodes));
  return faults.length > 0 ? refuse(...faults.slice(0, faultsMax)) : { nodes, faults };
}

export const isHtml = (kind: TemplateKind): boolean => kind === 'email-html' || kind === 'notice-html';
const isSubject = (kind: TemplateKind): boolean => kind === 'email-subject' || kind === 'notice-subject';

function refuse(...faults: TemplateFault[]): ReadTemplate {
  return { nodes: [], faults };
}

/** What can be told without a parser: size, characters that no message should carry, and the shape of the tags. */
function findSourceFaults(source: string, kind: TemplateKind): TemplateFault[] {
  const bytesMax = sourceBytesMax[kind];
  if (source.length > bytesMax || Buffer.byteLength(source) > bytesMax) {
    return [{ line: 1, column: 1, reason: `longer than ${bytesMax} bytes` }];
  }
  if (source.trim() === '') return [{ line: 1, column: 1, reason: 'a template must not be empty' }];
  const control = source.search(isSubject(kind) ? /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u : /(?![\t\r\n])[\p{Cc}\p{Cs}]/u);
  if (control !== -1) return [faultAt(source, control, 'a control character or line break that cannot stand here')];
  return scanTags(source);
}

function parse(source: string): hbs.AST.Program | TemplateFault {
  try {
    return Handlebars.parse(source);
  } catch (error) {
    return describeParseError(source, error);
  }
}

/**
 * Most of the parser's messages give a line only; those about names that do not fit give the column of the name as
 * well.
 */
function describeParseError(source: string, error: unknown): TemplateFault {
  const message = error instanceof Error ? error.message : '';
  if (message.includes("got 'EOF'"))
    return faultAt(source, source.length, 'the template ends before a block is closed');
  const lines = source.split(/\r\n?|\n/);
  const placed = /^(?:(\S+) doesn't match (\S+)|Invalid path: (\S+)) - (\d+):(\d+)$/.exec(message);
  if (placed) {
    const [, opened, closed, path] = placed;
    const [line, column] = [Number(placed[4]), Number(placed[5])];
    const reason = path ? `${path} is not allowed: write the plain name` : `#${opened} is closed by /${closed}`;
    return { line, column: Math.max(0, lines[line - 1]?.lastIndexOf('{{', column) ?? 0) + 1, reason };
  }
  const line = Number(/on line (\d+)/.exec(message)?.[1] ?? 1);
  const column = findOddTag(lines[line - 1] ?? '') + 1;
  return { line, column, reason: 'a tag that cannot be read, or that stands where it makes no sense' };
}

/**
 * The tag in a line that is neither a name nor the start of a block; if all are, the first that ends or divides
 * one.
 */
function findOddTag(line: string): number {
  const odd = line.search(/\{\{(?!~?(?:#if\s+)?[\w.-]+\s*~?\}\}|~?else\s+if\s+[\w.-]+\s*~?\}\}|~?\/if\s*~?\}\}|~?!)/);
  return Math.max(0, odd === -1 ? line.search(/\{\{~?(?:else|\/)/) : odd);
}

function readProgram(program: hbs.AST.Program | undefined, depth: number, faults: TemplateFault[]): Nodes {
  return (program?.body ?? []).flatMap((statement) => readStatement(statement, depth, faults) ?? []);
}

function readStatement(node: hbs.AST.Statement, depth: number, faults: TemplateFault[]): TemplateNode | undefined {
  if (isA(node, 'ContentStatement')) return { kind: 'text', text: node.value };
  if (isA(node, 'MustacheStatement')) return readMustache(node, faults);
  if (isA(node, 'BlockStatement')) return readBlock(node, depth, faults);
  switch (node.type) {
    case 'CommentStatement':
      return undefined;
    case 'PartialStatement':
    case 'PartialBlockStatement':
      return fail(faults, node, 'another template cannot be included');
    case 'Decorator':
    case 'DecoratorBlock':
      return fail(faults, node, 'a decorator is not allowed');
    default:
      return fail(faults, node, 'only text, {{name}} and {{#if name}} are allowed');
  }
}

type AllowedNodes = {
  ContentStatement: hbs.AST.ContentStatement;
  MustacheStatement: hbs.AST.MustacheStatement;
  BlockStatement: hbs.AST.BlockStatement;
  PathExpression: hbs.AST.PathExpression;
};

function isA<T extends keyof AllowedNodes>(node: hbs.AST.Node | undefined, type: T): node is AllowedNodes[T] {
  return node?.type === type;
}

function readMustache(node: hbs.AST.MustacheStatement, faults: TemplateFault[]): TemplateNode | undefined {
  if (!node.escaped) return fail(faults, node, 'text cannot be printed unescaped: write {{name}}');
  if (node.params.length > 0 || node.hash) return fail(faults, node, 'a helper cannot be called: write {{name}} alone');
  const path = readPath(node.path);
  if (typeof path === 'string') return fail(faults, node, path);
  return path[0] === 'code' ? { kind: 'slot', at: placeOf(node) } : { kind: 'value', path, at: placeOf(node) };
}

function readBlock(node: hbs.AST.BlockStatement, depth: number, faults: TemplateFault[]): TemplateNode | undefined {
  const name = node.path.original;
  if (name !== 'if') return fail(faults, node, `a block #${name} is not allowed: only {{#if name}}`);
  if (!node.program) return fail(faults, node, '{{^if}} is not allowed: write {{#if name}}{{else}}…{{/if}}');
  if (node.program.blockParams || node.inverse?.blockParams) return fail(faults, node, '"as |name|" is not allowed');
  if (node.hash || node.params.length !== 1) return fail(faults, node, '{{#if}} takes one name and nothing else');
  if (depth > nestingMax) return fail(faults, node, `blocks nested deeper than ${nestingMax}`);
  const path = readPath(node.params[0]);
  if (typeof path === 'string') return fail(faults, node, path);
  const yes = readProgram(node.program, depth + 1, faults);
  const no = readProgram(node.inverse, depth + 1, faults);
  return { kind: 'if', path, at: placeOf(node), yes, no };
}

/**
 * A known name as a path, or the reason why it is none. The written form must be the plain one (no `this.`, `./`,
 * `a/b`).
 */
function readPath(expression: hbs.AST.Expression | undefined): VariablePath | string {
  if (!isA(expression, 'PathExpression')) return 'a value written out is not allowed: only names';
  const { data, depth, parts, original } = expression;
  if (data) return `${original} is not allowed: there are no @ variables`;
  if (depth !== 0 || parts.length === 0 || original !== parts.join('.')) {
    return `${original} is not allowed: write the plain name`;
  }
  const [first = '', second, ...rest] = parts;
  if (second === undefined && plainNames.has(first)) return [first];
  if ((first !== 'params' && first !== 'binding') || second === undefined || rest.length > 0) {
    return `${original} is unknown: code, brand, minutes, purpose, params.<name>, binding.<name>`;
  }
  if (!ownName.test(second) || inheritedNames.has(second)) {
    return `${original} is not allowed: a name has 1–32 letters, digits, _ or -`;
  }
  return [first, second];
}

/** The code must stand on every path through the template, so that no value can make a message without it. A notice has none. */
function findSlotFaults(nodes: Nodes, kind: TemplateKind): TemplateFault[] {
  const { least, most } = countSlots(nodes);
  if (kind.startsWith('notice-')) return most > 0 ? [{ line: 1, column: 1, reason: 'a notice has no {{code}}' }] : [];
  if (most > slotsMax) return [{ line: 1, column: 1, reason: `{{code}} stands more than ${slotsMax} times` }];
  if (least > 0 || kind === 'email-subject') return [];
  const branch = nodes.find((node) => node.kind === 'if' && countSlots([...node.yes, ...node.no]).most > 0);
  const place = branch?.kind === 'if' ? branch.at : { line: 1, column: 1 };
  return [{ ...place, reason: branch ? '{{code}} must stand in both branches' : '{{code}} is missing' }];
}

function countSlots(nodes: Nodes): { least: number; most: number } {
  let least = 0;
  let most = 0;
  for (const node of nodes) {
    if (node.kind === 'slot') {
      least += 1;
      most += 1;
    } else if (node.kind === 'if') {
      const [yes, no] = [countSlots(node.yes), countSlots(node.no)];
      least += Math.min(yes.least, no.least);
      most += Math.max(yes.most, no.most);
    }
  }
  return { least, most };
}

function placeOf(node: hbs.AST.Node): Place {
  return { line: node.loc.start.line, column: node.loc.start.column + 1 };
}

function fail(faults: TemplateFault[], node: hbs.AST.Node, reason: string): undefined {
  faults.push({ ...placeOf(node), reason });
}
