import { describe, expect, it } from 'vitest';
import { parseRedisAddress } from '#storage/redis/address.ts';
import { allBuckets, bucketOf } from '#storage/redis/keys.ts';
import { openRedisStore } from '#storage/redis/store.ts';

describe('REDIS_URL', () => {
  it('names one Redis, with what it takes to get in', () => {
    expect(parseRedisAddress('redis://host')).toEqual({
      nodes: [{ host: 'host', port: 6379 }],
      username: undefined,
      password: undefined,
      database: 0,
      encrypted: false,
    });
    expect(parseRedisAddress('rediss://us%40er:p%2Css@[::1]:6380/2')).toEqual({
      nodes: [{ host: '::1', port: 6380 }],
      username: 'us@er',
      password: 'p,ss',
      database: 2,
      encrypted: true,
    });
  });

  it('names a cluster when it has several addresses, and the first one’s user and password count', () => {
    expect(parseRedisAddress('redis://:pass@a:1, redis://b:2,redis://c/0')).toMatchObject({
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
        { host: 'c', port: 6379 },
      ],
      password: 'pass',
      encrypted: false,
    });
  });

  it.each([
    ['', 'expected redis://host:port'],
    ['secret', 'expected redis://host:port'],
    ['http://:secret@host', 'expected redis://host:port'],
    ['redis://:secret@', 'expected redis://host:port'],
    ['redis://:secret@host/x', 'the path may only be a database number'],
    ['redis://:secret@host:99999', 'expected redis://host:port'],
    ['redis://:secret@a,rediss://b', 'either all addresses use TLS or none'],
    ['redis://:secret@a/1,redis://b/1', 'a cluster has database 0 only'],
    ['redis://:sec%E0%A4%Aret@a', 'user name and password must be percent-encoded'],
    ['redis://a,', 'expected redis://host:port'],
  ])('is refused as "%s", for the reason and without repeating it', async (url, reason) => {
    const error: unknown = await openRedisStore({ url, now: Date.now }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ message: expect.stringContaining(`REDIS_URL: ${reason}`) });
    expect(String(error)).not.toContain('secret');
  });
});

describe('A bucket', () => {
  it('is the first byte of a subject’s digest, in hex', () => {
    for (const byte of [0x00, 0x0f, 0xa7, 0xff]) {
      const subject = Buffer.alloc(16, byte).toString('base64url');
      expect(bucketOf(subject)).toBe(byte.toString(16).padStart(2, '0'));
    }
  });

  it('is taken of SHA-256 for names', () => {
    expect(bucketOf('tenant:demo')).toBe('31');
    expect(bucketOf('platform')).toBe('d2');
  });

  it('is one of 256', () => {
    expect(new Set(allBuckets).size).toBe(256);
    expect(allBuckets.every((bucket) => /^[0-9a-f]{2}$/.test(bucket))).toBe(true);
  });
});
