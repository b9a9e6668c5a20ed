import type { Words } from './words.ts';

/** The mail as plain text. */
export function layOutText({ amount, payee, colon, mail }: Words): string {
  const details =
    `{{#if binding.amount}}${amount}${colon}{{binding.amount}}\n{{/if}}` +
    `{{#if binding.payee}}${payee}${colon}{{binding.payee}}\n{{/if}}` +
    `{{#if binding.amount}}${mail.compare}\n\n{{else if binding.payee}}${mail.compare}\n\n{{/if}}`;
  const head = [mail.subject, mail.lead, '{{code}}', mail.validity, ''].join('\n\n');
  return `${head}${details}${[mail.secrecy, mail.unasked, mail.sender].join('\n\n')}\n`;
}

/** The SMS: the code, what it is bound to, and the advice, each on a line of its own. */
export function layOutSms({ sms, amount, payee, colon }: Words): string {
  const details =
    `{{#if binding.amount}}\n${amount}${colon}{{binding.amount}}{{/if}}` +
    `{{#if binding.payee}}\n${payee}${colon}{{binding.payee}}{{/if}}`;
  return `${sms.code}${details}\n${sms.advice}`;
}
