import { latin, type NoticeWords } from '../notice-words.ts';

export const de: NoticeWords = {
  punctuation: latin,
  labels: { account: 'Konto', method: 'Methode', time: 'Zeitpunkt', until: 'Bis', codesLeft: 'Noch übrig' },
  types: { totp: 'Authenticator-App', sms: 'SMS', email: 'E-Mail', 'backup-codes': 'Backup-Codes' },
  told: {
    'method-enrolled': {
      what: 'Anmeldemethode hinzugefügt',
      detail: 'Zu Ihrem Konto wurde eine Methode hinzugefügt, mit der Anmeldungen bestätigt werden.',
    },
    'method-removed': {
      what: 'Anmeldemethode entfernt',
      detail: 'Aus Ihrem Konto wurde eine Methode entfernt, mit der Anmeldungen bestätigt werden.',
    },
    'default-changed': {
      what: 'Standardmethode geändert',
      detail: 'Bei der Anmeldung wird jetzt zuerst nach einer anderen Methode gefragt.',
    },
    'backup-code-used': {
      what: 'Backup-Code verwendet',
      detail: 'Einer Ihrer Backup-Codes wurde verwendet. Er gilt nicht noch einmal.',
    },
    'backup-codes-generated': {
      what: 'Neue Backup-Codes erstellt',
      detail: 'Für Ihr Konto wurden neue Backup-Codes erstellt. Frühere gelten nicht mehr.',
    },
    'backup-codes-low': {
      what: 'Nur noch wenige Backup-Codes',
      detail: 'Ihre Backup-Codes gehen zur Neige. Erstellen Sie neue, solange Sie sich anmelden können.',
    },
    'method-locked': {
      what: 'Anmeldemethode gesperrt',
      detail: 'Es wurden zu viele falsche Codes eingegeben. Deshalb ist diese Methode vorübergehend gesperrt.',
    },
    'method-disabled': {
      what: 'Anmeldemethode abgeschaltet',
      detail:
        'Es wurden zu viele falsche Codes eingegeben. Deshalb bleibt diese Methode gesperrt, bis {{brand}} sie freigibt.',
    },
    'method-unlocked': {
      what: 'Anmeldemethoden entsperrt',
      detail: '{{brand}} hat Ihre Anmeldemethoden wieder freigegeben.',
    },
    'account-reset': {
      what: 'Anmeldemethoden zurückgesetzt',
      detail:
        '{{brand}} hat alle Methoden aus Ihrem Konto entfernt, mit denen Anmeldungen bestätigt werden. ' +
        'Sie können sie neu einrichten.',
    },
    'bypass-code-created': {
      what: 'Ersatzcode ausgestellt',
      detail: '{{brand}} hat einen Code ausgestellt, der einmal anstelle Ihrer Anmeldemethode gilt.',
    },
  },
  expected: 'Wenn Sie das erwartet haben, müssen Sie nichts tun.',
  unexpected: 'Wenn nicht, wenden Sie sich bitte gleich an {{brand}}: Vielleicht benutzt jemand anderes Ihr Konto.',
  sms: { advice: 'Unerwartet? Wenden Sie sich an {{brand}}.' },
};
