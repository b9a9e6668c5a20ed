import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, request as call } from 'undici';
import { runCommand, UsageFault, parseOptions, type Terminal } from '../log/terminal.ts';
import { readRows, type CsvRow } from './csv.ts';

const usage = `usage: npm run import -- FILE.csv [--url URL] [--report REPORT.json] [--concurrency N] [--allow-short-secrets]

FILE.csv has the columns userId, uri (otpauth://totp/…) and, if wanted, label. The API key, with the scopes accounts and import,
comes from TWOFOLD_API_KEY (or TWOFOLD_API_KEY_FILE). Running it again repeats nothing that is done.
Secrets of 10 to 15 bytes are refused unless --allow-short-secrets is given: RFC 4226 asks for 16.`;

const triesMax = 5;
const callMsMax = 15_000;
const concurrencyMax = 64;
const progressEveryMs = 500;

type Result = {
  readonly line: number;
  readonly outcome: 'imported' | 'already-there' | 'failed';
  readonly reason?: string;
};
type Target = {
  readonly url: string;
  readonly key: string;
  readonly agent: Agent;
  readonly allowShortSecret?: true;
};

/** Imports authenticator secrets of another system, row by row. Exit code 0: all there; 1: some not, see the report; 2: usage. */
export function runImport(args: readonly string[], terminal: Terminal): Promise<number> {
  return runCommand(args, usage, terminal, async () => {
    const { file, concurrency, report, ...target } = readOptions(args, terminal.env);
    const { rows, faults } = readRows(readFileSync(file, 'utf8'));
    const agent = new Agent({ connections: concurrency });
    const results = await importRows({ ...target, agent }, rows, concurrency, terminal);
    await agent.close();
    const all = [...results, ...faults.map(({ line, reason }): Result => ({ line, outcome: 'failed', reason }))];
    return tell(
      all.toSorted((a, b) => a.line - b.line),
      report,
      terminal,
    );
  });
}

const options = {
  url: { type: 'string' },
  report: { type: 'string' },
  concurrency: { type: 'string' },
  'allow-short-secrets': { type: 'boolean' },
} as const;

function readOptions(args: readonly string[], env: Terminal['env']) {
  const { values, positionals } = parseOptions(args, options);
  const keyFile = env['TWOFOLD_API_KEY_FILE'];
  const key = keyFile ? readFileSync(keyFile, 'utf8').trim() : env['TWOFOLD_API_KEY'];
  const concurrency = Number(values.concurrency ?? 16);
  const [file] = positionals;
  const url = (values.url ?? 'http://localhost:8080').replace(/\/$/, '');
  if (file === undefined || positionals.length > 1) throw new UsageFault('name one file');
  if (!key) throw new UsageFault('TWOFOLD_API_KEY is not set');
  if (!URL.canParse(url)) throw new UsageFault('--url must be a URL');
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > concurrencyMax) {
    throw new UsageFault(`--concurrency must be a whole number from 1 to ${concurrencyMax}`);
  }
  const allowShortSecret = values['allow-short-secrets'] === true || undefined;
  return { file, key, concurrency, url, report: values.report, allowShortSecret };
}

/** Several rows at once; rows of one user one after another, in the order of the file. */
async function importRows(
  target: Target,
  rows: readonly CsvRow[],
  concurrency: number,
  terminal: Terminal,
): Promise<Result[]> {
  const users = [...Map.groupBy(rows, ({ userId }) => userId).values()];
  const results: Result[] = [];
  const startedAt = performance.now();
  let toldAt = 0;
  const work = async () => {
    for (let user = users.shift(); user; user = users.shift()) {
      for (const row of user) {
        results.push(await importRow(target, row));
        if (performance.now() - toldAt < progressEveryMs && results.length < rows.length) continue;
        toldAt = performance.now();
        const perSecond = Math.round((results.length * 1_000) / Math.max(performance.now() - startedAt, 1));
        terminal.complain(`${results.length} of ${rows.length} rows, ${perSecond} a second`);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return results;
}

async function importRow(target: Target, { line, userId, uri, label }: CsvRow): Promise<Result> {
  const failed = (reason: string): Result => ({ line, outcome: 'failed', reason });
  const account = await post(target, '/v1/accounts', { userId }, undefined);
  if (account.status !== 200) return failed(account.reason);
  // Keyed by what the row says: a second run is the same command, also days later, since the same secret is found enrolled.
  const key = createHash('sha256')
    .update(JSON.stringify([userId, uri, target.allowShortSecret]))
    .digest('base64url');
  const path = `/v1/accounts/${String(account.body['id'])}/methods`;
  const body = { type: 'totp', uri, confirmed: true, label, allowShortSecret: target.allowShortSecret };
  const method = await post(target, path, body, key);
  if (method.status === 201) return { line, outcome: 'imported' };
  return method.code === 'already-enrolled' ? { line, outcome: 'already-there' } : failed(method.reason);
}

type Answer = {
  readonly status: number;
  readonly code?: string;
  readonly reason: string;
  readonly body: Record<string, unknown>;
};

/** One call, repeated while the service is busy or away. */
async function post(target: Target, path: string, body: object, idempotencyKey: string | undefined): Promise<Answer> {
  let answer: Answer = { status: 0, reason: 'unreachable', body: {} };
  for (let tries = 1; tries <= triesMax; tries += 1) {
    answer = await once(target, path, body, idempotencyKey);
    if (answer.status !== 0 && answer.status !== 429 && answer.status !== 503) return answer;
    await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** tries));
  }
  return answer;
}

async function once(
  { url, key, agent }: Target,
  path: string,
  body: object,
  idempotencyKey: string | undefined,
): Promise<Answer> {
  try {
    const answer = await call(`${url}${path}`, {
      method: 'POST',
      dispatcher: agent,
      headersTimeout: callMsMax,
      bodyTimeout: callMsMax,
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      },
      body: JSON.stringify(body),
    });
    const json = (await answer.body.json()) as Record<string, unknown>;
    const errors = json['errors'] as { field: string; message: string }[] | undefined;
    const faults = errors?.map(({ field, message }) => `${field} ${message}`).join('; ');
    const code = typeof json['code'] === 'string' ? json['code'] : undefined;
    return { status: answer.statusCode, code, reason: faults || code || `status ${answer.statusCode}`, body: json };
  } catch {
    return { status: 0, reason: 'unreachable', body: {} };
  }
}

/** Line numbers and reasons only: no user id and no secret is written anywhere. */
function tell(results: readonly Result[], file: string | undefined, terminal: Terminal): number {
  const count = (outcome: Result['outcome']) => results.filter((result) => result.outcome === outcome).length;
  const failures = results.filter(({ outcome }) => outcome === 'failed');
  for (const { line, reason } of failures.slice(0, 20)) terminal.print(`line ${line}: ${reason}`);
  if (failures.length > 20) terminal.print(`and ${failures.length - 20} more`);
  terminal.print(`${count('imported')} imported, ${count('already-there')} there already, ${failures.length} failed`);
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  return failures.length === 0 ? 0 : 1;
}
