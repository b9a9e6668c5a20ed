import { describe, expect, it } from 'vitest';
import { nextStep, type Progress } from '../../../services/delivery-worker/plan.ts';
import type { SendOutcome } from '../../../services/delivery-worker/providers/provider.ts';

const now = 1_000_000;
const fresh: Progress = { order: ['first', 'second'], tried: [], pauses: 0, unknowns: 0, expiresAt: now + 300_000 };
const all = () => true;
const temporary: SendOutcome = { kind: 'temporary', reason: 'busy' };
const unknown: SendOutcome = { kind: 'unknown', reason: 'timeout' };

const after = (progress: Partial<Progress>, outcome?: SendOutcome): Progress => ({
  ...fresh,
  ...progress,
  ...(outcome && { last: { provider: progress.tried?.at(-1) ?? 'first', outcome } }),
});

describe('the delivery plan', () => {
  it('begins with the first provider of the order', () => {
    expect(nextStep(fresh, now, all)).toEqual({ do: 'call', provider: 'first' });
  });

  it('passes over a provider whose breaker is open', () => {
    expect(nextStep(fresh, now, (name) => name !== 'first')).toEqual({ do: 'call', provider: 'second' });
  });

  it('ends a send that a provider accepted', () => {
    const progress = after({ tried: ['second'] }, { kind: 'accepted' });
    expect(nextStep(progress, now, all)).toEqual({ do: 'sent', provider: 'second' });
  });

  it('counts an acceptance even after the code has ended: it was sent', () => {
    const progress = after({ tried: ['first'], expiresAt: now - 1 }, { kind: 'accepted' });
    expect(nextStep(progress, now, all).do).toBe('sent');
  });

  it('ends a send that a provider refused for good, with our word for why', () => {
    const progress = after({ tried: ['first'] }, { kind: 'permanent', reason: 'invalid-number' });
    expect(nextStep(progress, now, all)).toEqual({
      do: 'fail',
      reason: 'rejected',
      detail: 'invalid-number',
      provider: 'first',
    });
  });

  it('goes to the next provider after a temporary failure', () => {
    expect(nextStep(after({ tried: ['first'] }, temporary), now, all)).toEqual({ do: 'call', provider: 'second' });
  });

  it('pauses when every provider was tried, longer each time and never over four seconds', () => {
    const pauses = [0, 1, 2, 3, 10].map((count) =>
      nextStep(after({ tried: ['first', 'second'], pauses: count }, temporary), now, all),
    );
    expect(pauses.map((step) => step.do === 'pause' && step.ms)).toEqual([500, 1_000, 2_000, 4_000, 4_000]);
  });

  it('pauses as long as the provider asked', () => {
    const outcome: SendOutcome = { kind: 'temporary', reason: 'rate', retryAfterMs: 20_000 };
    expect(nextStep(after({ tried: ['first', 'second'] }, outcome), now, all)).toEqual({ do: 'pause', ms: 20_000 });
  });

  it('never pauses beyond the end of the code: the send has expired', () => {
    const progress = after({ tried: ['first', 'second'], expiresAt: now + 500 }, temporary);
    expect(nextStep(progress, now, all)).toEqual({ do: 'fail', reason: 'expired', detail: 'busy', provider: 'second' });
  });

  it('calls nobody once the code has ended', () => {
    expect(nextStep(after({ expiresAt: now }), now, all)).toMatchObject({ do: 'fail', reason: 'expired' });
  });

  it('follows one unknown outcome with one more send', () => {
    expect(nextStep(after({ tried: ['first'], unknowns: 1 }, unknown), now, all)).toEqual({
      do: 'call',
      provider: 'second',
    });
  });

  it('ends after a second unknown outcome, saying that nobody confirmed it', () => {
    const progress = after({ tried: ['first', 'second'], unknowns: 2 }, unknown);
    expect(nextStep(progress, now, all)).toEqual({ do: 'fail', reason: 'unconfirmed', provider: 'second' });
  });

  it('counts a lease that ran out as an unknown outcome', () => {
    expect(nextStep(after({ unknowns: 1 }), now, all)).toEqual({ do: 'call', provider: 'first' });
    expect(nextStep(after({ unknowns: 2 }), now, all)).toMatchObject({ do: 'fail', reason: 'unconfirmed' });
  });

  it('waits for a provider where none is configured, and expires in the end', () => {
    expect(nextStep(after({ order: [] }), now, all)).toEqual({ do: 'pause', ms: 500 });
    expect(nextStep(after({ order: [], expiresAt: now + 100 }), now, all)).toEqual({ do: 'fail', reason: 'expired' });
  });
});
