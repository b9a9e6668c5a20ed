import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A Lua script as the server knows it. Its keys, arguments, answer and reason are told in its head. */
export type Script = { readonly text: string; readonly digest: string };

export const scripts = {
  commit: readScript('commit'),
  settle: readScript('settle'),
  endErasure: readScript('end-erasure'),
  claim: readScript('claim'),
  lease: readScript('lease'),
  finish: readScript('finish'),
  yield: readScript('yield'),
  reserve: readScript('reserve'),
  takeBack: readScript('take-back'),
  note: readScript('note'),
  tally: readScript('tally'),
} as const;

function readScript(name: string): Script {
  const text = readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8');
  return { text, digest: createHash('sha1').update(text).digest('hex') };
}
