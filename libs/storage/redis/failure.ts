import { Unavailable } from '../unavailable.ts';

/** What Redis' error codes mean to an operator; another code is named as it is. */
const meanings: Readonly<Record<string, string>> = {
  OOM: 'redis is out of memory',
  MISCONF: 'redis refuses writes because it cannot save to disk',
  READONLY: 'redis is a read-only replica',
  FENCED: 'redis may have lost data, which is being restored from the log',
  NOREPLICAS: 'redis refuses writes because too few replicas are in step',
  LOADING: 'redis is loading its data',
  BUSY: 'redis is busy with a script',
  CLUSTERDOWN: 'the redis cluster is down',
  MASTERDOWN: 'the redis master is down',
  MOVED: 'redis belongs to a cluster: name several of its addresses, separated by commas',
  NOAUTH: 'redis demands a password',
  WRONGPASS: 'redis refused the user name or password',
  NOPERM: 'redis does not permit this user a command',
};

/** Within a script Redis has no code for a command that the user may not run. */
const forbidden = /^ERR The user executing the script can't run this command/;

/**
 * Translates whatever the client rejected with. The client's errors carry the command with all its arguments, and a server's
 * message may repeat them, so nothing but known words and codes gets through, and the error itself is not kept as a cause.
 */
export function toUnavailable(error: unknown): Unavailable {
  return error instanceof Unavailable ? error : new Unavailable('store', reasonOf(error));
}

/** The server answered, and it answered no. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/** The reason in words, free of arguments. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the redis client failed';
  if (isRefusal(error)) {
    const code = forbidden.test(error.message) ? 'NOPERM' : (/^[A-Z]{2,20}(?= |$)/.exec(error.message)?.[0] ?? 'ERR');
    return meanings[code] ?? `redis answered ${code}`;
  }
  // A cluster's own error says only that all nodes failed; the last one's says why.
  if ('lastNodeError' in error && error.lastNodeError) return reasonOf(error.lastNodeError);
  const code = 'code' in error && typeof error.code === 'string' ? /^[A-Z_]{2,40}$/.exec(error.code)?.[0] : undefined;
  if (code !== undefined) return `no connection to redis (${code})`;
  if (error.message === 'Command timed out') return 'redis did not answer in time';
  return 'no connection to redis';
}
