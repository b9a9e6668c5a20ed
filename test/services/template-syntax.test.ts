import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTemplate } from '#runtime/render.ts';
import type { TemplateKind } from '#runtime/render.ts';

describe('What a template may say', () => {
  it.each<[TemplateKind, string]>([
    ['sms', '{{code}} for {{brand}}, {{minutes}} min, {{purpose}}, {{params.first-name}}, {{binding.amount_2}}'],
    ['sms', '{{#if brand}}{{brand}}: {{code}}{{else}}{{code}}{{/if}}'],
    ['sms', '{{code}}{{#if params.a}}a{{else if params.b}}b{{else}}c{{/if}}'],
    ['sms', '{{!-- a note with }} and {{braces}} --}}{{! another }}{{~ code ~}} { } CSS-like }} text'],
    ['email-subject', 'Welcome to {{brand}}'],
    ['email-subject', '{{code}} is your code'],
    ['email-text', 'Line one\r\n\tLine two: {{code}}'],
    ['email-html', '<p title="{{brand}}">1 < 2: {{code}}</p><!-- note --><style>p{color:red}</style>'],
  ])('accepts as %s: %s', (kind, source) => {
    expect(checkTemplate(source, kind)).toEqual([]);
  });

  it.each<[string, string, number, number, RegExp]>([
    ['three braces', '{{code}} {{{brand}}}', 1, 10, /unescaped/],
    ['four braces', '{{code}}\n{{{{if brand}}}} x {{{{/if}}}}', 2, 1, /unescaped/],
    ['an ampersand', '{{code}}\n {{&brand}}', 2, 2, /unescaped/],
    ['a partial', '{{code}}\n\nx {{> card}}', 3, 3, /another template/],
    ['a partial block', '{{code}} {{#> card}}x{{/card}}', 1, 10, /another template/],
    ['a decorator', '{{code}} {{* paint}}', 1, 10, /decorator/],
    ['a decorator block', '{{code}} {{#*inline card}}x{{/inline}}', 1, 10, /decorator/],
    ['a helper with an argument', '{{code}} {{lookup params brand}}', 1, 10, /helper/],
    ['a helper with a named argument', '{{code}} {{brand upper=params}}', 1, 10, /helper/],
    ['an expression inside a tag', '{{code}} {{#if (eq brand code)}}x{{/if}}', 1, 16, /expression/],
    ['an @ variable', '{{code}} {{@root.params.a}}', 1, 10, /@ variables/],
    ['a parent path', '{{code}} {{../params.a}}', 1, 10, /plain name/],
    ['this', '{{code}} {{this}}', 1, 10, /plain name/],
    ['a dot', '{{code}} {{.}}', 1, 10, /plain name/],
    ['a name after this', '{{code}} {{this.brand}}', 1, 10, /plain name/],
    ['this after a name', '{{code}} {{params.this}}', 1, 10, /plain name/],
    ['a path with a slash', '{{code}} {{params/a}}', 1, 10, /plain name/],
    ['a name in brackets', '{{code}} {{params.[a]}}', 1, 19, /brackets/],
    ['a quoted value', '{{code}} {{"brand"}}', 1, 12, /quoted/],
    ['a number', '{{code}} {{42}}', 1, 10, /only names/],
    ['true', '{{code}} {{true}}', 1, 10, /only names/],
    ['null', '{{code}} {{null}}', 1, 10, /only names/],
    ['undefined', '{{code}} {{undefined}}', 1, 10, /only names/],
    ['each', '{{code}} {{#each params}}x{{/each}}', 1, 10, /#each is not allowed/],
    ['with', '{{code}} {{#with params}}x{{/with}}', 1, 10, /#with is not allowed/],
    ['unless', '{{code}} {{#unless brand}}x{{/unless}}', 1, 10, /#unless is not allowed/],
    ['else with each', '{{code}} {{#if brand}}x{{else each params}}y{{/if}}', 1, 24, /#each is not allowed/],
    ['a bare block', '{{code}} {{#brand}}x{{/brand}}', 1, 10, /#brand is not allowed/],
    ['a turned block', '{{code}} {{^if brand}}x{{/if}}', 1, 10, /\{\{\^if\}\}/],
    ['if without a name', '{{code}} {{#if}}x{{/if}}', 1, 10, /one name/],
    ['if with two names', '{{code}} {{#if brand code}}x{{/if}}', 1, 10, /one name/],
    ['if with a named argument', '{{code}} {{#if brand includeZero=true}}x{{/if}}', 1, 10, /one name/],
    ['a block parameter', '{{code}} {{#if brand as |b|}}x{{/if}}', 1, 10, /as \|name\|/],
    ['an unknown name', '{{code}} {{secret}}', 1, 10, /secret is unknown/],
    ['a group without a name', '{{code}} {{params}}', 1, 10, /params is unknown/],
    ['a path too deep', '{{code}} {{params.a.b}}', 1, 10, /unknown/],
    ['a part of a value', '{{code}} {{code.length}}', 1, 10, /unknown/],
    ['__proto__', '{{code}} {{params.__proto__}}', 1, 10, /not allowed/],
    ['constructor', '{{code}} {{binding.constructor}}', 1, 10, /not allowed/],
    ['prototype', '{{code}} {{#if params.prototype}}x{{/if}}', 1, 10, /not allowed/],
    ['a long name', `{{code}} {{params.${'a'.repeat(33)}}}`, 1, 10, /1–32/],
    ['a name of other letters', '{{code}} {{params.größe}}', 1, 10, /1–32/],
    ['a backslash before a tag', '{{code}} \\{{brand}}', 1, 10, /backslash/],
    ['an unclosed tag', 'a\n{{code}} {{brand', 2, 10, /never closed/],
    ['an unclosed block', '{{code}}\n{{#if brand}}x', 2, 15, /before a block is closed/],
    ['a block closed by another name', '{{code}}\n {{#if brand}}x{{/each}}', 2, 2, /#if is closed by \/each/],
    ['an end without a block', 'a\n{{code}} {{/if}}', 2, 10, /makes no sense/],
    ['a second else', '{{code}} {{#if brand}}{{else}}{{else}}{{/if}}', 1, 23, /makes no sense/],
    ['a brace right behind a tag', 'p{x:{{code}}}', 1, 5, /leave a space/],
    ['an empty tag', '{{code}}\n{{brand}} {{}}', 2, 11, /cannot be read/],
    ['odd characters', '{{code}}\n{{brand!}}', 2, 1, /cannot be read/],
    ['a long tag', `{{code}} {{brand ${' '.repeat(100)}}}`, 1, 10, /longer than 100/],
    ['a control character', 'a\n{{code}}\u0007', 2, 9, /control character/],
    ['half a character', '{{code}}\ud83d', 1, 9, /control character/],
  ])('refuses %s with place and reason', (_what, source, line, column, reason) => {
    const [fault] = checkTemplate(source, 'email-text');
    expect(fault).toMatchObject({ line, column });
    expect(fault?.reason).toMatch(reason);
  });

  it('reports several faults at once, each at its place', () => {
    const faults = checkTemplate('{{code}}\n{{foo}}\n  {{#each bar}}{{/each}}', 'sms');
    expect(faults.map(({ line, column }) => [line, column])).toEqual([
      [2, 1],
      [3, 3],
    ]);
  });

  it.each([[undefined], [null], [42], [{ type: 'Program', body: [] }], [['{{code}}']]])(
    'refuses what is no text: %j',
    (source) => {
      expect(checkTemplate(source, 'sms')).toEqual([{ line: 1, column: 1, reason: 'a template is a text' }]);
    },
  );

  it('refuses a line break in a subject and an empty template', () => {
    expect(checkTemplate('Code\r\nBcc: x@y.example', 'email-subject')[0]).toMatchObject({ line: 1, column: 5 });
    expect(checkTemplate(' \n', 'email-text')[0]?.reason).toMatch(/empty/);
  });
});

describe('The slot of the code', () => {
  it.each([
    ['missing', 'Hello {{brand}}', /is missing/],
    ['in one branch only', '{{#if params.a}}{{code}}{{/if}}', /both branches/],
    ['in the other branch only', '{{#if params.a}}x{{else}}{{code}}{{/if}}', /both branches/],
    ['not on every path of a chain', '{{#if params.a}}{{code}}{{else if params.b}}{{code}}{{/if}}', /both branches/],
    ['only in a comment', '{{! {{code}}', /missing|read/],
    ['in four places', '{{code}}{{code}}{{code}}{{code}}', /more than 3/],
  ])('is refused when it stands %s', (_how, source, reason) => {
    for (const kind of ['sms', 'email-text', 'email-html'] as const) {
      expect(checkTemplate(source, kind)[0]?.reason).toMatch(reason);
    }
  });

  it('counts along one path, so both branches may hold it three times', () => {
    const three = '{{code}} {{code}} {{code}}';
    expect(checkTemplate(`{{#if brand}}${three}{{else}}${three}{{/if}}`, 'sms')).toEqual([]);
  });
});

describe('HTML around variables', () => {
  it.each([
    ['a link', '{{code}}<a href="{{params.url}}">x</a>', 18],
    ['the code in a link', '<a href="https://acme.example/?c={{code}}">x</a>{{code}}', 34],
    ['an attribute without quotes', '{{code}}<img alt={{brand}}>', 18],
    ['a style attribute', '{{code}}<p style="color:{{params.c}}">x</p>', 25],
    ['a tag', '{{code}}<p {{params.a}}>x</p>', 12],
    ['a tag name', '{{code}}<{{params.a}}>', 10],
    ['a comment', '{{code}}<!-- {{brand}} -->', 14],
    ['a style sheet', '{{code}}<style>p{color:{{params.c}} }</style>', 24],
    ['a script', '{{code}}<script>x={{params.c}}</script>', 19],
    ['a conditional comment', '{{code}}<!--[if mso]>{{brand}}<![endif]-->', 22],
    ['an if inside a tag', '{{code}}<p {{#if brand}}class="x"{{/if}}>x</p>', 12],
    ['a branch that leaves a tag open', '{{code}}{{#if brand}}<p class="{{/if}}x">y</p>', 9],
  ])('is refused when a variable stands in %s', (_where, source, column) => {
    expect(checkTemplate(source, 'email-html')).toEqual([
      { line: 1, column, reason: expect.stringMatching(/HTML tag/) },
    ]);
  });

  it('is refused when its last tag never closes', () => {
    expect(checkTemplate('{{code}}<p class="x', 'email-html')[0]?.reason).toMatch(/never closed: <p class="x/);
  });
});

describe('A template bomb', () => {
  it.each<[string, string]>([
    ['5,000 nested blocks', '{{#if brand}}'.repeat(5000) + '{{code}}' + '{{/if}}'.repeat(5000)],
    ['blocks nested as deep as the size allows', '{{#if a}}'.repeat(1500) + '{{/if}}'.repeat(1500)],
    ['nine nested blocks', '{{#if brand}}'.repeat(9) + '{{/if}}'.repeat(9) + '{{code}}'],
    ['a megabyte', '{{code}}' + 'x'.repeat(1_000_000)],
    ['10,000 tags', '{{code}}'.repeat(10_000)],
    ['251 tags', '{{brand}}'.repeat(251)],
    ['7,000 nested brackets', `{{x ${'(a '.repeat(7000)}${')'.repeat(7000)}}}`],
    ['brackets hidden behind a quoted end', `{{x "}}" ${'(a '.repeat(7000)}${')'.repeat(7000)}}}`],
    ['brackets hidden behind a comment', `{{!-- }} --}}{{x ${'(a '.repeat(7000)}}}`],
    ['brackets hidden behind a backslash', `\\{{ {{x ${'(a '.repeat(7000)}}}`],
    ['a path of 15,000 names', `{{${'a.'.repeat(14_900)}a}}`],
    ['braces', '{'.repeat(30_000)],
    ['unclosed comments', '{{!--'.repeat(6000)],
    ['unclosed HTML', `${'<!--'.repeat(7000)}{{code}}`],
  ])('is refused and never throws: %s', (_what, source) => {
    for (const kind of ['sms', 'email-subject', 'email-text', 'email-html'] as const) {
      expect(checkTemplate(source, kind).length).toBeGreaterThan(0);
    }
  });

  it('is refused by bytes, not characters', () => {
    expect(checkTemplate(`${'ї'.repeat(496)}{{code}}`, 'sms')).toEqual([]);
    expect(checkTemplate(`${'ї'.repeat(497)}{{code}}`, 'sms')[0]?.reason).toBe('longer than 1000 bytes');
  });

  it('never throws, whatever the text is', () => {
    const piece = fc.constantFrom(
      '{{',
      '}}',
      '{{{',
      '#if ',
      '/if',
      'else',
      'code',
      'params.',
      '(',
      '"',
      '|',
      '~',
      '!--',
      '--',
      '\\',
      '<',
      '\n',
      '@',
      '..',
      '^',
      '>',
      '*',
      ' as ',
      '=',
      'x',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const faults = checkTemplate(`{{code}}${pieces.join('')}`, 'email-html');
        expect(faults.every(({ line, column, reason }) => line >= 1 && column >= 1 && reason !== '')).toBe(true);
      }),
    );
  });
});
