import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Call } from './call.ts';
import { aPhone, codeIn, eventually } from './installation.ts';
import type { Persist } from './persistent-caller.ts';
import type { ServiceProcess } from './processes.ts';

/** What one caller was told about one challenge. */
export type Promised = {
  readonly id: string;
  readonly subject: string;
  readonly to: string;
  wrongGuesses: number;
  /** Of its proof. */
  jti?: string;
};

export type StormOptions = {
  readonly persist: Persist;
  readonly victims: readonly ServiceProcess[];
  readonly kills: number;
  readonly textsTo: (to: string) => readonly { readonly text: string }[];
  readonly call: Call;
};

const workers = 5;
const answersBetweenKills = 4;
const betweenMs = 150;
/** No code of six digits, so it is always wrong. */
const tooLong = '0123456789';
const afterwardsMs = 120_000;

/** Kills processes at random under a steady load, starts them again, lets the load come to its end, and tells what was promised. */
export async function storm(options: StormOptions): Promise<Promised[]> {
  const { persist, victims, kills, textsTo, call } = options;
  const promised: Promised[] = [];
  const open: Promised[] = [];
  const over = new AbortController();
  let answers = 0;

  async function request(): Promise<void> {
    const to = aPhone();
    const { json } = await persist('/v1/challenges', { channel: 'sms', to });
    const one: Promised = { id: json.id, subject: json.subject, to, wrongGuesses: 0 };
    promised.push(one);
    answers += 1;
    const guess = await persist(`/v1/challenges/${one.id}/verify`, { code: tooLong });
    if (guess.json.reason === 'wrong-code') one.wrongGuesses += 1;
    answers += 1;
    open.push(one);
  }

  async function answer(one: Promised, text: { readonly text: string }): Promise<void> {
    const { json } = await persist(`/v1/challenges/${one.id}/verify`, { code: codeIn(text) });
    answers += 1;
    if (json.result === 'approved') one.jti = readClaims(json.proof).jti;
  }

  async function work(): Promise<void> {
    while (!over.signal.aborted) {
      const one = randomInt(2) === 0 ? open.shift() : undefined;
      const text = one && textsTo(one.to)[0];
      if (one && text) await answer(one, text);
      else if (one) open.push(one);
      else await request();
      await pause(betweenMs);
    }
  }

  const working = Promise.all(Array.from({ length: workers }, work));
  try {
    for (let killed = 0; killed < kills; killed += 1) {
      const target = answers + answersBetweenKills;
      await eventually(`progress after ${killed} kills`, () => answers >= target, afterwardsMs);
      const victim = victims[randomInt(victims.length)] as ServiceProcess;
      await victim.kill();
      // Not waited for: it may be killed again before it is ready.
      victim.start().catch(() => {});
    }
  } finally {
    over.abort();
  }
  await working;
  const ready = async () => (await Promise.all(victims.map((one) => one.isReady()))).every(Boolean);
  await eventually('readiness of all', ready, afterwardsMs);
  const fateOf = async ({ id }: Promised): Promise<string> =>
    (await call('GET', `/v1/challenges/${id}`)).json.sends[0].status;
  for (const one of promised) {
    await eventually('a fate', async () => (await fateOf(one)) !== 'queued', afterwardsMs);
    const text = textsTo(one.to)[0];
    // A send that failed for good never brought its code.
    if (open.includes(one) && text) await answer(one, text);
  }
  return promised;
}

export const readClaims = (proof: string): { jti: string } =>
  JSON.parse(Buffer.from(proof.split('.')[1] ?? '', 'base64url').toString());
