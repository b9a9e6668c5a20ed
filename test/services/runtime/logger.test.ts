import { describe, expect, it } from 'vitest';
import { createLogger, silentLogger } from '#runtime/logger.ts';

const secret = 'ada@example.com 123456 tf_acme_key';

function createLines(level = 'debug') {
  const lines: string[] = [];
  const logger = createLogger({ service: 'gateway', level }, { write: (line) => void lines.push(line) });
  const last = () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>;
  return { logger, lines, last };
}

describe('A log line', () => {
  it('is JSON with the event, its service, its time and the fields that are allowed', () => {
    const { logger, last } = createLines();
    logger.info('ready', { mode: 'production', port: 8_080, topics: ['twofold.journal', 1] });
    expect(last()).toMatchObject({ event: 'ready', service: 'gateway', level: 30, mode: 'production', port: 8_080 });
    expect(last()['topics']).toEqual(['twofold.journal', 1]);
    expect(last()['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('drops every field that nobody thought about', () => {
    const { logger, lines } = createLines();
    for (const name of [
      'to',
      'phone',
      'email',
      'code ',
      'key',
      'apiKey',
      'authorization',
      'userId',
      'params',
      'body',
      'err',
    ])
      logger.warn('x', { [name]: secret, status: 400 });
    logger.info('x', JSON.parse(`{"__proto__":"${secret}","constructor":"${secret}"}`));
    expect(lines.join()).not.toContain('ada@');
    expect(lines).toHaveLength(12);
  });

  it('keeps words and numbers only, of no great length: what is deeper is dropped', () => {
    const { logger, lines, last } = createLines();
    logger.info('x', {
      detail: { to: secret },
      reason: new Error(secret),
      topics: [{ to: secret }, 'kept'],
      id: undefined,
    });
    expect(lines.join()).not.toContain('ada@');
    expect(last()['topics']).toEqual(['kept']);
    expect(Object.keys(last()).toSorted()).toEqual(['event', 'level', 'service', 'time', 'topics']);
    logger.info('x', { detail: 'y'.repeat(10_000) });
    expect(last()['detail']).toBe('y'.repeat(500));
  });

  it('is written from its level on', () => {
    const { logger, lines } = createLines('warn');
    logger.debug('a');
    logger.info('b');
    logger.warn('c');
    logger.error('d');
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(['c', 'd']);
    silentLogger.error('e');
    expect(lines).toHaveLength(2);
  });
});

describe('An error in a log line', () => {
  it('says what kind it is and where it was thrown, never its text', () => {
    const { logger, lines, last } = createLines();
    const error = new TypeError(secret, { cause: new Error(secret) });
    logger.error('failed', { error: Object.assign(error, { code: 'ECONNREFUSED', response: secret }) });
    expect(lines.join()).not.toContain('ada@');
    expect(last()).toMatchObject({ error: 'TypeError', code: 'ECONNREFUSED' });
    const [first] = last()['stack'] as string[];
    expect(first).toMatch(/^at .*logger\.test\.ts.*:\d+:\d+\)?$/);
  });

  it('says nothing of a text of several lines, even of one that looks like a place', () => {
    const { logger, lines, last } = createLines();
    logger.error('failed', { error: new Error(`first\n    at ${secret}\n at ${secret}\n${secret}`) });
    expect(lines.join()).not.toContain('ada@');
    expect((last()['stack'] as string[]).length).toBeGreaterThan(0);
  });

  it('shows at most eight places of at most 200 characters', () => {
    const { logger, last } = createLines();
    const deep = (depth: number): Error => (depth === 0 ? new Error('x') : deep(depth - 1));
    logger.error('failed', { error: deep(9) });
    const stack = last()['stack'] as string[];
    expect(stack).toHaveLength(8);
    expect(Math.max(...stack.map((line) => line.length))).toBeLessThanOrEqual(200);
  });

  it.each([
    ['a code that could be one of ours', Object.assign(new Error('x'), { code: '123456' })],
    ['a code that is no word', Object.assign(new Error('x'), { code: `E ${secret}` })],
    ['a code that is a number', Object.assign(new Error('x'), { code: 535 })],
  ])('shows no %s', (_what, error) => {
    const { logger, last } = createLines();
    logger.error('failed', { error });
    expect(last()).not.toHaveProperty('code');
  });

  it.each([
    [secret, 'string'],
    [{ message: secret }, 'object'],
    [undefined, 'undefined'],
    [null, 'object'],
  ])('that is no error is only its type', (error, type) => {
    const { logger, lines, last } = createLines();
    logger.error('failed', { error });
    expect(last()['error']).toBe(type);
    expect(lines.join()).not.toContain('ada@');
  });
});
