import { describe, expect, it } from 'vitest';
import { methodTypes } from '#schemas/account.ts';
import type { NoticeAbout, NoticeKind } from '#schemas/notice.ts';
import { builtInNotices } from '#runtime/built-in-notices.ts';
import { builtInLocales, checkTemplate, countSegments, fillParts } from '#runtime/render.ts';
import { renderNotice, type NoticeInput } from '#runtime/render-notice.ts';
import type { NoticeText, NoticeWords } from '#runtime/templates/notice-words.ts';

const brand = 'Acme Bank & Partners';
const gsmLocales = ['en', 'de', 'fr', 'es', 'it', 'pt'];
const at = Date.UTC(2026, 9, 2, 14, 5, 59);
const time = '2026-10-02 14:05 UTC';
const until = Date.UTC(2026, 9, 2, 14, 35);
const untilTime = '2026-10-02 14:35 UTC';

/** Every text, with the facts that its event brings. */
const cases: readonly (readonly [NoticeText, NoticeKind, NoticeAbout])[] = [
  ...(['method-enrolled', 'method-removed', 'default-changed', 'method-unlocked'] as const).flatMap((kind) =>
    methodTypes.map((type) => [kind, kind, { type }] as const),
  ),
  ...methodTypes.map((type) => ['method-locked', 'method-locked', { type, until }] as const),
  ...methodTypes.map((type) => ['method-disabled', 'method-locked', { type }] as const),
  ['method-unlocked', 'method-unlocked', {}],
  ['backup-code-used', 'backup-code-used', { codesLeft: 19 }],
  ['backup-codes-generated', 'backup-codes-generated', {}],
  ['backup-codes-low', 'backup-codes-low', { codesLeft: 0 }],
  ['account-reset', 'account-reset', {}],
  ['bypass-code-created', 'bypass-code-created', { until }],
];

const show = (input: Partial<NoticeInput>) => {
  const rendered = renderNotice({
    channel: 'email',
    locale: 'en',
    kind: 'method-enrolled',
    about: { type: 'totp' },
    at,
    brand,
    ...input,
  });
  const fill = (parts: (typeof rendered)['html']) => parts && fillParts(parts, '<a code>');
  return { subject: fill(rendered.subject) ?? '', text: fill(rendered.text) ?? '', html: fill(rendered.html) ?? '' };
};

function wordsOf(locale: string, text: NoticeText): NoticeWords {
  const templates = builtInNotices[locale]?.[text];
  if (!templates) throw new Error(`there is no ${text} in ${locale}`);
  return templates.words;
}

it('There are notices in every language that has templates, with a text for each kind', () => {
  expect(Object.keys(builtInNotices).toSorted()).toEqual(builtInLocales.toSorted());
  const texts = [...new Set(cases.map(([text]) => text))].toSorted();
  for (const templates of Object.values(builtInNotices)) expect(Object.keys(templates).toSorted()).toEqual(texts);
});

describe.each(builtInLocales)('The built-in notices of %s', (locale) => {
  const own = Object.entries(builtInNotices[locale] ?? {});

  it('pass the check of templates, and have no code', () => {
    for (const [, { sms, subject, text, html }] of own) {
      expect(checkTemplate(sms, 'notice-sms')).toEqual([]);
      expect(checkTemplate(subject, 'notice-subject')).toEqual([]);
      expect(checkTemplate(text, 'notice-text')).toEqual([]);
      expect(checkTemplate(html, 'notice-html')).toEqual([]);
    }
  });

  it('say something else for each kind', () => {
    for (const part of ['sms', 'subject', 'text', 'html'] as const) {
      expect(new Set(own.map(([, templates]) => templates[part])).size).toBe(own.length);
    }
  });

  it(`cost ${gsmLocales.includes(locale) ? 'one GSM segment' : 'at most two segments'} as an SMS of one line`, () => {
    for (const [name, kind, about] of cases) {
      const { text } = show({ channel: 'sms', locale, kind, about, account: 'ada@work', address: '+49***89' });
      const { encoding, segments } = countSegments(text);
      expect(encoding, `of ${text}`).toBe(gsmLocales.includes(locale) ? 'gsm-7' : 'ucs-2');
      expect(segments, `of ${text}`).toBeLessThanOrEqual(gsmLocales.includes(locale) ? 1 : 2);
      expect(text).toContain(time);
      expect(text.split(brand), `of ${name}`).toHaveLength(3);
      expect(text).not.toMatch(/\n|ada@work|\+49/);
    }
  });

  it('tell in a mail what, when, to whom, and whom to ask', () => {
    for (const [name, kind, about] of cases) {
      const { told, labels, types, unexpected } = wordsOf(locale, name);
      const mail = show({ locale, kind, about, account: 'ada@work', address: '+49***89' });
      expect(mail.subject).toContain(brand);
      expect(mail.subject).toContain(told[name].what);
      for (const body of [mail.text, mail.html.replaceAll('&amp;', '&')]) {
        expect(body).toContain(told[name].what);
        expect(body).toContain(time);
        expect(body).toContain('ada@work');
        expect(body).toContain(unexpected.replace('{{brand}}', brand));
        expect(body.includes(untilTime), `of ${name}`).toBe(about.until !== undefined);
        expect(body.includes(labels.codesLeft), `of ${name}`).toBe(about.codesLeft !== undefined);
        expect(body.includes('+49***89'), `of ${name}`).toBe(about.type !== undefined);
        expect(body).not.toMatch(/\{\{|undefined|\bnull\b|\n\n\n|<a code>/);
      }
      expect(mail.text).toContain(about.type ? types[about.type] : labels.time);
      const row = about.codesLeft === undefined ? labels.time : `${labels.codesLeft} ?[:：] ?${about.codesLeft}\n`;
      expect(mail.text).toMatch(new RegExp(row));
    }
  });

  it('make an HTML mail that any client can show', () => {
    const { html } = show({ locale, kind: 'method-locked', about: { type: 'sms', until }, account: 'ada' });
    expect(Buffer.byteLength(html)).toBeLessThan(30_000);
    expect(html).toContain(`<html lang="${locale}" dir="ltr">`);
    expect(html).toContain('@media (prefers-color-scheme:dark)');
    expect(html).not.toMatch(/<img|<a\s|<script|<link|url\(|https?:\/\//i);
    expect(html.match(/<td class="quiet line"/g)).toHaveLength(4);
    expect(html).toContain('Acme Bank &amp; Partners');
  });
});

describe('a notice', () => {
  it('is in the language of its locale, else in English', () => {
    const subjectIn = (locale: string | undefined) => show({ locale }).subject;
    expect(subjectIn('de-AT')).toBe(`${brand}: Anmeldemethode hinzugefügt`);
    expect(subjectIn('zh-TW')).toBe(`【${brand}】已新增登入驗證方式`);
    expect(subjectIn('zh-CN')).toBe(`【${brand}】已添加登录验证方式`);
    for (const locale of ['xx', 'not a locale', undefined]) {
      expect(subjectIn(locale)).toBe(`${brand}: Sign-in method added`);
    }
  });

  it('lets no name become a link or markup, and shows no row without its value', () => {
    const mail = show({ account: '<b>https://evil.example</b>\nMethod: mine' });
    expect(mail.text).toContain('Account: <b>https: evil. example< b> Method: mine\n'.replace('< b>', '</b>'));
    expect(mail.html).toContain('&lt;b&gt;https: evil. example&lt;/b&gt; Method: mine');
    expect(show({ about: {} }).text).not.toMatch(/Account|Method:|Until|Codes left/);
  });
});
