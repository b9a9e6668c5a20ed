import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { gatherWrites } from '#storage/redis/gather-writes.ts';

const server = createServer();
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());

async function openPair(): Promise<{ client: Socket; received: () => Promise<string> }> {
  const accepted = once(server, 'connection');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(client, 'connect');
  const [peer] = (await accepted) as [Socket];
  const received = async () => {
    let text = '';
    for await (const chunk of peer) text += String(chunk);
    return text;
  };
  gatherWrites(client);
  return { client, received };
}

it('holds what is written in one turn until the turn is over, and lets it go in order', async () => {
  const { client, received } = await openPair();
  for (const command of ['first;', 'second;', 'third;']) client.write(command);
  expect(client.writableLength).toBe('first;second;third;'.length);
  expect(client.writableCorked).toBe(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(client.writableCorked).toBe(0);
  client.write('fourth;');
  client.end();
  expect(await received()).toBe('first;second;third;fourth;');
});

it('lets a socket be destroyed with something held back', async () => {
  const { client, received } = await openPair();
  const closed = once(client, 'close');
  client.write('lost;');
  client.destroy();
  await closed;
  expect(await received()).toBe('');
});
