import { setTimeout as pause } from 'node:timers/promises';
import type { ChallengeAnswer, VerifyAnswer } from '#schemas/api.ts';
import { checkChain, readEvents, wordsOf } from './demo/journal.ts';
import { demand, Deviation, page } from './demo/page.ts';
import { startSystem, type DemoSystem } from './demo/system.ts';
import { verifyProof } from './demo/verify-proof.ts';

/**
 * One story from request to proof, on a system of its own, checked at every step. Exit code 0: everything was as it should be;
 * 1: something was not, and it is said what; 130: interrupted.
 */
const callMsMax = 5_000;
const waitMsMax = 8_000;
const to = '+14155550132';
const binding = { amount: '49.90 EUR', payee: 'Example Books' };

type Sends = {
  readonly sends: readonly { readonly number: number; readonly status: string; readonly provider?: string }[];
};
type Message = { readonly challengeId: string; readonly to: string; readonly text: string };

let system: DemoSystem | undefined;
let interrupted = false;
process.once('SIGINT', () => void interrupt());
process.once('SIGTERM', () => void interrupt());

try {
  page.title('Twofold: one code, from request to proof');
  page.say('on a system of its own: every service in one process, one SQLite file');
  system = await startSystem();
  await play(system);
  page.done('Every step gave what it should.');
} catch (error) {
  if (!interrupted) page.fault(error instanceof Deviation ? error.message : String(error));
  process.exitCode = interrupted ? 130 : 1;
} finally {
  await system?.stop();
}

async function interrupt(): Promise<void> {
  interrupted = true;
  await system?.stop();
  process.exit(130);
}

async function play(running: DemoSystem): Promise<void> {
  const { id, subject } = await requestCode(running);
  const code = await readMessage(running, id);
  await guessWrong(running, id, code);
  await guessRight(running, id, code);
  await guessAgain(running, id, code);
  await readFate(running, id);
  await readLog(running, subject, code);
}

async function requestCode({ url, apiKey }: DemoSystem): Promise<ChallengeAnswer> {
  page.step(1, 'A shop asks for a code before it takes a payment');
  const body = { channel: 'sms', to, purpose: 'payment', binding };
  const answer = await call<ChallengeAnswer>(url, apiKey, 202, '/v1/challenges', body);
  const { to: masked, sendsLeft, attemptsLeft } = answer;
  const got = { status: answer.status, channel: answer.channel, to: masked, sendsLeft, attemptsLeft };
  demand('the answer to the request', got, {
    status: 'pending',
    channel: 'sms',
    to: '+14***32',
    sendsLeft: 4,
    attemptsLeft: 5,
  });
  page.say(`202  ${answer.status}, to ${masked}, ${attemptsLeft} guesses, until ${answer.expiresAt}`);
  return answer;
}

async function readMessage({ url, apiKey }: DemoSystem, id: string): Promise<string> {
  page.step(2, 'The person reads on their phone');
  const text = await until('a message in the sandbox inbox', async () => {
    const messages = await call<Message[]>(url, apiKey, 200, `/sandbox/messages?to=${encodeURIComponent(to)}`);
    return messages.find(({ challengeId }) => challengeId === id)?.text;
  });
  page.quote(text);
  const codes = text.match(/\b\d{6}\b/g) ?? [];
  demand('the number of codes in the message', codes.length, 1);
  for (const value of Object.values(binding)) demand(`“${value}” in the message`, text.includes(value), true);
  return codes[0] as string;
}

async function guessWrong(running: DemoSystem, id: string, code: string): Promise<void> {
  page.step(3, 'A wrong code');
  const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
  const answer = await guess(running, id, wrong);
  demand('the verdict', answer, { id, result: 'rejected', reason: 'wrong-code', status: 'pending', attemptsLeft: 4 });
}

async function guessRight(running: DemoSystem, id: string, code: string): Promise<void> {
  page.step(4, 'The right code, typed with a space');
  const { proof = '', ...answer } = await guess(running, id, `${code.slice(0, 3)} ${code.slice(3)}`);
  demand('the verdict', answer, { id, result: 'approved', status: 'approved', attemptsLeft: 4 });
  const { url, apiKey, tenant } = running;
  const jwks = await call<Parameters<typeof verifyProof>[1]>(url, apiKey, 200, '/.well-known/jwks.json');
  const claims = verifyProof(proof, jwks, { iss: url, aud: tenant, cid: id });
  demand('what the proof says of the way', [claims['amr'], claims['method']], [['otp', 'sms'], 'sms']);
  demand('what the proof is for', claims['purpose'], 'payment');
  demand('the life of the proof in seconds', Number(claims['exp']) - Number(claims['iat']), 300);
  demand('the mark of the binding', typeof claims['bnd'], 'string');
  page.say('The proof, its signature checked against /.well-known/jwks.json:');
  for (const [name, value] of Object.entries(claims)) page.field(name, JSON.stringify(value));
}

async function guessAgain(running: DemoSystem, id: string, code: string): Promise<void> {
  page.step(5, 'The same code again');
  const answer = await guess(running, id, code);
  const over = { id, result: 'rejected', reason: 'already-approved', status: 'approved', attemptsLeft: 4 };
  demand('the verdict', answer, over);
}

async function readFate({ url, apiKey }: DemoSystem, id: string): Promise<void> {
  page.step(6, 'What became of the message');
  const [send] = await until('the fate of the send', async () => {
    const { sends } = await call<ChallengeAnswer & Sends>(url, apiKey, 200, `/v1/challenges/${id}`);
    return sends.some(({ status }) => status === 'queued') ? undefined : sends;
  });
  demand('the fate', [send?.number, send?.status, send?.provider], [1, 'sent', 'sandbox']);
  page.say(`send ${send?.number}: ${send?.status} by ${send?.provider}`);
}

async function readLog({ file }: DemoSystem, subject: string, code: string): Promise<void> {
  page.step(7, 'What the log tells of it');
  const told = await readEvents(file, subject);
  for (const { event } of told) {
    page.event(new Date(event.time).toISOString().slice(11, 23), event.type, wordsOf(event));
  }
  const types = (chained: boolean) =>
    told.filter(({ event }) => (event.version !== undefined) === chained).map(({ event }) => event.type);
  demand('the chain', types(true), ['challenge-requested', 'attempt-rejected', 'challenge-approved']);
  demand('what workers told', types(false), ['message-rendered', 'delivery-sent']);
  checkChain(told);
  const bare = new RegExp(`(?<![\\w-])${code}(?![\\w-])`);
  demand('events that hold the code', told.filter(({ value }) => bare.test(value)).length, 0);
  page.say('The chain is whole, and the code stands nowhere in it.');
}

async function guess({ url, apiKey }: DemoSystem, id: string, code: string): Promise<VerifyAnswer> {
  const answer = await call<VerifyAnswer>(url, apiKey, 200, `/v1/challenges/${id}/verify`, { code, binding });
  const reason = answer.reason === undefined ? '' : `, ${answer.reason}`;
  page.say(`200  ${answer.result}${reason}, challenge ${answer.status}, ${answer.attemptsLeft} guesses left`);
  return answer;
}

/** One call of the API; another status than the expected one is a deviation. */
async function call<T>(url: string, apiKey: string, expected: number, path: string, body?: object): Promise<T> {
  const shown = path.replace(/[\w-]{22}\.c[\w-]{22}/, ':id');
  if (body) page.call(`POST ${shown}  ${JSON.stringify(body)}`);
  const response = await fetch(url + path, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${apiKey}`, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(callMsMax),
  });
  const text = await response.text();
  if (response.status !== expected)
    throw new Deviation(`the answer of ${shown}`, expected, `${response.status} ${text}`);
  return JSON.parse(text) as T;
}

/** Asks until there is an answer. */
async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + waitMsMax;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Deviation(what, `within ${waitMsMax} ms`, 'nothing');
    await pause(30);
  }
}
