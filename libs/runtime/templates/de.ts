import type { Words } from './words.ts';

export const de: Words = {
  locale: 'de',
  sms: {
    code: '{{code}} ist Ihr Code für {{brand}}.',
    advice:
      'Gültig für {{minutes}} Min. Geben Sie ihn an niemanden weiter. Nicht angefordert? Ignorieren Sie diese SMS.',
  },
  colon: ': ',
  amount: 'Betrag',
  payee: 'Empfänger',
  mail: {
    subject: 'Ihr Code für {{brand}}',
    heading: 'Ihr Bestätigungscode',
    preview: 'Ihr Code lautet {{code}}. Er gilt {{minutes}} Min.',
    lead: 'Geben Sie diesen Code dort ein, wo Sie danach gefragt wurden:',
    validity: 'Er gilt {{minutes}} Min. und nur ein einziges Mal.',
    compare:
      'Vergleichen Sie diese Angaben mit dem, was Sie vorhaben. Stimmt etwas nicht, verwenden Sie den Code nicht.',
    secrecy: 'Geben Sie diesen Code an niemanden weiter, auch dann nicht, wenn sich jemand als {{brand}} ausgibt.',
    unasked:
      'Sie haben keinen Code angefordert? Dann hat vermutlich jemand versehentlich Ihre Adresse eingegeben. ' +
      'Sie können diese Nachricht ignorieren: Ohne den Code geschieht nichts. ' +
      'Kommt das öfter vor, wenden Sie sich an {{brand}}.',
    sender: 'Diese Nachricht wurde automatisch im Namen von {{brand}} verschickt.',
  },
};
