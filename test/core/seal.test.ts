import { createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lengthPrefixed } from '#core/bytes.ts';
import { recordKey, seal, unseal, type SealedFor } from '#core/seal.ts';

const key = Buffer.alloc(32, 1);
const salt = Buffer.alloc(32, 2).toString('base64url');
const iv = Buffer.alloc(12, 3);
const owner: SealedFor = { tenant: 'acme', subject: 'S'.repeat(22), field: 'to', thing: 'challenge-1' };
const purpose = { kid: 'kid00000', key };
const keyOf = (kid: string) => (kid === purpose.kid ? key : undefined);
const sealed = seal(purpose, salt, owner, iv, 'ada@example.com');

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('A sealed field', () => {
  it('opens again, whatever text, key and salt', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), bytes32, bytes32, (text, otherKey, otherSalt) => {
        const saltText = Buffer.from(otherSalt).toString('base64url');
        const closed = seal({ kid: 'k', key: otherKey }, saltText, owner, randomBytes(12), text);
        expect(unseal(() => otherKey, saltText, owner, closed)).toBe(text);
      }),
    );
  });

  it('is its key’s name, a dot, and iv, AES-256-GCM ciphertext and tag in base64url', () => {
    const [kid = '', text = ''] = sealed.split('.');
    const bytes = Buffer.from(text, 'base64url');
    expect(kid).toBe('kid00000');
    expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(bytes.subarray(0, 12)).toEqual(iv);
    const fieldKey = createHmac('sha256', key)
      .update(lengthPrefixed('twofold.seal.v1', owner.tenant, owner.subject, Buffer.alloc(32, 2)))
      .digest();
    expect(recordKey(key, owner.tenant, owner.subject, salt)).toEqual(fieldKey);
    const decipher = createDecipheriv('aes-256-gcm', fieldKey, iv);
    decipher.setAAD(lengthPrefixed('acme', owner.subject, 'to', 'challenge-1'));
    decipher.setAuthTag(bytes.subarray(-16));
    expect(decipher.update(bytes.subarray(12, -16)).toString('utf8') + decipher.final('utf8')).toBe('ada@example.com');
  });

  it.each(['tenant', 'subject', 'field', 'thing'] as const)('does not open for another %s', (part) => {
    expect(unseal(keyOf, salt, { ...owner, [part]: `${owner[part]}x` }, sealed)).toBeUndefined();
    expect(unseal(keyOf, salt, owner, sealed)).toBe('ada@example.com');
  });

  it('does not open when text moves from one part of its owner to the next', () => {
    const moved = { ...owner, field: 't', thing: `o${owner.thing}` };
    expect(unseal(keyOf, salt, moved, sealed)).toBeUndefined();
  });

  it('does not open with another salt or none', () => {
    expect(unseal(keyOf, Buffer.alloc(32, 9).toString('base64url'), owner, sealed)).toBeUndefined();
    expect(unseal(keyOf, '', owner, sealed)).toBeUndefined();
  });

  it('does not open with another key, nor under the name of a key that is not there', () => {
    expect(unseal(() => Buffer.alloc(32, 9), salt, owner, sealed)).toBeUndefined();
    expect(unseal(keyOf, salt, owner, sealed.replace('kid00000', 'kid00001'))).toBeUndefined();
  });

  it('does not open with any one byte altered', () => {
    const [, text = ''] = sealed.split('.');
    const bytes = Buffer.from(text, 'base64url');
    for (let at = 0; at < bytes.length; at += 1) {
      for (const flip of [1, 128]) {
        const altered = Buffer.from(bytes);
        altered[at] = (altered[at] ?? 0) ^ flip;
        expect(unseal(keyOf, salt, owner, `kid00000.${altered.toString('base64url')}`)).toBeUndefined();
      }
    }
  });

  it('does not open with any one character altered, added or left out', () => {
    const from = sealed.indexOf('.') + 1;
    for (let at = from; at < sealed.length; at += 1) {
      for (const other of ['', 'A', '!', '=', '\n', '.']) {
        const altered = sealed.slice(0, at) + other + sealed.slice(at + 1);
        const opened = altered === sealed ? undefined : unseal(keyOf, salt, owner, altered);
        expect(opened).toBeUndefined();
        expect(unseal(keyOf, salt, owner, sealed.slice(0, at) + other + sealed.slice(at))).toBe(
          other === '' ? 'ada@example.com' : undefined,
        );
      }
    }
    expect(unseal(keyOf, salt, owner, `${sealed}=`)).toBeUndefined();
    expect(unseal(keyOf, salt, owner, ` ${sealed}`)).toBeUndefined();
  });

  it('of nothing opens as nothing, which is not the same as not opening', () => {
    expect(unseal(keyOf, salt, owner, seal(purpose, salt, owner, iv, ''))).toBe('');
  });

  it('never throws on garbage', () => {
    const garbage = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.base64String(),
      fc.string().map((text) => `kid00000.${text}`),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => `kid00000.${Buffer.from(bytes).toString('base64url')}`),
    );
    fc.assert(
      fc.property(garbage, fc.string({ unit: 'binary' }), (text, anySalt) => {
        expect(unseal(keyOf, anySalt, owner, text)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});
