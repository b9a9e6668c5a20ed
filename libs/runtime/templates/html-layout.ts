import { divider, layOutPage, layOutRow, light, paragraph, table } from './html-page.ts';
import type { Words } from './words.ts';

const mono = "ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono','Courier New',monospace";

/** The HTML mail that brings a code. The digits stand without gaps in the source, so they copy as a plain number. */
export function layOutHtml({ locale, amount, payee, mail }: Words): string {
  return layOutPage({
    locale,
    title: mail.subject,
    preview: mail.preview,
    heading: mail.heading,
    content: `${paragraph(mail.lead, 'ink', 'margin:0 0 20px')}
<table ${table}>
<tr><td align="center" class="box" style="padding:22px 12px;background-color:${light.box};border:1px solid ${light.line};border-radius:10px">
<p class="accent code" dir="ltr" style="margin:0;font-family:${mono};font-size:40px;line-height:48px;font-weight:600;letter-spacing:8px;text-indent:8px;color:${light.accent};-webkit-user-select:all;user-select:all">{{code}}</p>
</td></tr>
</table>
${paragraph(mail.validity, 'quiet', 'margin:12px 0 8px;font-size:15px')}
${layOutDetails(amount, payee, mail.compare)}
${paragraph(mail.secrecy, 'ink', 'margin:26px 0 0;font-weight:600')}
${divider}
${paragraph(mail.unasked, 'quiet', 'margin:22px 0 0;font-size:14px;line-height:22px')}`,
    sender: mail.sender,
  });
}

/** What the code is bound to, if anything, and the request to compare it. */
function layOutDetails(amount: string, payee: string, compare: string): string {
  const note = paragraph(compare, 'quiet', 'margin:10px 0 0;font-size:14px;line-height:22px');
  return `{{#if binding.amount}}${layOutRow(amount, '{{binding.amount}}')}{{/if}}{{#if binding.payee}}${layOutRow(payee, '{{binding.payee}}')}{{/if}}
{{#if binding.amount}}${note}{{else if binding.payee}}${note}{{/if}}`;
}
