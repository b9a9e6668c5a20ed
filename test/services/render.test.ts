import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillParts, renderMessage } from '#runtime/render.ts';
import type { EmailTemplates, RenderValues, SmsTemplates } from '#runtime/render.ts';

const values: RenderValues = { brand: 'Acme', minutes: 5, purpose: 'login', params: {}, binding: {} };

function renderSms(template: string, given: Partial<RenderValues> = {}, smsOrigin?: string) {
  const rendered = renderMessage({
    channel: 'sms',
    locale: 'en',
    values: { ...values, ...given },
    smsTemplates: { en: template },
    smsOrigin,
  });
  return rendered.text;
}

function renderHtml(html: string, given: Partial<RenderValues> = {}) {
  const emailTemplates = { subject: {}, template: { en: { text: '{{code}}', html } } };
  return renderMessage({ channel: 'email', locale: 'en', values: { ...values, ...given }, emailTemplates }).html;
}

function renderIn(locale: string | undefined, smsTemplates: SmsTemplates) {
  return fillParts(renderMessage({ channel: 'sms', locale, values, smsTemplates }).text, '7');
}

const clean = (v: string) => renderSms('{{params.v}}|{{code}}', { params: { v } })[0];

describe('The slot of the code', () => {
  it('renders as null, and only there is the code filled in', () => {
    const parts = renderSms('Your code: {{code}} ({{brand}}). Again: {{code}}');
    expect(parts).toEqual(['Your code: ', null, ' (Acme). Again: ', null]);
    expect(fillParts(parts, '012345')).toBe('Your code: 012345 (Acme). Again: 012345');
  });

  it.each([['null'], ['["x",null]'], ['{{code}}'], ['\0'], ['\u0000null\u0000'], ['$&$1']])(
    'cannot be forged by the value %j',
    (value) => {
      const parts = renderSms('A {{params.name}} B {{code}}', { params: { name: value } });
      expect(parts.filter((part) => part === null)).toHaveLength(1);
      expect(parts.at(-1)).toBeNull();
      expect(JSON.parse(JSON.stringify(parts))).toEqual(parts);
    },
  );

  it('cannot be forged by any value, which also never breaks a line or makes a host name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.webUrl(), fc.nat(200), (noise, url, at) => {
        const value = noise.slice(0, at) + url + noise.slice(at);
        const [before, slot, ...rest] = renderSms('<{{params.v}}> {{code}}', { params: { v: value } });
        expect([slot, rest]).toEqual([null, []]);
        expect(before).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]|:\/\/|www\.\S|\.[a-z]{2}/iu);
      }),
    );
  });
});

describe('Values in a message', () => {
  it('are empty when absent, and an if asks whether they are not', () => {
    const template = '[{{params.a}}]{{#if binding.b}}+{{binding.b}}{{else}}-{{/if}} {{code}}';
    expect(fillParts(renderSms(template), '1')).toBe('[]- 1');
    const filled = renderSms(template, { params: { a: 'x' }, binding: { b: '9 EUR' } });
    expect(fillParts(filled, '1')).toBe('[x]+9 EUR 1');
    expect(fillParts(renderSms(template, { binding: { b: ' \t ' } }), '1')).toBe('[]- 1');
  });

  it('are never read from a prototype', () => {
    const inherited: Record<string, string> = Object.create({ name: 'inherited' });
    expect(fillParts(renderSms('{{params.name}}|{{params.toString}}|{{code}}', { params: inherited }), '1')).toBe(
      '||1',
    );
  });

  it.each([
    ['https://evil.example/login?x=1', 'https: evil. example/login?x=1'],
    ['www.evil.example', 'www. evil. example'],
    ['www.1evil.example', 'www. 1evil. example'],
    ['pay at bit.ly/x', 'pay at bit. ly/x'],
    ['me@evil.example', 'me@evil. example'],
    ['evil\u3002example', 'evil\u3002 example'],
    ['ev\u00adil\u200b.ex\u2060ample', 'evil. example'],
    ['192.168.1.1/x', '192. 168. 1. 1/x'],
    ['例え.テスト', '例え. テスト'],
    ['Dr.No', 'Dr. No'],
  ])('lose what could become a link: %j', (value, shown) => {
    expect(renderSms('{{params.v}} {{code}}', { params: { v: value } })).toEqual([`${shown} `, null]);
  });

  it.each([
    ['1.250,00 EUR'],
    ['1,250.00'],
    ['12.50EUR'],
    ['1.250.000.000'],
    ['Dr. No'],
    ['J.R.R. Tolkien'],
    ['Acme Inc.'],
    ['24.12.2026'],
    ['AC/DC'],
    ["O'Neil & Söhne"],
    ['👩‍👩‍👧'],
  ])('stay readable: %s', (value) => {
    expect(renderSms('{{params.v}} {{code}}', { params: { v: value } })).toEqual([`${value} `, null]);
  });

  it('are one line, composed, without controls, cut at 100 characters', () => {
    expect(clean(' a\r\nb\t\u0000c\u2028d\u202ee ')).toBe('a b c de|');
    expect(clean('Mu\u0308ller')).toBe('Müller|');
    expect(clean('😀'.repeat(101))).toBe(`${'😀'.repeat(97)}...|`);
    expect(clean('x'.repeat(100))).toBe(`${'x'.repeat(100)}|`);
    expect(clean('x'.repeat(1_000_000))).toHaveLength(101);
  });

  it('leave the brand its dots, because a tenant writes it, not a stranger', () => {
    expect(renderSms('{{brand}}: {{code}}', { brand: 'Acme.com\r\nEvil' })[0]).toBe('Acme.com Evil: ');
  });

  it('never promise a part of a minute or none', () => {
    expect(renderSms('{{code}} {{minutes}}', { minutes: 1.5 }).at(-1)).toBe(' 1');
    expect(renderSms('{{code}} {{minutes}}', { minutes: 0.5 }).at(-1)).toBe(' 1');
  });

  it('are escaped in HTML and nowhere else', () => {
    const params = { v: `<b onclick="x" id='y'>&\`=` };
    const escaped = '&lt;b onclick&#61;&quot;x&quot; id&#61;&#39;y&#39;&gt;&amp;&#96;&#61;';
    expect(renderHtml('<p>{{params.v}}</p>{{code}}', { params })?.[0]).toBe(`<p>${escaped}</p>`);
    expect(renderSms('{{params.v}}{{code}}', { params })[0]).toBe(params.v);
  });
});

describe('The choice of a template', () => {
  it('goes tenant locale, tenant language, built-in locale, built-in language, tenant English, built-in English', () => {
    const own = { 'de-AT': 'own de-AT {{code}}', de: 'own de {{code}}', en: 'own en {{code}}', pl: 'own pl {{code}}' };
    expect(renderIn('de-AT', own)).toBe('own de-AT 7');
    expect(renderIn('de-CH', own)).toBe('own de 7');
    expect(renderIn('pl-PL', own)).toBe('own pl 7');
    expect(renderIn('zh-Hant', own)).toMatch(/驗證碼/);
    expect(renderIn('fr-CA', own)).toMatch(/est votre code/);
    expect(renderIn('sv', own)).toBe('own en 7');
    expect(renderIn(undefined, own)).toBe('own en 7');
    expect(renderIn('sv', { de: 'own de {{code}}' })).toMatch(/is your Acme code/);
  });

  it('knows a locale in any case, with an underscore or an extension, and by its script', () => {
    const own = { 'DE-at': 'own {{code}}' };
    expect(renderIn('de_AT', own)).toBe('own 7');
    expect(renderIn('De-aT-u-co-phonebk', own)).toBe('own 7');
    expect(renderIn('zh-TW', {})).toMatch(/驗證碼/);
    expect(renderIn('zh-HK', { 'zh-hant': 'own {{code}}' })).toBe('own 7');
    expect(renderIn('zh-CN', {})).toMatch(/验证码/);
  });

  it.each([['not a locale'], [''], ['x'.repeat(65)], ['__proto__'], ['de-'], ['../en']])(
    'falls back to English for %j',
    (locale) => {
      expect(renderIn(locale, {})).toMatch(/is your Acme code/);
    },
  );

  it('passes over a stored template that the rules refuse', () => {
    expect(renderIn('de', { de: 'Nur {{{code}}}' })).toMatch(/Ihr Code/);
  });

  it('chooses subject and body apart, and sends no HTML when the tenant wrote none', () => {
    const emailTemplates: EmailTemplates = { subject: {}, template: { de: { text: 'Eigener Text {{code}}' } } };
    const message = renderMessage({ channel: 'email', locale: 'de-DE', values, emailTemplates });
    expect(message).toEqual({ subject: ['Ihr Code für Acme'], text: ['Eigener Text ', null] });
  });

  it('takes a body as a whole: one bad part gives both to the next', () => {
    const template = { en: { text: 'Own {{code}}', html: '<p>{{{code}}}</p>' } };
    const message = renderMessage({
      channel: 'email',
      locale: 'en',
      values,
      emailTemplates: { subject: {}, template },
    });
    expect(message.text[0]).toMatch(/^Your code for Acme/);
  });
});

describe('The line that binds a code to a site', () => {
  it('ends the SMS: a host, one space, the code', () => {
    const bound = fillParts(renderSms('{{code}} is your code.  \n', {}, 'acme.example'), '482913');
    expect(bound).toBe('482913 is your code.\n@acme.example #482913');
  });

  it('follows a template that ends with its code', () => {
    expect(renderSms('Code: {{code}}', {}, 'https://Acme.Example')).toEqual([
      'Code: ',
      null,
      '\n@acme.example #',
      null,
    ]);
  });

  it('is not written twice', () => {
    expect(renderSms('Code\n@acme.example #{{code}}', {}, 'acme.example')).toEqual(['Code\n@acme.example #', null]);
  });

  it.each([
    ['acme.example/path'],
    ['acme.example:8443'],
    ['user@acme.example'],
    ['http://acme.example'],
    ['a b'],
    [''],
  ])('is left out for %j, which is no host', (origin) => {
    expect(renderSms('Code: {{code}}', {}, origin)).toEqual(['Code: ', null]);
  });
});
