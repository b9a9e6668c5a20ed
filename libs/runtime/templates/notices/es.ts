import { latin, type NoticeWords } from '../notice-words.ts';

/** The SMS says `clave`, as the one with a code does: the accent of `código` is outside the GSM alphabet. */
export const es: NoticeWords = {
  punctuation: latin,
  labels: { account: 'Cuenta', method: 'Método', time: 'Fecha y hora', until: 'Hasta', codesLeft: 'Restantes' },
  types: {
    totp: 'app de autenticación',
    sms: 'SMS',
    email: 'correo electrónico',
    'backup-codes': 'códigos de respaldo',
  },
  told: {
    'method-enrolled': {
      what: 'Método de acceso añadido',
      detail: 'Se ha añadido a su cuenta un método para confirmar el inicio de sesión.',
    },
    'method-removed': {
      what: 'Método de acceso eliminado',
      detail: 'Se ha eliminado de su cuenta un método para confirmar el inicio de sesión.',
    },
    'default-changed': {
      what: 'Método de acceso predeterminado cambiado',
      detail: 'Al iniciar sesión, ahora se pide primero otro método.',
    },
    'backup-code-used': {
      what: 'Código de respaldo usado',
      detail: 'Se ha usado uno de sus códigos de respaldo. No vuelve a servir.',
    },
    'backup-codes-generated': {
      what: 'Nuevos códigos de respaldo creados',
      detail: 'Se han creado códigos de respaldo nuevos para su cuenta. Los anteriores ya no sirven.',
    },
    'backup-codes-low': {
      what: 'Quedan pocos códigos de respaldo',
      detail: 'Sus códigos de respaldo se están agotando. Cree otros nuevos mientras pueda iniciar sesión.',
    },
    'method-locked': {
      what: 'Método de acceso bloqueado',
      detail: 'Se han introducido demasiados códigos incorrectos. Por eso, este método está bloqueado por ahora.',
    },
    'method-disabled': {
      what: 'Método de acceso desactivado',
      detail:
        'Se han introducido demasiados códigos incorrectos. ' +
        'Este método seguirá bloqueado hasta que {{brand}} lo desbloquee.',
    },
    'method-unlocked': {
      what: 'Métodos de acceso desbloqueados',
      detail: '{{brand}} ha desbloqueado sus métodos de acceso.',
    },
    'account-reset': {
      what: 'Métodos de acceso restablecidos',
      detail:
        '{{brand}} ha eliminado de su cuenta todos los métodos para confirmar el inicio de sesión. ' +
        'Puede configurarlos de nuevo.',
    },
    'bypass-code-created': {
      what: 'Código de un solo uso emitido',
      detail: '{{brand}} ha emitido un código que sustituye una sola vez a su método de acceso.',
    },
  },
  expected: 'Si lo esperaba, no tiene que hacer nada.',
  unexpected:
    'Si no, póngase en contacto con {{brand}} cuanto antes: es posible que otra persona esté usando su cuenta.',
  sms: {
    advice: '¿No lo esperaba? Contacte con {{brand}}.',
    types: { totp: 'app autenticadora', email: 'correo', 'backup-codes': 'claves de respaldo' },
    told: {
      'backup-code-used': 'Clave de respaldo usada',
      'backup-codes-generated': 'Nuevas claves de respaldo creadas',
      'backup-codes-low': 'Quedan pocas claves de respaldo',
      'bypass-code-created': 'Clave de un solo uso emitida',
    },
  },
};
