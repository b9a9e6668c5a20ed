import { errorTable } from '#runtime/errors.ts';
import type { Answer } from './call.ts';

export type Mutable = {
  readonly method: string;
  readonly path: string;
  readonly text: string;
  readonly headers: Record<string, string>;
};

/** Numbers from 0 to 1 that a seed decides (mulberry32), so that a failure can be played again. */
export function createDice(seed: number) {
  let state = seed;
  const roll = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number) => Math.floor(roll() * count);
  const pick = <T>(choices: readonly T[]): T => choices[below(choices.length)] as T;
  return { below, pick };
}

export type Dice = ReturnType<typeof createDice>;

const oddValues: readonly unknown[] = [null, true, -1, 1e308, '', ' ', '\u0000', 'x'.repeat(5_000), [], {}, [[[]]], '__proto__', '%00', '💥',
  { length: 9 }, 'null', '../..', '\ud800', 'ſ', '0'.repeat(64)]; // prettier-ignore
const oddPieces = ['"', '{', '}', '\\', '\u0000', '\u2028', '%', '/', ',', ':', '-', 'e9', '\\u0000', '\ufffe'];
const oddHeaders: Readonly<Record<string, string>>[] = [
  { 'content-type': 'application/json; charset=latin1' },
  { 'content-type': 'text/json' },
  { 'if-match': '"x"' },
  { 'idempotency-key': '\u00fc' },
  { 'idempotency-key': 'same' },
  { authorization: 'Bearer tf_a_b_c_d' },
  { 'content-encoding': 'gzip' },
  { traceparent: '00-zz-zz-zz' },
  { accept: 'text/html' },
  { 'x-forwarded-for': '1.2.3.4, ::1' },
];

/** Changes one value somewhere in a JSON text, or adds one. */
export function changeValue(text: string, dice: Dice): string {
  const root: unknown = JSON.parse(text);
  let place = root as Record<string, unknown>;
  for (;;) {
    const names = Object.keys(place);
    const name =
      names.length === 0 || dice.below(5) === 0 ? dice.pick(['to', 'extra', 'constructor']) : dice.pick(names);
    const inner = place[name];
    if (typeof inner === 'object' && inner !== null && dice.below(3) > 0) {
      place = inner as Record<string, unknown>;
    } else {
      if (dice.below(4) === 0) delete place[name];
      else place[name] = dice.pick(oddValues);
      return JSON.stringify(root);
    }
  }
}

export function splice(text: string, dice: Dice): string {
  const at = dice.below(text.length + 1);
  return text.slice(0, at) + dice.pick(['', ...oddPieces]) + text.slice(at + dice.below(3));
}

function mutate(request: Mutable, dice: Dice): Mutable {
  switch (dice.below(7)) {
    case 0:
      return {
        ...request,
        path: `/${splice(request.path.slice(1), dice).replace(/[^\x21-\x7e]/g, '%')}`,
      };
    case 1:
      return { ...request, method: dice.pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']) };
    case 2:
      return { ...request, headers: { ...request.headers, ...dice.pick(oddHeaders) } };
    case 3:
      return { ...request, text: splice(request.text, dice) };
    default:
      return { ...request, text: changeValue(request.text, dice) };
  }
}

/** Mutated once to three times. What was broken once is no JSON to change values in: it goes as it is. */
export function mutateOften(request: Mutable, dice: Dice): Mutable {
  let mutated = request;
  try {
    for (let rounds = dice.below(3); rounds >= 0; rounds -= 1) mutated = mutate(mutated, dice);
  } catch {
    return mutated;
  }
  return mutated;
}

const codes = new Set<string>(Object.keys(errorTable));

/** What is wrong with an answer, or undefined. */
export function faultOf({ status, headers, json, text }: Answer, method: string): string | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status < 400 || status >= 500) return `status ${status}`;
  if (method === 'HEAD') return text === '' ? undefined : 'a body for HEAD';
  if (headers['content-type'] !== 'application/problem+json') return `type ${headers['content-type']}`;
  if (!codes.has(json?.code) || json.status !== status) return `problem ${text}`;
  if (status === 429 && !headers['retry-after']) return 'no Retry-After';
  return undefined;
}
