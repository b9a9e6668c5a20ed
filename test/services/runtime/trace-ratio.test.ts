import { describe, expect, it } from 'vitest';
import { ConfigFault, readConfig } from '#runtime/config.ts';

const role = { mode: 'development', port: 8_080, purposes: [], makesSends: false, apart: false } as const;
const read = (share: string) => readConfig({ OTEL_TRACES_SAMPLER_ARG: share }, role).traceRatio;

describe('The share of traces', () => {
  it('is all of them, unless told', () => {
    expect(readConfig({}, role).traceRatio).toBe(1);
  });

  it.each(['0', '1', '0.05', '1.0'])('may be %s', (share) => {
    expect(read(share)).toBe(Number(share));
  });

  it.each(['2', '-0.1', '.5', '1e-3', '50%', '1.01'])('cannot be %s', (share) => {
    expect(() => read(share)).toThrow(ConfigFault);
    expect(() => read(share)).toThrow(/OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1/);
  });
});
