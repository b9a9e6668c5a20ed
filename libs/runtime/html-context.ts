import type { Nodes, Place, TemplateFault } from './template-tree.ts';

/** Attributes that only ever show their value; every other one can load, link, style or run something. */
const shownAttribute = /\s(?:alt|title)\s*=\s*(?:"[^"]*|'[^']*)$/i;
const rawTextElement = /^<(style|script)\b/i;

/**
 * Escaping makes a value safe as text and nowhere else, so in HTML a variable may stand in text and inside quoted
 * `alt` and `title` attributes, and a branch must open and close its own tags. Returns the first fault only: after
 * it all is guesswork.
 */
export function findMarkupFaults(nodes: Nodes): TemplateFault[] {
  const result = walk(nodes, '');
  if (typeof result !== 'string') return [result];
  return result === '' ? [] : [{ line: 1, column: 1, reason: `a tag is never closed: ${result.slice(0, 40)}` }];
}

/** Gives the markup still open after these nodes ('' in text), or the first fault. */
function walk(nodes: Nodes, before: string): string | TemplateFault {
  let open = before;
  for (const node of nodes) {
    if (node.kind === 'text') {
      open = findOpenMarkup(open + node.text);
    } else if (node.kind === 'if') {
      if (open !== '') return misplaced(node.at, '{{#if}}');
      for (const branch of [node.yes, node.no]) {
        const end = walk(branch, '');
        if (typeof end !== 'string') return end;
        if (end !== '') return { ...node.at, reason: 'a branch ends inside an HTML tag that it opened' };
      }
    } else if (open !== '' && !(shownAttribute.test(open) && !rawTextElement.test(open))) {
      return misplaced(node.at, node.kind === 'slot' ? '{{code}}' : `{{${node.path.join('.')}}}`);
    }
  }
  return open;
}

function misplaced(at: Place, what: string): TemplateFault {
  return {
    ...at,
    reason: `${what} stands inside an HTML tag, comment, style or script: only text, alt and title are safe`,
  };
}

/** The unfinished tag, comment, style or script at the end of some HTML, '' when it ends in text. */
function findOpenMarkup(html: string): string {
  let at = 0;
  for (;;) {
    const start = findMarkupStart(html, at);
    if (start === -1) return '';
    const end = findMarkupEnd(html, start);
    if (end === -1) return html.slice(start);
    at = end;
  }
}

/** A `<` that a browser would not read as markup is text. One at the very end may yet become markup. */
function findMarkupStart(html: string, from: number): number {
  const markup = /<(?:[a-z/!?]|$)/gi;
  markup.lastIndex = from;
  return markup.exec(html)?.index ?? -1;
}

function findMarkupEnd(html: string, start: number): number {
  if (html.startsWith('<!--', start)) return endOf(html, '-->', start + 4);
  const tagEnd = findTagEnd(html, start);
  const rawText = rawTextElement.exec(html.slice(start, start + 8))?.[1];
  if (tagEnd === -1 || !rawText) return tagEnd;
  const close = new RegExp(`</${rawText}\\s*>`, 'gi');
  close.lastIndex = tagEnd;
  const match = close.exec(html);
  return match ? match.index + match[0].length : -1;
}

function findTagEnd(html: string, start: number): number {
  let quote = '';
  for (let at = start; at < html.length; at += 1) {
    const character = html.charAt(at);
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return at + 1;
  }
  return -1;
}

function endOf(html: string, text: string, from: number): number {
  const at = html.indexOf(text, from);
  return at === -1 ? -1 : at + text.length;
}
