import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindingDigest } from '#runtime/binding.ts';
import { openKeyRing } from '#runtime/keys.ts';

const keys = openKeyRing({ masterKeys: [Buffer.alloc(32, 1)], purposes: ['subject'] });
const digest = (binding: Readonly<Record<string, string>> | undefined, id = 'challenge', tenant = 'acme') =>
  bindingDigest(keys, tenant, id, binding);
const text = fc.string({ unit: 'grapheme', maxLength: 20 });

describe('What a code is bound to', () => {
  it('is a keyed digest over tenant, challenge and the pairs, sorted by name', () => {
    const mac = createHmac('sha256', keys.newest('subject').key);
    for (const field of ['binding', 'acme', 'challenge', 'amount', '10 €', 'payee', 'Ada']) {
      const bytes = Buffer.from(field);
      mac.update(Buffer.of(0, 0, 0, bytes.length)).update(bytes);
    }
    expect(digest({ payee: 'Ada', amount: '10 €' })).toBe(mac.digest('base64url'));
  });

  it('is nothing for nothing', () => {
    expect([digest(undefined), digest({})]).toEqual(['', '']);
  });

  it('depends on no order of writing', () => {
    fc.assert(
      fc.property(fc.dictionary(text, text, { minKeys: 1 }), (binding) => {
        const reversed = Object.fromEntries(Object.entries(binding).toReversed());
        expect(digest(reversed)).toBe(digest(binding));
      }),
    );
  });

  it('depends on no way of writing accents, in names and in values, whatever their order', () => {
    // As single letters the names sort z before é; with the accent apart they sort the other way round.
    const [one, apart] = [
      { é: 'ö', z: '1' },
      { 'e\u0301': 'o\u0308', z: '1' },
    ];
    expect(Object.keys(one)).not.toEqual(Object.keys(apart));
    expect(digest(apart)).toBe(digest(one));
    fc.assert(
      fc.property(fc.dictionary(text, text, { minKeys: 1 }), (binding) => {
        const normal = (form: string) =>
          Object.entries(binding).map(([name, value]) => [name.normalize(form), value.normalize(form)]);
        const [composed, decomposed] = [Object.fromEntries(normal('NFC')), Object.fromEntries(normal('NFD'))];
        fc.pre(Object.keys(composed).length === Object.keys(binding).length);
        expect(digest(decomposed)).toBe(digest(composed));
      }),
    );
  });

  it('changes with every name, every value, the challenge, the tenant and the border between them', () => {
    const others = [
      digest({ amount: '10', payee: 'Ada' }),
      digest({ amount: '11', payee: 'Ada' }),
      digest({ amount: '10' }),
      digest({ amoun: 't10', payee: 'Ada' }),
      digest({ amount: '10p', ayee: 'Ada' }),
      digest({ amount: 'Ada', payee: '10' }),
      digest({ amount: '10', payee: 'Ada' }, 'another'),
      digest({ amount: '10', payee: 'Ada' }, 'challenge', 'globex'),
    ];
    expect(new Set(others).size).toBe(others.length);
  });

  it('counts a name that objects have by birth like any other', () => {
    expect(digest(JSON.parse('{"__proto__":"x"}'))).not.toBe('');
    expect(digest(JSON.parse('{"__proto__":"x"}'))).not.toBe(digest(JSON.parse('{"__proto__":"y"}')));
  });
});
