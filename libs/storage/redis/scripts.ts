import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A Lua script as the server knows it. Its keys, arguments, answer and reason are told in its head. */
export type Script = { readonly text: string; readonly digest: string };

const guard = readText('guard');

/** Those that rely on what the server holds: the guard stands before them (lua/guard.lua). */
export const scripts = {
  read: guarded('read'),
  probe: guarded('probe'),
  commit: guarded('commit'),
  settle: guarded('settle'),
  endErasure: guarded('end-erasure'),
  claim: guarded('claim'),
  lease: guarded('lease'),
  finish: guarded('finish'),
  yield: guarded('yield'),
  reserve: guarded('reserve'),
  counted: guarded('counted'),
  takeBack: guarded('take-back'),
  release: guarded('release'),
  note: guarded('note'),
  peek: guarded('peek'),
  restore: guarded('restore'),
  recount: guarded('recount'),
  resegment: guarded('resegment'),
  refinish: guarded('refinish'),
  renote: guarded('renote'),
  admit: guarded('admit'),
  survey: script(readText('survey')),
  /** Approximate by nature, so it relies on nothing. */
  tally: script(readText('tally')),
} as const;

function guarded(name: string): Script {
  return script(guard + readText(name));
}

function script(text: string): Script {
  return { text, digest: createHash('sha1').update(text).digest('hex') };
}

function readText(name: string): string {
  return readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8');
}
