import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { toUnavailable } from '#storage/redis/failure.ts';
import { Unavailable } from '#storage/unavailable.ts';

const marker = 'marker-4711';

/** An error as the client makes it: with the command and its arguments. */
function failure(name: string, message: string, extra: object = {}): Error {
  const command = { name: 'evalsha', args: ['digest', marker] };
  return Object.assign(new Error(message, { cause: marker }), { name, command, ...extra });
}

describe('A failure of Redis', () => {
  it.each([
    [failure('ReplyError', "OOM command not allowed when used memory > 'maxmemory'."), 'redis is out of memory'],
    [failure('ReplyError', 'MISCONF Redis is configured to save RDB snapshots'), 'cannot save to disk'],
    [failure('ReplyError', "READONLY You can't write against a read only replica."), 'read-only replica'],
    [failure('ReplyError', 'LOADING Redis is loading the dataset in memory'), 'redis is loading its data'],
    [failure('ReplyError', 'CLUSTERDOWN Hash slot not served'), 'the redis cluster is down'],
    [failure('ReplyError', 'MOVED 3999 127.0.0.1:6381'), 'name several of its addresses'],
    [failure('ReplyError', `ERR unknown command 'x', with args beginning with: '${marker}'`), 'redis answered ERR'],
    [failure('ReplyError', `${marker} is no code`), 'redis answered ERR'],
    [failure('ReplyError', 'WRONGTYPE Operation against a key'), 'redis answered WRONGTYPE'],
    [failure('Error', 'Command timed out'), 'redis did not answer in time'],
    [
      failure('Error', `connect ECONNREFUSED ${marker}`, { code: 'ECONNREFUSED' }),
      'no connection to redis (ECONNREFUSED)',
    ],
    [failure('Error', marker, { code: marker }), 'no connection to redis'],
    [failure('MaxRetriesPerRequestError', marker), 'no connection to redis'],
    [
      failure('ClusterAllFailedError', 'Failed to refresh slots cache.', {
        lastNodeError: failure('ReplyError', 'NOAUTH Authentication required.'),
      }),
      'redis demands a password',
    ],
    [marker, 'the redis client failed'],
  ])('becomes unavailability with a reason and nothing of its own: %#', (error, reason) => {
    const unavailable = toUnavailable(error);
    expect(unavailable).toBeInstanceOf(Unavailable);
    expect(unavailable.message).toContain(reason);
    expect(inspect(unavailable, { depth: Infinity, showHidden: true })).not.toContain(marker);
  });

  it('that has been translated already stays as it is', () => {
    const unavailable = new Unavailable('store', 'closed');
    expect(toUnavailable(unavailable)).toBe(unavailable);
  });
});
