/** Where Redis is. Several nodes mean a cluster. */
export type RedisAddress = {
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  readonly encrypted: boolean;
};

/**
 * Reads REDIS_URL: `redis://[user:password@]host[:port][/database]`, `rediss://` for TLS, several separated by commas for a
 * cluster. User and password of the first count for all. Throws on anything else, never repeating the URL: it may hold a password.
 */
export function parseRedisAddress(url: string): RedisAddress {
  const urls = url.split(',').map((part) => parseOne(part.trim()));
  const first = urls[0] ?? fail('it is empty');
  const encrypted = first.protocol === 'rediss:';
  if (urls.some((one) => one.protocol !== first.protocol)) fail('either all addresses use TLS or none');
  const database = Number(first.pathname.slice(1) || 0);
  if (urls.length > 1 && urls.some((one) => !['', '/', '/0'].includes(one.pathname)))
    fail('a cluster has database 0 only');
  return {
    nodes: urls.map((one) => ({ host: one.hostname.replace(/^\[|\]$/g, ''), port: Number(one.port || 6379) })),
    username: decode(first.username),
    password: decode(first.password),
    database,
    encrypted,
  };
}

function parseOne(part: string): URL {
  const url = URL.canParse(part) ? new URL(part) : fail('expected redis://host:port or rediss://host:port');
  if (!/^rediss?:$/.test(url.protocol) || url.hostname === '') fail('expected redis://host:port or rediss://host:port');
  if (!/^(\/\d{0,5})?$/.test(url.pathname)) fail('the path may only be a database number');
  return url;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text) || undefined;
  } catch {
    return fail('user name and password must be percent-encoded');
  }
}

function fail(reason: string): never {
  throw new Error(`REDIS_URL: ${reason}`);
}
