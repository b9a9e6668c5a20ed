import type { LogRecord, OutgoingRecord } from '#storage/log.ts';
import { changeValue, splice, type Dice } from './mutations.ts';

const oddTexts = ['', ' ', '0', '-1', '\u0000', 'é', 'twofold.constructor.v1', 'twofold.challenge-requested.v2', '9'.repeat(40), '__proto__',
  'x'.repeat(3_000), '1970-01-01T00:00:00.000Z', '9999-12-31T23:59:59Z', 'AAAAAAAAAAAAAAAAAAAAAA', '{"a":1}', 'application/xml']; // prettier-ignore

/** A record of the log with one thing about it that is not as it was: a header, its key, its bytes, a value in its data. */
export function mutateRecord(record: LogRecord, topic: string, dice: Dice): OutgoingRecord {
  const headers: Record<string, string | Buffer | Buffer[]> = { ...record.headers };
  const names = Object.keys(headers);
  const text = record.value?.toString() ?? '';
  const made = { topic, key: record.key, headers, value: record.value };
  switch (dice.below(8)) {
    case 0:
      delete headers[dice.pick(names)];
      return made;
    case 1:
      headers[dice.pick([...names, 'ce_unheard-of', '__proto__'])] = dice.pick(oddTexts);
      return made;
    case 2: {
      const [one, other] = [dice.pick(names), dice.pick(names)];
      [headers[one], headers[other]] = [headers[other] ?? '', headers[one] ?? ''];
      return made;
    }
    case 3:
      return { ...made, key: dice.pick([null, '', 'x', 'AAAAAAAAAAAAAAAAAAAAAA', Buffer.from('ff00fe', 'hex')]) };
    case 4:
      return {
        ...made,
        value: dice.pick([null, '', text.slice(0, dice.below(text.length)), Buffer.from('c3280a', 'hex')]),
      };
    case 5:
      return { ...made, value: splice(text, dice) };
    case 6:
      return { ...made, value: '{"x":'.repeat(dice.below(2_000)) };
    default:
      return { ...made, value: changeValue(text, dice) };
  }
}
