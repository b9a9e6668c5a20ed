import { describe, expect, it } from 'vitest';
import { isUnder } from '#core/return-url.ts';

describe('A return URL lies under a listed one', () => {
  it.each([
    ['https://app.example/', 'https://app.example/'],
    ['https://app.example/back?x=1#y', 'https://app.example/'],
    ['https://app.example/auth', 'https://app.example/auth'],
    ['https://app.example/auth/', 'https://app.example/auth'],
    ['https://app.example/auth/done', 'https://app.example/auth/'],
    ['https://APP.example:443/auth/a/../b', 'https://app.example/auth'],
    ['http://localhost:3000/x', 'http://localhost:3000'],
  ])('%s under %s', (url, listed) => {
    expect(isUnder(url, listed)).toBe(true);
  });

  it.each([
    ['http://app.example/', 'https://app.example/'],
    ['https://app.example:8443/', 'https://app.example/'],
    ['https://app.example.evil.example/', 'https://app.example'],
    ['https://evil.example/app.example', 'https://app.example'],
    ['https://app.example@evil.example/', 'https://app.example'],
    ['https://user:pass@app.example/', 'https://app.example/'],
    ['https://app.example/authority', 'https://app.example/auth'],
    ['https://app.example/auth/../admin', 'https://app.example/auth'],
    ['https://app.example/auth/%2e%2e/admin', 'https://app.example/auth'],
    ['https://app.example\\@evil.example/auth', 'https://evil.example/'],
    ['https://app.example/', 'https://app.example/auth'],
    ['javascript:alert(1)', 'javascript:alert(1)'],
    ['//app.example/', 'https://app.example/'],
    ['', 'https://app.example/'],
  ])('%s not under %s', (url, listed) => {
    expect(isUnder(url, listed)).toBe(false);
  });
});
