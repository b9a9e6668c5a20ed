import { pino } from 'pino';

/**
 * The only fields that may stand in a log line. A field that is not here is dropped, so that a new one must be thought about;
 * none of them can hold a code, key, address or user id.
 */
const allowed = new Set([
  'service', 'route', 'method', 'status', 'code', 'reason', 'group', 'topic', 'topics', 'partition', 'offset', 'type', 'id', 'tries',
  'attempts', 'provider', 'channel', 'outcome', 'count', 'ms', 'port', 'host', 'url', 'mode', 'signal', 'part', 'partitions', 'state',
  'trace', 'requestId', 'warning', 'variables', 'settings', 'file', 'memory', 'subject', 'tenant', 'detail',
  'events', 'restored', 'forks', 'incomplete', 'buckets',
]); // prettier-ignore

export type Fields = Readonly<Record<string, unknown>>;

export type Logger = {
  debug(event: string, fields?: Fields): void;
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  error(event: string, fields?: Fields): void;
};

// A line of a stack that says where: a message of several lines stands above them and may look like anything else.
const framePattern = /^ {4}at (?:.{1,200} \()?(?:(?:file:|node:|\/|[A-Z]:\\)[^()]*:\d+:\d+|<anonymous>)\)?$/;
const textCharsMax = 500;

/** Of an error: what kind it is and where it was thrown, never its text, which may quote what it failed on. */
function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = (error as { code?: unknown }).code;
  const frames = (error.stack ?? '').split('\n').filter((line) => framePattern.test(line));
  return {
    error: error.name,
    ...(typeof code === 'string' && /^[A-Za-z_-]{1,60}$/.test(code) && { code }),
    stack: frames.slice(0, 8).map((line) => line.trim().slice(0, 200)),
  };
}

/** A field is a word, a number, or a list of such; anything deeper could carry what no list of names can see. */
function plain(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, textCharsMax);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (!Array.isArray(value)) return undefined;
  return value.filter((item) => typeof item === 'string' || typeof item === 'number').map(plain);
}

function pick(fields: Fields): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'error') Object.assign(kept, describe(value));
    else if (allowed.has(name)) kept[name] = plain(value);
  }
  return kept;
}

/** JSON lines on standard output (or where `destination` says), one event per line. */
export function createLogger(
  options: { readonly service: string; readonly level: string },
  destination?: { write(line: string): void },
): Logger {
  const base = { service: options.service };
  const settings = { level: options.level, base, timestamp: pino.stdTimeFunctions.isoTime, messageKey: 'event' };
  const out = destination ? pino(settings, destination) : pino(settings);
  return {
    debug: (event, fields = {}) => out.debug(pick(fields), event),
    info: (event, fields = {}) => out.info(pick(fields), event),
    warn: (event, fields = {}) => out.warn(pick(fields), event),
    error: (event, fields = {}) => out.error(pick(fields), event),
  };
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
