import type { Words } from './words.ts';

export const fr: Words = {
  locale: 'fr',
  sms: {
    code: '{{code}} est votre code {{brand}}.',
    advice: "Valable {{minutes}} min. Ne le communiquez à personne. Vous n'avez rien demandé ? Ignorez ce message.",
  },
  colon: ' : ',
  amount: 'Montant',
  payee: 'Bénéficiaire',
  mail: {
    subject: 'Votre code pour {{brand}}',
    heading: 'Votre code de vérification',
    preview: 'Votre code est {{code}}. Il est valable {{minutes}} min.',
    lead: 'Saisissez ce code là où il vous est demandé\u00a0:',
    validity: 'Il est valable {{minutes}}\u00a0min et ne sert qu’une seule fois.',
    compare:
      'Comparez ces informations avec l’opération que vous souhaitez effectuer. Si elles diffèrent, n’utilisez pas le code.',
    secrecy: 'Ne communiquez ce code à personne, pas même à quelqu’un qui dit représenter {{brand}}.',
    unasked:
      'Vous n’avez pas demandé de code\u00a0? Quelqu’un a sans doute saisi votre adresse par erreur. ' +
      'Vous pouvez ignorer ce message\u00a0: sans le code, rien ne se passe. ' +
      'Si cela se reproduit, contactez {{brand}}.',
    sender: 'Message automatique envoyé par {{brand}}.',
  },
};
