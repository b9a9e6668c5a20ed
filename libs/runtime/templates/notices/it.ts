import { latin, type NoticeWords } from '../notice-words.ts';

export const it: NoticeWords = {
  punctuation: latin,
  labels: { account: 'Account', method: 'Metodo', time: 'Data e ora', until: 'Fino al', codesLeft: 'Rimasti' },
  types: { totp: 'app di autenticazione', sms: 'SMS', email: 'email', 'backup-codes': 'codici di riserva' },
  told: {
    'method-enrolled': {
      what: 'Metodo di accesso aggiunto',
      detail: 'Al tuo account è stato aggiunto un metodo per confermare gli accessi.',
    },
    'method-removed': {
      what: 'Metodo di accesso rimosso',
      detail: 'Dal tuo account è stato rimosso un metodo per confermare gli accessi.',
    },
    'default-changed': {
      what: 'Metodo di accesso predefinito cambiato',
      detail: 'Quando accedi, ora viene chiesto prima un altro metodo.',
    },
    'backup-code-used': {
      what: 'Codice di riserva usato',
      detail: 'È stato usato uno dei tuoi codici di riserva. Non vale una seconda volta.',
    },
    'backup-codes-generated': {
      what: 'Nuovi codici di riserva creati',
      detail: 'Per il tuo account sono stati creati nuovi codici di riserva. Quelli precedenti non valgono più.',
    },
    'backup-codes-low': {
      what: 'Codici di riserva quasi esauriti',
      detail: 'I tuoi codici di riserva stanno per finire. Creane di nuovi finché puoi accedere.',
    },
    'method-locked': {
      what: 'Metodo di accesso bloccato',
      detail: 'Sono stati inseriti troppi codici errati. Per questo il metodo è bloccato per il momento.',
    },
    'method-disabled': {
      what: 'Metodo di accesso disattivato',
      detail: 'Sono stati inseriti troppi codici errati. Il metodo resta bloccato finché {{brand}} non lo sblocca.',
    },
    'method-unlocked': {
      what: 'Metodi di accesso sbloccati',
      detail: '{{brand}} ha sbloccato i tuoi metodi di accesso.',
    },
    'account-reset': {
      what: 'Metodi di accesso azzerati',
      detail:
        '{{brand}} ha rimosso dal tuo account tutti i metodi per confermare gli accessi. Puoi configurarli di nuovo.',
    },
    'bypass-code-created': {
      what: 'Codice sostitutivo emesso',
      detail: '{{brand}} ha emesso un codice che sostituisce una sola volta il tuo metodo di accesso.',
    },
  },
  expected: 'Se te lo aspettavi, non devi fare nulla.',
  unexpected: 'Altrimenti contatta subito {{brand}}: qualcun altro potrebbe usare il tuo account.',
  sms: { advice: 'Non te lo aspettavi? Contatta {{brand}}.' },
};
