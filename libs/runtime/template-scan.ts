import type { TemplateFault } from './template-tree.ts';

const tagsMax = 250;
const tagLengthMax = 100;

/** What each character would start inside a tag, where a template may hold nothing but plain names. */
const forbiddenInTag: Readonly<Record<string, string>> = {
  '{': 'three or four braces print text unescaped: write {{name}}',
  '}': 'a brace inside a tag',
  '(': 'an expression inside a tag is not allowed',
  ')': 'an expression inside a tag is not allowed',
  '[': 'a name in brackets is not allowed',
  ']': 'a name in brackets is not allowed',
  '"': 'a quoted value inside a tag is not allowed',
  "'": 'a quoted value inside a tag is not allowed',
  '\\': 'a backslash inside a tag is not allowed',
};

/**
 * Looks over a template before the parser sees it, in one pass. The parser's work grows with the square of nested
 * blocks and brackets (a few kilobytes can hold it for seconds), so it only ever gets tags that are few, short and
 * made of plain names. A backslash before a tag would make the parser read the tag as text, which no template
 * needs, and is refused with them.
 */
export function scanTags(source: string): TemplateFault[] {
  let tags = 0;
  let open = source.indexOf('{{');
  while (open !== -1) {
    tags += 1;
    if (tags > tagsMax) return [faultAt(source, open, `more than ${tagsMax} tags`)];
    if (source[open - 1] === '\\') return [faultAt(source, open - 1, 'a backslash before a tag is not allowed')];
    const close = findTagEnd(source, open);
    if (close === -1) return [faultAt(source, open, 'a tag that is never closed')];
    const fault = isComment(source, open) ? undefined : findTagFault(source, open + 2, close);
    if (fault) return [fault];
    open = source.indexOf('{{', close + 2);
  }
  return [];
}

/** The place of an offset, by the line ends that the parser knows too. */
export function faultAt(source: string, offset: number, reason: string): TemplateFault {
  const lines = source.slice(0, offset).split(/\r\n?|\n/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1, reason };
}

function isComment(source: string, open: number): boolean {
  return source[open + 2] === '!' || source.startsWith('~!', open + 2);
}

/** A comment that begins with dashes ends with dashes; everything else ends at the next pair of braces. */
function findTagEnd(source: string, open: number): number {
  const dashed = source.startsWith('{{!--', open) || source.startsWith('{{~!--', open);
  if (!dashed) return source.indexOf('}}', open + 2);
  const end = /--~?\}\}/g;
  end.lastIndex = source.indexOf('!', open) + 1;
  const match = end.exec(source);
  return match ? match.index + match[0].length - 2 : -1;
}

function findTagFault(source: string, start: number, end: number): TemplateFault | undefined {
  if (end - start > tagLengthMax) return faultAt(source, start - 2, `a tag longer than ${tagLengthMax} characters`);
  for (let at = start; at < end; at += 1) {
    const reason = forbiddenInTag[source.charAt(at)];
    if (reason) return faultAt(source, source[at] === '{' ? start - 2 : at, reason);
  }
  if (source[end + 2] !== '}') return undefined;
  return faultAt(source, start - 2, 'a brace right behind a tag: leave a space between them');
}
