import { describe, expect, it } from 'vitest';
import { createBreaker } from '../../../services/delivery-worker/breaker.ts';

function failing(times: number) {
  const breaker = createBreaker();
  for (let at = 0; at < times; at += 1) breaker.record('temporary', at);
  return breaker;
}

describe('a breaker', () => {
  it('stays closed through four failures in a row', () => {
    expect(failing(4).state(10)).toBe('closed');
  });

  it('opens at the fifth failure in a row and refuses calls', () => {
    const breaker = failing(5);
    expect(breaker.state(10)).toBe('open');
    expect(breaker.tryCall(10)).toBe(false);
  });

  it('counts an unknown outcome as a failure', () => {
    const breaker = failing(4);
    breaker.record('unknown', 4);
    expect(breaker.state(4)).toBe('open');
  });

  it('takes a refusal of one address for a sign of health', () => {
    const breaker = failing(4);
    breaker.record('permanent', 4);
    breaker.record('temporary', 5);
    expect(breaker.state(5)).toBe('closed');
  });

  it('lets one trial call through after three seconds, and only one', () => {
    const breaker = failing(5);
    expect(breaker.state(3_003)).toBe('open');
    expect(breaker.state(3_004)).toBe('half-open');
    expect([breaker.tryCall(3_004), breaker.tryCall(3_004)]).toEqual([true, false]);
  });

  it('closes when the trial succeeds', () => {
    const breaker = failing(5);
    breaker.tryCall(3_004);
    breaker.record('accepted', 3_010);
    expect(breaker.state(3_010)).toBe('closed');
  });

  it('opens for three more seconds when the trial fails', () => {
    const breaker = failing(5);
    breaker.tryCall(3_004);
    breaker.record('temporary', 3_010);
    expect([breaker.state(6_009), breaker.state(6_010)]).toEqual(['open', 'half-open']);
  });
});
