import { isDeepStrictEqual, styleText } from 'node:util';

/** Something in the story went otherwise than it should. */
export class Deviation extends Error {
  constructor(what: string, expected: unknown, got: unknown) {
    super(`${what}\n  expected  ${show(expected)}\n  got       ${show(got)}`);
    this.name = 'Deviation';
  }
}

const show = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** Holds what came against what should have come. */
export function demand(what: string, got: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(got, expected)) throw new Deviation(what, expected, got);
}

const write = (line = '') => process.stdout.write(`${line}\n`);

/** What a person at the terminal sees; without a terminal, or with NO_COLOR, the same words without colours. */
export const page = {
  title: (text: string) => write(`\n  ${styleText('bold', text)}`),
  step: (number: number, text: string) => write(`\n  ${styleText('cyan', String(number))}  ${styleText('bold', text)}`),
  call: (text: string) => write(`     ${styleText('dim', text)}`),
  say: (text: string) => write(`     ${text}`),
  quote(text: string) {
    for (const line of text.trimEnd().split('\n')) write(`     ${styleText('yellow', '|')} ${line}`);
  },
  field: (name: string, value: string) => write(`     ${styleText('dim', name.padEnd(9))} ${value}`),
  event: (time: string, type: string, words: string) =>
    write(`     ${styleText('dim', time)}  ${styleText('green', type.padEnd(20))} ${words}`),
  done: (text: string) => write(`\n  ${styleText('green', text)}\n`),
  fault: (text: string) =>
    process.stderr.write(
      `\n  ${styleText('red', 'This is not what should have happened.')}\n  ${text.replaceAll('\n', '\n  ')}\n\n`,
    ),
};
