import { latin, type NoticeWords } from '../notice-words.ts';

export const fr: NoticeWords = {
  punctuation: { ...latin, before: '{{brand}} : ', colon: ' : ' },
  labels: {
    account: 'Compte',
    method: 'Méthode',
    time: 'Date et heure',
    until: 'Jusqu’au',
    codesLeft: 'Restants',
  },
  types: { totp: 'application d’authentification', sms: 'SMS', email: 'e-mail', 'backup-codes': 'codes de secours' },
  told: {
    'method-enrolled': {
      what: 'Méthode de connexion ajoutée',
      detail: 'Une méthode servant à confirmer les connexions a été ajoutée à votre compte.',
    },
    'method-removed': {
      what: 'Méthode de connexion supprimée',
      detail: 'Une méthode servant à confirmer les connexions a été supprimée de votre compte.',
    },
    'default-changed': {
      what: 'Méthode de connexion par défaut modifiée',
      detail: 'Lors des connexions, une autre méthode est désormais demandée en premier.',
    },
    'backup-code-used': {
      what: 'Code de secours utilisé',
      detail: 'L’un de vos codes de secours a été utilisé. Il ne fonctionnera plus.',
    },
    'backup-codes-generated': {
      what: 'Nouveaux codes de secours créés',
      detail: 'De nouveaux codes de secours ont été créés pour votre compte. Les précédents ne fonctionnent plus.',
    },
    'backup-codes-low': {
      what: 'Codes de secours presque épuisés',
      detail:
        'Il ne vous reste presque plus de codes de secours. ' +
        'Créez-en de nouveaux tant que vous pouvez vous connecter.',
    },
    'method-locked': {
      what: 'Méthode de connexion bloquée',
      detail: 'Trop de codes erronés ont été saisis. Cette méthode est donc bloquée pour le moment.',
    },
    'method-disabled': {
      what: 'Méthode de connexion désactivée',
      detail: 'Trop de codes erronés ont été saisis. Cette méthode reste bloquée jusqu’à ce que {{brand}} la débloque.',
    },
    'method-unlocked': {
      what: 'Méthodes de connexion débloquées',
      detail: '{{brand}} a débloqué vos méthodes de connexion.',
    },
    'account-reset': {
      what: 'Méthodes de connexion réinitialisées',
      detail:
        '{{brand}} a supprimé de votre compte toutes les méthodes servant à confirmer les connexions. ' +
        'Vous pouvez les configurer à nouveau.',
    },
    'bypass-code-created': {
      what: 'Code de remplacement émis',
      detail: '{{brand}} a émis un code qui remplace une seule fois votre méthode de connexion.',
    },
  },
  expected: 'Si vous vous y attendiez, vous n’avez rien à faire.',
  unexpected: 'Sinon, contactez {{brand}} sans attendre\u00a0: quelqu’un d’autre utilise peut-être votre compte.',
  sms: { advice: 'Inattendu ? Contactez {{brand}}.', types: { totp: "appli d'authentification" } },
};
