import type { AccountDocument, Enrolment, Login, Page } from './account-document.ts';
import type { AccountPolicy } from './account-policy.ts';
import { endOf, isOver, newestSend, type Challenge } from './challenge-book.ts';
import type { Fact } from './decider.ts';
import { isOpenLogin } from './login-status.ts';

/** How many methods an account may have, backup codes among them. */
export const methodsMax = 10;

const hourMs = 3_600_000;
const keptMs = 24 * hourMs;
const commandsMax = 64;
/** Where room is short commands are forgotten first, but not more than down to these while anything else can go. */
const commandsMin = 16;
const challengesMax = 20;
const loginsMax = 20;
const pagesMax = 10;
const enrolmentsMax = 6;

const documentBytesMax = 16_384;
/** Of them: the person and the methods, with all that guesses may add to a method. The rest is for what comes and goes. */
const lastingBytesMax = 9_500;
/** What use, a lock and its end add to a method. */
const stateBytes = 80;

export const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '');

/** The most that guesses which count against the rate can take up at one method: differences of seconds within the window. */
function rateBytes({ attempts, windowSeconds }: AccountPolicy['checkRate']): number {
  const digits = Math.ceil(windowSeconds / attempts).toString().length + 1;
  return 12 + Math.min(attempts, 100) * (digits + 1);
}

/**
 * Whether the lasting part of the document leaves room for `more` bytes of it. Asked before a method or a profile is taken in, since
 * neither is ever forgotten to make room.
 */
export function hasRoom(document: AccountDocument, checkRate: AccountPolicy['checkRate'], more: number): boolean {
  const { logins: _l, challenges: _c, enrolments: _e, pages: _p, commands: _o, noticed: _n, ...lasting } = document;
  const methods = lasting.methods.map((method) => ({ ...method, checkedAt: [] }));
  const growth = (methods.length + 1) * (stateBytes + rateBytes(checkRate));
  return bytesOf({ ...lasting, methods }) + growth + more <= lastingBytesMax;
}

/** Nothing can come of it any more. */
const isPast = (login: Login, now: number): boolean =>
  !isOpenLogin(login, now) && !(login.status.kind === 'awaiting-result' && now < login.status.resultExpiresAt);

/** The newest `max` of what is over, and all that is not. */
function keepNewest<T>(things: readonly T[], max: number, isOverNow: (thing: T) => boolean): T[] {
  const past = things.filter(isOverNow);
  const kept = new Set(past.slice(Math.max(past.length - Math.max(max - (things.length - past.length), 0), 0)));
  return things.filter((thing) => !isOverNow(thing) || kept.has(thing));
}

/**
 * Forgets by the event's own time, so that a replay forgets the same: what is old, then what is over and too much, and where room is
 * short the oldest of what is left. What the event's command is about stays: its answer is read from the document.
 */
export function pruneAccount(document: AccountDocument, fact: Fact): AccountDocument {
  const now = fact.time;
  const challenges = document.challenges.filter((challenge) => now - endOf(challenge) < keptMs);
  const logins = document.logins.filter(({ expiresAt }) => now - expiresAt < keptMs);
  const enrolments = document.enrolments.filter(({ expiresAt }) => now < expiresAt + hourMs);
  const pages = document.pages.filter((page) => now < endOfPage(page));
  const pruned = {
    ...document,
    challenges: keepNewest(challenges, challengesMax, (challenge) => isOver(challenge, now)),
    logins: keepNewest(logins, loginsMax, (login) => isPast(login, now)),
    enrolments: keepNewest(enrolments, enrolmentsMax, ({ expiresAt }) => now >= expiresAt),
    pages: pages.slice(-pagesMax),
    commands: document.commands.filter(({ at }) => now - at < keptMs).slice(-commandsMax),
  };
  const excess = bytesOf(pruned) - documentBytesMax;
  return excess > 0 ? makeRoom(pruned, fact, excess) : pruned;
}

const endOfPage = ({ handleExpiresAt, sessionExpiresAt = 0 }: Page) => Math.max(handleExpiresAt, sessionExpiresAt);

function makeRoom(document: AccountDocument, { time: now, data }: Fact, excess: number): AccountDocument {
  const about = new Set<unknown>([...Object.values(data as object), document.commands.at(-1)?.thing]);
  const shelves = {
    challenges: [...document.challenges],
    logins: [...document.logins],
    enrolments: [...document.enrolments],
    pages: [...document.pages],
    commands: [...document.commands],
  };
  let left = excess;
  function clear<T>(shelf: T[], isSpare: (thing: T) => boolean): void {
    for (let index = shelf.findIndex(isSpare); left > 0 && index >= 0; index = shelf.findIndex(isSpare)) {
      left -= bytesOf(shelf.splice(index, 1)[0]) + 1;
    }
  }
  const { challenges, logins, enrolments, pages, commands } = shelves;
  const newest = document.challenges.at(-1);
  const oldChallenge = (one: Challenge) => !about.has(one.id) && (one !== newest || newestSend(one).requestedAt < now);
  const oldLogin = (one: Login) =>
    !about.has(one.id) && (one.status.kind === 'open' ? one.startedAt : one.status.at) < now;
  const oldEnrolment = (one: Enrolment) => !about.has(one.id);
  clear(challenges, (one) => oldChallenge(one) && isOver(one, now));
  clear(enrolments, (one) => oldEnrolment(one) && now >= one.expiresAt);
  clear(commands, () => commands.length > commandsMin);
  clear(logins, (one) => oldLogin(one) && isPast(one, now));
  clear(challenges, oldChallenge);
  clear(pages, ({ nonce }) => !about.has(nonce));
  clear(enrolments, oldEnrolment);
  clear(logins, oldLogin);
  clear(commands, () => commands.length > 1);
  return { ...document, ...shelves };
}
