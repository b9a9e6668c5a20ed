import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { kidOf, type Purpose } from '#runtime/keys.ts';
import { eventually, generousSettings, masterKey, wrong } from '../support/installation.ts';
import { startProcesses, type Processes, type ServiceName } from '../support/processes.ts';
import { describeLive, uniqueName, type Services } from '../support/services.ts';
import { guess, obtainCode } from '../support/story.ts';

/** What each service may have of the keys, and nothing else (the security model's table). */
const keysOf: Partial<Record<ServiceName, readonly Purpose[]>> = {
  gateway: ['subject', 'destination', 'claim', 'session', 'address', 'params'],
  verifier: ['subject', 'destination', 'claim', 'session', 'address', 'params', 'otp', 'method', 'proof'],
  'template-worker': ['params', 'message'],
  'delivery-worker': ['address', 'message', 'otp'],
};

const purposeKey = (purpose: Purpose) => Buffer.from(hkdfSync('sha256', masterKey, '', `twofold/${purpose}/v1`, 32));

function leastKeys(name: ServiceName): Record<string, string> {
  const keys = (keysOf[name] ?? []).map((purpose) => [
    `KEY_${purpose.toUpperCase()}`,
    purposeKey(purpose).toString('base64'),
  ]);
  const platform = name === 'gateway' ? { OTP_KID: kidOf(purposeKey('otp')) } : { PLATFORM_KEY: '' };
  return { MASTER_KEY: '', ...Object.fromEntries(keys), ...platform };
}

type Told = { topic: string; partition: number; key: string; value: string; headers: Record<string, string> };

/** Reads everything of a subject with a client that knows nothing of ours. */
async function listen({ brokers }: Services): Promise<(subject: string) => Told[]> {
  const kafka = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: uniqueName('reader') });
  const told: Told[] = [];
  await consumer.connect();
  onTestFinished(async () => await consumer.disconnect());
  await consumer.subscribe({ topics: [/^twofold\./], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic, partition, message: { key, value, headers = {} } }) => {
      const texts = Object.fromEntries(Object.entries(headers).map(([name, held]) => [name, String(held)]));
      told.push({ topic, partition, key: String(key), value: String(value), headers: texts });
    },
  });
  return (subject) => told.filter(({ key }) => key === subject);
}

/** SHA-256 over the fields of an event, each with its length before it, as the reference prints it. */
function hashOf({ headers, value }: Told): string {
  const names = ['ce_specversion', 'ce_id', 'ce_type', 'ce_source', 'ce_subject', 'ce_tenant', 'ce_time', 'ce_version', 'ce_prev',
    'ce_causationid', 'ce_actor', 'content-type']; // prettier-ignore
  const hash = createHash('sha256');
  for (const field of [...names.map((name) => headers[name] ?? ''), value]) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(field));
    hash.update(length).update(field);
  }
  return hash.digest('hex');
}

describeLive('Services that have no more keys than they need', ['kafka', 'redis'], (services) => {
  let system: Processes;
  beforeAll(async () => {
    const one = { gateway: 1, verifier: 1, 'template-worker': 1, 'delivery-worker': 1 };
    // Codes so long that none stands in a number or digest by accident.
    const settings = { ...generousSettings, methods: { sms: { codeDigits: 10 } } };
    system = await startProcesses({ ...one, envOf: leastKeys, settings });
  });
  afterAll(async () => await system?.close());

  it('tell what happened in Kafka, each event as a CloudEvent of its own', async () => {
    const of = await listen(services);
    const trace = randomBytes(16).toString('hex');
    const { id, code, to, made } = await obtainCode(
      system,
      { channel: 'sms', purpose: 'login', params: { name: 'Ada Lovelace' } },
      { traceparent: `00-${trace}-${randomBytes(8).toString('hex')}-01` },
    );
    await guess(system.call, id, wrong(code));
    expect(await guess(system.call, id, code)).toMatchObject({ result: 'approved' });
    const { subject } = made.json;
    const all = await eventually('five events', () => of(subject).length >= 5 && of(subject));
    const byType = new Map(all.map((told) => [told.headers['ce_type'] ?? '', told]));
    expect([...byType.keys()].toSorted()).toEqual([
      'twofold.attempt-rejected.v1',
      'twofold.challenge-approved.v1',
      'twofold.challenge-requested.v1',
      'twofold.delivery-sent.v1',
      'twofold.message-rendered.v1',
    ]);
    const told = (type: string) => byType.get(`twofold.${type}.v1`) as Told;
    const common = {
      ce_specversion: '1.0',
      ce_subject: id,
      ce_tenant: system.tenant,
      ce_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      'content-type': 'application/json',
    };
    for (const { headers, key } of all) {
      expect(headers).toMatchObject(common);
      expect(key).toBe(subject);
    }

    const chain = [told('challenge-requested'), told('attempt-rejected'), told('challenge-approved')];
    const actor = `key:${system.apiKey.split('_')[2]}`;
    let prev = '';
    for (const [index, event] of chain.entries()) {
      expect(event.topic).toBe('twofold.journal');
      expect(event.headers).toMatchObject({
        ce_id: expect.stringMatching(new RegExp(`^${subject}\\.[\\w-]{11}\\.${index + 1}$`)),
        ce_version: String(index + 1),
        ce_prev: prev,
        ce_source: index === 0 ? '/twofold/gateway' : '/twofold/verifier',
        ce_actor: actor,
        ce_causationid: expect.stringMatching(/^[\w-]{22}$/),
      });
      prev = hashOf(event);
    }
    expect(new Set(chain.map(({ headers }) => headers['ce_id']?.split('.')[1])).size).toBe(1);
    expect(new Set(chain.map(({ partition }) => partition)).size).toBe(1);

    const rendered = told('message-rendered');
    expect(rendered).toMatchObject({
      topic: 'twofold.messages.sms',
      headers: { ce_source: '/twofold/template-worker', ce_causationid: chain[0]?.headers['ce_id'] },
    });
    const sent = told('delivery-sent');
    expect(sent).toMatchObject({
      topic: 'twofold.deliveries',
      headers: { ce_source: '/twofold/delivery-worker', ce_causationid: rendered.headers['ce_id'] },
    });
    expect(JSON.parse(sent.value)).toEqual({
      challengeId: id,
      channel: 'sms',
      send: 1,
      provider: 'webhook',
      calls: 1,
      possibleDuplicate: false,
      requestedAt: Date.parse(chain[0]?.headers['ce_time'] ?? ''),
    });
    for (const { headers } of [told('challenge-requested'), rendered, sent]) {
      expect(headers['traceparent']).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-0[01]$`));
    }
    for (const each of all)
      for (const secret of [to, code, 'Lovelace']) expect(JSON.stringify(each)).not.toContain(secret);
  });

  it('play the whole story, bindings and all', async () => {
    const binding = { amount: '12.50 EUR' };
    const { id, code, text } = await obtainCode(system, { binding });
    expect(text).toContain('12.50 EUR');
    expect(await guess(system.call, id, code)).toMatchObject({ reason: 'wrong-code' });
    expect(await guess(system.call, id, code, { binding })).toMatchObject({ result: 'approved' });
    expect((await system.call('GET', '/.well-known/jwks.json')).json.keys).toHaveLength(1);
    expect((await system.platform('GET', '/v1/platform/tenants')).status).toBe(200);
  });
});
