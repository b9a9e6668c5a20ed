import { channels } from '#schemas/channel.ts';
import { events, type EventName } from '#schemas/index.ts';
import { topics, type Topic } from '#schemas/topics.ts';
import { dataSchemaOf, eventNames, typeOf } from './event-schemas.ts';
import { eventWords, type ServiceName } from './event-words.ts';
import { deadLetterHeaders, envelopeHeaders } from './headers.ts';
import type { Json } from './yaml.ts';

type JsonObject = { readonly [name: string]: Json };

const bindingVersion = '0.5.0';
const partitions = 12;
const compactionLagMs = 3_600_000;
const services: readonly ServiceName[] = ['gateway', 'template-worker', 'delivery-worker', 'verifier'];
const topicList: readonly Topic[] = Object.values(topics);

/** `twofold.messages.sms` → `messages-sms`. */
const channelIdOf = (topic: string) => topic.replace(/^twofold\./, '').replaceAll('.', '-');
const ref = (...steps: string[]): JsonObject => ({ $ref: `#/${steps.join('/')}` });
const mapOf = <T>(items: readonly T[], entry: (item: T) => readonly [string, Json]): JsonObject =>
  Object.fromEntries(items.map(entry));

/** Topics that carry a type; a channel's own for messages. */
export function topicsOf(name: EventName): string[] {
  const { topic } = events[name];
  return topic === 'by-channel' ? Object.values(channels).map((row) => row.topic) : [topic];
}

/** What services tell each other, as AsyncAPI 3.1: topics, messages, and who sends and receives which. */
export function asyncApi(version: string): JsonObject {
  return {
    asyncapi: '3.1.0',
    info: {
      title: 'Twofold events',
      version,
      description:
        'Every event of Twofold, as the services exchange them over Kafka: CloudEvents 1.0 in binary mode, the data as JSON, ' +
        'the key the subject. Delivery is at least once; the first occurrences of a subject’s events come in order. ' +
        'docs/events.md says what each type means.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      kafka: { host: 'localhost:9092', protocol: 'kafka', description: 'What KAFKA_BROKERS names.' },
    },
    channels: mapOf(topicList, (topic) => [channelIdOf(topic.name), channel(topic)]),
    operations: Object.fromEntries(services.flatMap((service) => operationsOf(service))),
    components: {
      schemas: mapOf(eventNames, (name) => [name, dataSchemaOf(name)]),
      messageTraits: {
        worker: { headers: envelopeHeaders(false) },
        subject: { headers: envelopeHeaders(true) },
      },
      messages: { ...mapOf(eventNames, (name) => [name, message(name)]), 'dead-letter': deadLetter },
    },
  };
}

function channel(topic: Topic): JsonObject {
  const names = eventNames.filter((name) => topicsOf(name).includes(topic.name));
  const messages = topic === topics.deadLetters ? ['dead-letter'] : names;
  return {
    address: topic.name,
    messages: mapOf(messages, (name) => [name, ref('components', 'messages', name)]),
    bindings: {
      kafka: {
        topic: topic.name,
        partitions,
        topicConfiguration: {
          'cleanup.policy': [topic.compacted ? 'compact' : 'delete'],
          ...(topic.compacted ? { 'max.compaction.lag.ms': compactionLagMs } : { 'retention.ms': topic.retentionMs }),
          ...(topic.segmentMs !== undefined && { 'segment.ms': topic.segmentMs }),
        },
        bindingVersion,
      },
    },
  };
}

const keyBinding = {
  kafka: {
    key: {
      type: 'string',
      description: 'The subject: 22 characters of a keyed digest, `tenant:<id>`, or `platform`.',
      pattern: '^([A-Za-z0-9_-]{22}|tenant:[a-z0-9-]{1,32}|platform)$',
    },
    bindingVersion,
  },
} as const;

const message = (name: EventName): JsonObject => ({
  name: typeOf(name),
  summary: eventWords[name].says,
  contentType: 'application/json',
  traits: [ref('components', 'messageTraits', events[name].chained ? 'subject' : 'worker')],
  headers: { type: 'object', properties: { ce_type: { const: typeOf(name) } } },
  payload: ref('components', 'schemas', name),
  bindings: keyBinding,
});

const deadLetter: JsonObject = {
  name: 'dead-letter',
  summary: 'A record that a consumer could not handle: key, value and headers as they were, and why beside them.',
  headers: deadLetterHeaders,
  payload: { description: 'The bytes of the record, whatever they are.' },
};

/** From the service's own view: one operation for each topic that it sends to or receives from. */
function operationsOf(service: ServiceName): [string, Json][] {
  return topicList.flatMap((topic): [string, Json][] => {
    const on = (side: 'by' | 'to') =>
      eventNames.filter(
        (name) =>
          (eventWords[name][side] as readonly string[]).includes(service) && topicsOf(name).includes(topic.name),
      );
    const consumes = eventNames.some((name) => (eventWords[name].to as readonly string[]).includes(service));
    const sent = topic === topics.deadLetters ? (consumes ? ['dead-letter'] : []) : on('by');
    return [...operation(service, 'send', topic.name, sent), ...operation(service, 'receive', topic.name, on('to'))];
  });
}

/** A channel's delivery workers are a group of their own, so that each channel is scaled and falls behind by itself. */
function groupOf(service: ServiceName, topic: string): string {
  const found = Object.entries(channels).find(([, row]) => row.topic === topic);
  return found ? `${service}-${found[0]}` : service;
}

function operation(
  service: ServiceName,
  action: 'send' | 'receive',
  topic: string,
  names: readonly string[],
): [string, Json][] {
  if (names.length === 0) return [];
  const id = channelIdOf(topic);
  const text = { type: 'string' };
  const group: JsonObject = action === 'receive' ? { groupId: { ...text, const: groupOf(service, topic) } } : {};
  const body = {
    action,
    channel: ref('channels', id),
    messages: names.map((name) => ref('channels', id, 'messages', name)),
    bindings: { kafka: { ...group, clientId: { ...text, const: `twofold-${service}` }, bindingVersion } },
  };
  return [[`${service}-${action}s-${id}`, body]];
}
