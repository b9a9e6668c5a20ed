import type { Words } from './words.ts';

export const en: Words = {
  locale: 'en',
  sms: {
    code: '{{code}} is your {{brand}} code.',
    advice: "Valid for {{minutes}} min. Never share it with anyone. Didn't ask for it? Ignore this message.",
  },
  colon: ': ',
  amount: 'Amount',
  payee: 'Payee',
  mail: {
    subject: 'Your code for {{brand}}',
    heading: 'Your verification code',
    preview: 'Your code is {{code}}. It is valid for {{minutes}} min.',
    lead: 'Enter this code where you were asked for it:',
    validity: 'It is valid for {{minutes}} min and works only once.',
    compare: 'Compare these details with what you meant to do. If they differ, do not use the code.',
    secrecy: 'Never share this code with anyone, even if they say they are from {{brand}}.',
    unasked:
      'Didn’t ask for a code? Someone may have typed your address by mistake. You can ignore this message: ' +
      'without the code nothing happens. If it happens again, tell {{brand}}.',
    sender: 'This message was sent automatically by {{brand}}.',
  },
};
