/** What attackers write where a name is asked for. Each is taken as text, or refused; none is ever carried out. */

/** Words of template languages. Where one is carried out, 7 * 7 shows as 49, and names open what they lead to. */
export const templateInjections: readonly string[] = [
  '{{7*7}}',
  '{{code}}',
  '{{{code}}}',
  '${7*7}',
  '#{7*7}',
  '<%= 7*7 %>',
  '{{#with "s" as |string|}}{{lookup string "constructor"}}{{/with}}',
  '{{constructor.constructor("return 49")()}}',
  "{{this.push 'return 49'}}",
  '{{#each @root}}{{this}}{{/each}}',
  '{{__proto__.polluted}}',
  '{% raw %}{{7*7}}{% endraw %}',
  "{{''.__class__.__mro__[1].__subclasses__()}}",
  '@(7*7)',
  '*{T(java.lang.Runtime).getRuntime()}',
  '[[${7*7}]]',
];

/** What would be another header, another command or another line, where a line is written. */
export const lineInjections: readonly string[] = [
  'Ada\r\nBcc: eve@evil.example',
  'Ada\nSubject: another',
  'Ada\rX-Header: 1',
  'Ada\r\n\r\n<html>another body</html>',
  'Ada\r\n.\r\nMAIL FROM:<eve@evil.example>',
  'Ada\u2028Bcc: eve@evil.example',
  'Ada\u0085Bcc: eve@evil.example',
  'Ada\u000bBcc: eve@evil.example',
  'Ada\u0000Bcc: eve@evil.example',
  '=?utf-8?B?DQpCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?=\r\n',
];

/** What shows otherwise than it is written, and what could become a link or markup. */
export const displayInjections: readonly string[] = [
  'Ada \u202eelpmaxe.live',
  '\u2066Ada\u2069 \u2067321\u2069',
  '\u200fAda\u200e',
  'A\u200bd\u2060a\ufeff',
  '\u001b[31mAda\u001b[0m',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '&lt;b&gt;&#0;',
  'https://evil.example/login',
  'javascript:alert(1)//evil.example',
  '<a href="//evil.example">Ada</a>',
  `A${'\u0301'.repeat(90)}`,
];

export const injections: readonly string[] = [...templateInjections, ...lineInjections, ...displayInjections];

/** Signs that break a line, hide, or turn the direction of what follows. */
export const unseenSigns = /[\p{Cc}\u2028\u2029\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/u;

/** Control characters and breaks apart, whose form in a title would itself break it. */
export const shown = (text: string): string => JSON.stringify(text).slice(0, 60);
