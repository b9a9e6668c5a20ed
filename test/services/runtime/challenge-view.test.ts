import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { addressDecider, type AddressDocument } from '#core/address-document.ts';
import type { Challenge } from '#core/challenge-book.ts';
import { addressOf, viewAfter, viewChallenge } from '#runtime/challenge-view.ts';
import { openKeyRing } from '#runtime/keys.ts';
import { sealField } from '#runtime/sealing.ts';
import {
  approved,
  canceled,
  challenge,
  given,
  minuteMs,
  rejected,
  requested,
  resent,
  subject,
  t0,
} from '../../support/challenges.ts';
import type { Told } from '../../support/given.ts';

const keys = openKeyRing({ masterKeys: [Buffer.alloc(32, 1)], purposes: ['address'] });
const salt = randomBytes(32).toString('base64url');
const address = 'ada@example.com';
const iso = (ms: number) => new Date(ms).toISOString();

const history = [
  requested('a', t0),
  rejected('a', t0 + 1, 4, 1),
  resent('a', t0 + minuteMs, 2),
  rejected('a', t0 + minuteMs + 1, 3, 2),
];
const documentOf = (...told: readonly Told[]) => given(...told).document as AddressDocument;
const only = (document: AddressDocument) => document.challenges[0] as Challenge;
const view = (told: readonly Told[], now: number) => viewChallenge(only(documentOf(...told)), address, subject, now);

describe('A challenge as callers see it', () => {
  it('shows its newest send, what is left, and its address masked', () => {
    expect(view(history, t0 + 2 * minuteMs)).toEqual({
      id: challenge('a'),
      subject,
      status: 'pending',
      channel: 'email',
      to: 'a***@example.com',
      createdAt: iso(t0),
      expiresAt: iso(t0 + 6 * minuteMs),
      resendAvailableAt: iso(t0 + minuteMs + 30_000),
      sendsLeft: 3,
      attemptsLeft: 3,
    });
  });

  it('is expired from the end of its newest code on, to the millisecond', () => {
    const end = t0 + 6 * minuteMs;
    expect([view(history, end - 1).status, view(history, end).status]).toEqual(['pending', 'expired']);
  });

  it('shows no address that nobody can read any more', () => {
    expect(viewChallenge(only(documentOf(...history)), undefined, subject, t0).to).toBeNull();
  });

  it('never shows what is kept for the rules', () => {
    const shown = JSON.stringify(view(history, t0));
    expect(shown).not.toMatch(/nonce|kid|counted|sealed|nnnn|dddd/);
  });
});

describe('The address of a challenge', () => {
  const at = { tenant: 'acme', subject, salt };
  const whom = { tenant: 'acme', subject, field: 'to', thing: challenge('a') };
  const sealed: Challenge = {
    ...only(documentOf(...history)),
    to: sealField(keys, 'address', salt, whom, address),
  };

  it('opens with the salt of its record alone', () => {
    expect(addressOf(keys, at, sealed)).toBe(address);
    expect(addressOf(keys, { ...at, salt: randomBytes(32).toString('base64url') }, sealed)).toBeUndefined();
    expect(addressOf(keys, { ...at, salt: '' }, sealed)).toBeUndefined();
    expect(addressOf(keys, { ...at, tenant: 'globex' }, sealed)).toBeUndefined();
    expect(addressOf(keys, at, { ...sealed, id: challenge('b') })).toBeUndefined();
  });
});

describe('A repeated command', () => {
  const end = [approved('a', t0 + 2 * minuteMs, 3)];
  const after = (told: readonly Told[], commandId: string) => {
    const document = documentOf(...told);
    const outcome = addressDecider.outcomeOf(document, commandId);
    if (!outcome) throw new Error(`${commandId} is not remembered`);
    return viewAfter(only(document), outcome, address, subject);
  };

  it.each([
    ['a request', 'request-a', history.slice(0, 1)],
    ['a resend', 'resend-a-2', history.slice(0, 3)],
  ] as const)('answers %s with the same bytes, whatever came later', (_what, commandId, then) => {
    const first = after(then, commandId);
    expect(after([...history, resent('a', t0 + 2 * minuteMs, 3)], commandId)).toEqual(first);
    expect(after([...history, ...end], commandId)).toEqual(first);
    expect(after([...history, canceled('a', t0 + 2 * minuteMs)], commandId)).toEqual(first);
  });

  it('of a request shows the first send and all attempts', () => {
    expect(after([...history, ...end], 'request-a')).toMatchObject({
      status: 'pending',
      expiresAt: iso(t0 + 5 * minuteMs),
      sendsLeft: 4,
      attemptsLeft: 5,
    });
  });

  it('of a resend shows its send and the attempts of then', () => {
    expect(after([...history, ...end], 'resend-a-2')).toMatchObject({
      status: 'pending',
      expiresAt: iso(t0 + 6 * minuteMs),
      sendsLeft: 3,
      attemptsLeft: 4,
    });
  });

  it('of a cancelation shows it canceled', () => {
    const told = [...history, canceled('a', t0 + 2 * minuteMs)];
    expect(after(told, 'cancel-a')).toMatchObject({ status: 'canceled', attemptsLeft: 3, sendsLeft: 3 });
  });

  it('of a reset is about no challenge', () => {
    const reset = { id: 'x', at: t0, did: 'reset' } as const;
    expect(() => viewAfter(only(documentOf(...history)), reset, address, subject)).toThrow('about no challenge');
  });
});
