import { describe, expect, it } from 'vitest';
import { addressDecider, type AddressDocument, type AddressOutcome } from '#core/address-document.ts';
import {
  approved,
  canceled,
  challenge,
  exhausted,
  given,
  minuteMs,
  rejected,
  requested,
  resent,
  t0,
} from '../support/challenges.ts';
import { fold, type Told } from '../support/given.ts';

const outcomeOf = (history: readonly Told[], commandId: string): AddressOutcome | undefined =>
  addressDecider.outcomeOf(fold(addressDecider, history) as AddressDocument, commandId);

describe('A repeated command finds how it ended', () => {
  it('a request: with its send and the attempts of then, whatever came later', () => {
    const history = [requested('a', t0), rejected('a', t0 + 1, 2, 3), approved('a', t0 + 2, 2)];
    expect(outcomeOf(history, 'request-a')).toEqual({
      id: 'request-a',
      at: t0,
      did: 'request',
      challenge: challenge('a'),
      send: 1,
      attemptsLeft: 5,
    });
  });

  it('a resend: with its own send', () => {
    const history = [
      requested('a', t0),
      rejected('a', t0 + 1, 4, 1),
      resent('a', t0 + minuteMs, 2),
      resent('a', t0 + 2 * minuteMs, 3),
    ];
    expect(outcomeOf(history, 'resend-a-2')).toMatchObject({ did: 'resend', send: 2, attemptsLeft: 4 });
    expect(outcomeOf(history, 'resend-a-3')).toMatchObject({ did: 'resend', send: 3, attemptsLeft: 4 });
  });

  it('a wrong guess: wrong it stays, even after the right one', () => {
    const history = [requested('a', t0), rejected('a', t0 + 1, 4, 1), approved('a', t0 + 2, 4)];
    expect(outcomeOf(history, 'guess-a-4')).toEqual({
      id: 'guess-a-4',
      at: t0 + 1,
      did: 'reject',
      challenge: challenge('a'),
      attemptsLeft: 4,
      exhausted: false,
    });
  });

  it('the last wrong guess: as what exhausted the challenge, once for both its events', () => {
    const history = [requested('a', t0), rejected('a', t0 + 1, 0, 5), exhausted('a', t0 + 1)];
    expect(outcomeOf(history, 'guess-a-0')).toMatchObject({ did: 'reject', attemptsLeft: 0, exhausted: true });
    expect(given(...history).document?.commands).toHaveLength(2);
  });

  it('a right guess: approved again, with the same proof', () => {
    const history = [requested('a', t0), approved('a', t0 + 1, 5)];
    expect(outcomeOf(history, 'guess-a-right')).toMatchObject({ did: 'approve', attemptsLeft: 5 });
    expect(given(...history).document?.challenges[0]?.state).toMatchObject({
      kind: 'approved',
      proof: { jti: 'j'.repeat(22) },
    });
  });

  it('a cancelation: with the attempts of then', () => {
    const history = [requested('a', t0), rejected('a', t0 + 1, 3, 2), canceled('a', t0 + 2)];
    expect(outcomeOf(history, 'cancel-a')).toMatchObject({ did: 'cancel', attemptsLeft: 3 });
  });

  it('a request that replaced another challenge: as the request alone', () => {
    const together = { causationId: 'both' };
    const history = [
      requested('a', t0),
      { ...canceled('a', t0 + 1, 'replaced'), ...together },
      { ...requested('b', t0 + 1), ...together },
    ];
    expect(outcomeOf(history, 'both')).toMatchObject({ did: 'request', challenge: challenge('b') });
  });

  it('a reset of the address', () => {
    const reset: Told = {
      type: 'address-reset',
      time: t0,
      data: { counted: { destination: 'd' } },
      causationId: 'reset',
    };
    expect(outcomeOf([reset], 'reset')).toEqual({ id: 'reset', at: t0, did: 'reset' });
  });

  it('and a command that never was finds nothing', () => {
    expect(outcomeOf([requested('a', t0)], 'another')).toBeUndefined();
    expect(outcomeOf([requested('a', t0)], '')).toBeUndefined();
  });
});

describe('A document', () => {
  it('belongs to the tenant of its first event', () => {
    expect(given(requested('a', t0)).document).toMatchObject({ kind: 'address', tenant: 'acme' });
  });

  it('drops what a message needed once the challenge is over, and keeps what answers show', () => {
    const ends = [[approved('a', t0 + 1)], [canceled('a', t0 + 1)], [exhausted('a', t0 + 1)]];
    for (const end of ends) {
      const [closed] = given(requested('a', t0, { params: 'kid00000.sealed' }), ...end).document?.challenges ?? [];
      expect(closed).not.toHaveProperty('params');
      expect(closed).toMatchObject({ to: 'kid00000.sealed-address', sends: [{ number: 1 }] });
    }
  });

  it('counts a guess at a challenge that is forgotten as a failure all the same', () => {
    const document = given(requested('a', t0), rejected('gone', t0 + 1, 4, 1)).document;
    expect(document).toMatchObject({ failures: 1, lastFailureAt: t0 + 1 });
    expect(document?.challenges).toHaveLength(1);
  });
});
