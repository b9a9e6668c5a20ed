import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { LogRecord, OutgoingRecord } from '#storage/log.ts';
import { topics } from '#schemas/topics.ts';
import { aPhone, anEmail, eventually } from '../support/installation.ts';
import { uniqueName } from '../support/services.ts';
import { guess, obtainCode, obtainNext } from '../support/story.ts';
import type { System } from '../support/system.ts';

type Poison = Pick<OutgoingRecord, 'key' | 'value'> & { readonly headers: Readonly<Record<string, string>> };

/** Who reads each topic, and a type that is at home there. */
const readers = [
  [topics.journal.name, 'template-worker', 'challenge-requested'],
  [topics.messagesSms.name, 'delivery-worker-sms', 'message-rendered'],
  [topics.messagesEmail.name, 'delivery-worker-email', 'message-rendered'],
  [topics.deliveries.name, 'verifier', 'delivery-sent'],
] as const;

/** Records that nobody can handle, each with the reason why. */
function poisons(key: string, type: string): (Poison & { readonly reason: string })[] {
  const envelope = {
    ce_specversion: '1.0',
    ce_id: uniqueName('id'),
    ce_type: `twofold.${type}.v1`,
    ce_source: '/test',
    ce_subject: 'x',
    ce_tenant: 'nobody',
    ce_time: new Date().toISOString(),
    ce_version: '1',
    ce_prev: '',
    'content-type': 'application/json',
  };
  const value = '{"challengeId":"x"}';
  const { ce_specversion: _, ...unversioned } = envelope;
  return [
    { reason: 'malformed-json', key, value: 'not json {', headers: envelope },
    { reason: 'malformed-json', key, value: '[1]', headers: envelope },
    { reason: 'malformed-json', key, value: Buffer.from('7bff00fe7d', 'hex'), headers: envelope },
    { reason: 'not-a-cloudevent', key, value, headers: {} },
    { reason: 'not-a-cloudevent', key, value, headers: unversioned },
    { reason: 'malformed-envelope', key, value, headers: { ...envelope, ce_id: '' } },
    { reason: 'malformed-envelope', key, value, headers: { ...envelope, ce_time: 'yesterday' } },
    { reason: 'unknown-type', key, value, headers: { ...envelope, ce_type: 'twofold.coffee-brewed.v1' } },
    { reason: 'unknown-type', key, value, headers: { ...envelope, ce_type: 'twofold.constructor.v1' } },
    { reason: 'unknown-version', key, value, headers: { ...envelope, ce_type: `twofold.${type}.v9` } },
    { reason: 'no-key', key: null, value, headers: envelope },
    { reason: 'no-value', key, value: null, headers: envelope },
    { reason: 'malformed-data', key, value, headers: envelope },
    { reason: 'malformed-data', key, value: '{"__proto__":{"challengeId":"x"}}', headers: envelope },
    { reason: 'malformed-data', key, value: `{"x":"${'x'.repeat(1_000_000)}"}`, headers: envelope },
    { reason: 'malformed-data', key, value: '{"x":'.repeat(10_000) + '1' + '}'.repeat(10_000), headers: envelope },
  ];
}

const bytesOf = (bytes: string | Buffer | null) => (bytes === null ? null : Buffer.from(bytes));

/** A record that no service can handle stops nobody: it becomes a dead letter, as it was, and what follows goes on. */
export function describePoison(given: () => System): void {
  /** The dead letters of records that carry these marks, by mark. */
  async function buried(marks: readonly string[]): Promise<Map<string, LogRecord>> {
    return await eventually(`${marks.length} dead letters`, async () => {
      const found = new Map<string, LogRecord>();
      for await (const record of given().foundation.log.read({ topics: [topics.deadLetters.name] })) {
        const mark = record.headers['x-mark']?.toString() ?? '';
        if (marks.includes(mark)) found.set(mark, record);
      }
      return found.size === marks.length && found;
    });
  }

  const read = (record: LogRecord) =>
    Object.fromEntries(Object.entries(record.headers).map(([name, value]) => [name, value.toString()]));

  describe('a poison record', () => {
    for (const [topic, group, type] of readers) {
      it(`in ${topic} becomes a dead letter with its reason and unchanged bytes, and the next ones flow`, async () => {
        const system = given();
        const channel = topic === topics.messagesEmail.name ? 'email' : 'sms';
        const to = channel === 'email' ? anEmail() : aPhone();
        const asked = await obtainCode(system, { channel, to });
        const records = poisons(asked.made.json.subject, type).map((poison) => ({
          ...poison,
          mark: uniqueName('mark'),
        }));
        for (const { key, value, headers, mark } of records) {
          await system.foundation.log.publish([{ topic, key, value, headers: { ...headers, 'x-mark': mark } }]);
        }
        const { code } = await obtainNext(system, asked);
        await eventually('the fate of the second send', async () => {
          const { sends } = (await system.call('GET', `/v1/challenges/${asked.id}`)).json;
          return sends[1].status === 'sent';
        });
        expect(await guess(system.call, asked.id, code)).toMatchObject({ result: 'approved' });
        const letters = await buried(records.map(({ mark }) => mark));
        for (const { reason, key, value, headers, mark } of records) {
          const letter = letters.get(mark);
          const { dl_reason, dl_topic, dl_group, dl_attempts, dl_partition, dl_offset, ...rest } = read(
            letter as LogRecord,
          );
          expect({ dl_reason, dl_topic, dl_group, dl_attempts }).toEqual({
            dl_reason: reason,
            dl_topic: topic,
            dl_group: group,
            dl_attempts: '1',
          });
          expect(`${dl_partition}/${dl_offset}`).toMatch(/^\d+\/\d+$/);
          expect(rest).toEqual({ ...headers, 'x-mark': mark });
          expect(letter?.key).toEqual(bytesOf(key));
          expect(letter?.value?.equals(bytesOf(value) ?? Buffer.alloc(0)) ?? null).toBe(value === null ? null : true);
        }
      });
    }

    it('of over a megabyte is named by its size and digest, its bytes stay where they are', async () => {
      const system = given();
      const [mark, key] = [uniqueName('mark'), uniqueName('key')];
      const value = `{"x":"${'x'.repeat(1_048_576)}"}`;
      const headers = { ce_specversion: '1.0', 'x-mark': mark };
      await system.foundation.log.publish([{ topic: topics.journal.name, key, value, headers }]);
      const letter = (await buried([mark])).get(mark) as LogRecord;
      expect(read(letter)).toMatchObject({
        ...headers,
        dl_reason: 'too-large',
        dl_sha256: createHash('sha256').update(value).digest('hex'),
      });
      expect(letter.key?.toString()).toBe(key);
      expect(letter.value).toBeNull();
    });

    it('that repeats a header is one, too', async () => {
      const mark = uniqueName('mark');
      const headers = { 'x-mark': mark, ce_id: ['a', 'b'] };
      await given().foundation.log.publish([{ topic: topics.journal.name, key: 'x', value: '{}', headers }]);
      const letter = (await buried([mark])).get(mark);
      expect(letter?.headers['dl_reason']?.toString()).toBe('repeated-header');
      expect(letter?.headers['ce_id']).toEqual([Buffer.from('a'), Buffer.from('b')]);
    });
  });

  describe('a forked event', () => {
    it('that asks for another code of the same send is buried; the person gets one message', async () => {
      const system = given();
      const { log } = system.foundation;
      const { to, id, code, made } = await obtainCode(system);
      const requested = await eventually('the request in the journal', async () => {
        for await (const record of log.read({ topics: [topics.journal.name] })) {
          if (record.key?.toString() === made.json.subject) return record;
        }
        return undefined;
      });
      const data = JSON.parse(requested.value?.toString() ?? '');
      const value = JSON.stringify({ ...data, send: { ...data.send, nonce: 'A'.repeat(22) } });
      const mark = uniqueName('mark');
      const headers = { ...read(requested), 'x-mark': mark };
      await log.publish([{ topic: topics.journal.name, key: made.json.subject, value, headers }]);
      const letter = (await buried([mark])).get(mark) as LogRecord;
      expect(read(letter)).toMatchObject({ ...headers, dl_reason: 'forked', dl_group: 'template-worker' });
      expect(letter.value?.toString()).toBe(value);
      expect(system.inbox.list({ to })).toHaveLength(1);
      const { sends } = (await system.call('GET', `/v1/challenges/${id}`)).json;
      expect(sends).toMatchObject([{ number: 1, status: 'sent' }]);
      expect(await guess(system.call, id, code)).toMatchObject({ result: 'approved' });
    });

    it("under another tenant's name sends nothing", async () => {
      const system = given();
      const stranger = await system.newTenant();
      const { log } = system.foundation;
      const { to, made } = await obtainCode(system);
      for await (const record of log.read({ topics: [topics.journal.name] })) {
        if (record.key?.toString() !== made.json.subject) continue;
        const headers = { ...read(record), ce_tenant: stranger.tenant, ce_id: uniqueName('id') };
        await log.publish([{ topic: record.topic, key: record.key, value: record.value, headers }]);
      }
      // The next message of the same key comes behind it.
      await obtainNext(system, { id: made.json.id, to });
      expect(system.inbox.list({ to })).toHaveLength(2);
    });
  });
}
