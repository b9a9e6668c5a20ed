import { describe, expect, it } from 'vitest';
import { builtInEmail, builtInSms } from '#runtime/built-in-templates.ts';
import { builtInLocales, checkTemplate, countSegments, fillParts, renderMessage } from '#runtime/render.ts';
import type { RenderValues } from '#runtime/render.ts';

const code = '482913';
const brand = 'Acme Bank & Partners';
const plain: RenderValues = { brand, minutes: 10, purpose: 'verification', params: {}, binding: {} };
const bound: RenderValues = { ...plain, binding: { amount: '1.250,00 EUR', payee: 'Dr. No' } };
const gsmLocales = ['en', 'de', 'fr', 'es', 'it', 'pt'];

const renderSms = (locale: string, values: RenderValues) => renderMessage({ channel: 'sms', locale, values });
const renderEmail = (locale: string, values: RenderValues) => renderMessage({ channel: 'email', locale, values });
const renderHtml = (locale: string, values: RenderValues) => fillParts(renderEmail(locale, values).html ?? [], code);

it('The built-in languages are the nine promised ones, and Traditional Chinese', () => {
  expect(builtInLocales.toSorted()).toEqual(['de', 'en', 'es', 'fr', 'it', 'ja', 'pt', 'uk', 'zh', 'zh-Hant']);
  expect(brand).toHaveLength(20);
});

describe.each(builtInLocales)('The built-in templates of %s', (locale) => {
  it('pass the check that a tenant’s must pass', () => {
    expect(checkTemplate(builtInSms[locale], 'sms')).toEqual([]);
    expect(checkTemplate(builtInEmail.subject[locale], 'email-subject')).toEqual([]);
    expect(checkTemplate(builtInEmail.template[locale]?.text, 'email-text')).toEqual([]);
    expect(checkTemplate(builtInEmail.template[locale]?.html, 'email-html')).toEqual([]);
  });

  it(`cost ${gsmLocales.includes(locale) ? 'one GSM segment' : 'at most two segments'} as an SMS`, () => {
    const { encoding, segments } = countSegments(fillParts(renderSms(locale, plain).text, code));
    expect(encoding).toBe(gsmLocales.includes(locale) ? 'gsm-7' : 'ucs-2');
    expect(segments).toBeLessThanOrEqual(gsmLocales.includes(locale) ? 1 : 2);
  });

  it('say brand, code and minutes in the SMS, the code in its first line', () => {
    const lines = fillParts(renderSms(locale, plain).text, code).split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain(code);
    expect(lines[0]).toContain(brand);
    expect(lines[1]).toContain('10');
  });

  it('say brand, code and minutes in the mail, and keep the code out of the subject', () => {
    const { subject, text } = renderEmail(locale, plain);
    expect(subject).toEqual([expect.stringContaining(brand)]);
    for (const body of [fillParts(text, code), renderHtml(locale, plain)]) {
      expect(body).toContain(code);
      expect(body).toMatch(/\b10\b|10分/);
      expect(body).not.toMatch(/\{\{|undefined|\bnull\b/);
    }
    expect(fillParts(text, code).slice(0, 120)).toContain(code);
    expect(fillParts(text, code)).toContain(brand);
  });

  it('show amount and payee when the code is bound to them, and their labels only then', () => {
    const sms = fillParts(renderSms(locale, bound).text, code).split('\n');
    expect(sms.slice(1, 3)).toEqual([
      expect.stringMatching(/[:：] ?1\.250,00 EUR$/),
      expect.stringMatching(/[:：] ?Dr\. No$/),
    ]);
    expect(fillParts(renderEmail(locale, bound).text, code)).toMatch(/1\.250,00 EUR\n.*Dr\. No\n.+\n\n/);
    expect(renderHtml(locale, bound)).toContain('>1.250,00 EUR</td>');
    expect(renderHtml(locale, bound).match(/<td class="quiet line"/g)).toHaveLength(2);
    expect(renderHtml(locale, plain)).not.toContain('<td class="quiet line"');
  });

  it('read well with only one of the two', () => {
    const payee = { ...plain, binding: { payee: 'Dr. No' } };
    expect(fillParts(renderSms(locale, payee).text, code).split('\n')).toHaveLength(3);
    expect(fillParts(renderEmail(locale, payee).text, code)).toMatch(/Dr\. No\n.+\n\n/);
  });

  it('make an HTML mail that any client can show', () => {
    const html = renderHtml(locale, bound);
    expect(Buffer.byteLength(html)).toBeLessThan(30_000);
    expect(html).toContain(`<html lang="${locale}" dir="ltr">`);
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    expect(html).toContain('@media (prefers-color-scheme:dark)');
    expect(html).toContain('max-width:600px');
    expect(html).not.toMatch(/<img|<a\s|<script|<link|url\(|https?:\/\//i);
    expect(html.match(/<table\b(?![^>]*role="presentation")/g)).toBeNull();
    expect(html).toContain(`>${code}</p>`);
    expect(html).toContain('Acme Bank &amp; Partners');
  });
});

it('Every colour of the HTML mail stands inline in light and by class in dark', () => {
  const html = builtInEmail.template['en']?.html ?? '';
  const dark = html.slice(html.indexOf('@media (prefers-color-scheme:dark)'), html.indexOf('[data-ogsc]'));
  const classes = [...html.matchAll(/class="([^"]*)" [^>]*style="[^"]*color:/g)].flatMap(
    ([, names]) => names?.split(' ') ?? [],
  );
  const toned = [...new Set(classes)].filter((name) => !['inner', 'outer', 'code'].includes(name));
  expect(toned.toSorted()).toEqual(['accent', 'bar', 'box', 'card', 'ink', 'line', 'page', 'quiet']);
  for (const name of toned) expect(dark).toContain(`.${name}{`);
});
