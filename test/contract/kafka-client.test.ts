import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSockets, nameError, toLogRecord, within } from '#storage/kafka/client.ts';
import { Unavailable } from '#storage/unavailable.ts';

describe('the sockets of a client that is given up', () => {
  it('end with an error, and it never gets another', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const sockets = createSockets();
    const open = () => sockets.factory({ host: '127.0.0.1', port, ssl: false as never, onConnect: () => {} });
    const accepted = once(server, 'connection');
    const socket = open();
    const [peer] = await accepted;
    const closed = [once(socket, 'error'), once(peer, 'close')];
    expect(sockets.killed()).toBe(false);
    sockets.kill();
    await Promise.all(closed);
    expect(sockets.killed()).toBe(true);
    expect(open).toThrow('given up');
  });
});

describe('a record from Kafka', () => {
  it('has no header but those that were sent, whatever their names', () => {
    // What kafkajs makes of headers that are named like what every object inherits.
    const decoded = Object.assign(Object.create(null), {
      toString: [Object.prototype.toString, Buffer.from('a')],
      constructor: [Object, Buffer.from('b'), Buffer.from('c')],
      plain: Buffer.from('d'),
      empty: null,
    });
    const message = {
      key: null,
      value: null,
      timestamp: '1',
      attributes: 0,
      offset: '9007199254740993',
      headers: decoded,
    };
    const record = toLogRecord('topic', 3, message);
    expect(Object.getPrototypeOf(record.headers)).toBe(null);
    expect({ ...record.headers }).toEqual({
      toString: Buffer.from('a'),
      constructor: [Buffer.from('b'), Buffer.from('c')],
      plain: Buffer.from('d'),
      empty: Buffer.alloc(0),
    });
    expect(record.offset).toBe(9007199254740993n);
  });
});

describe('the name of an error', () => {
  it('is the innermost one that says something, and never a text of the library', () => {
    const protocol = Object.assign(new Error('text'), {
      name: 'KafkaJSProtocolError',
      type: 'NOT_LEADER_FOR_PARTITION',
    });
    const wrapped = new Error('text', { cause: new Error('text', { cause: protocol }) });
    expect(nameError(wrapped)).toBe('NOT_LEADER_FOR_PARTITION');
    expect(nameError(new TypeError('text'))).toBe('TypeError');
    expect(nameError('text')).toBe('unknown');
    expect(nameError(new Unavailable('log', 'away'))).toBe('log unavailable: away');
  });
});

describe('work with a limit of time', () => {
  it('settles as it does, or is Unavailable when the time is over', async () => {
    await expect(within(1000, 'it', Promise.resolve('done'))).resolves.toBe('done');
    await expect(within(1000, 'it', Promise.reject(new TypeError('failed')))).rejects.toThrow('failed');
    await expect(within(5, 'it', new Promise(() => {}))).rejects.toBeInstanceOf(Unavailable);
  });
});
