import { latin, type NoticeWords } from '../notice-words.ts';

/** Worded to read well on both sides of the Atlantic. The SMS says `PIN`, as the one with a code does. */
export const pt: NoticeWords = {
  punctuation: latin,
  labels: { account: 'Conta', method: 'Método', time: 'Data e hora', until: 'Até', codesLeft: 'Restantes' },
  types: { totp: 'app de autenticação', sms: 'SMS', email: 'e-mail', 'backup-codes': 'códigos de reserva' },
  told: {
    'method-enrolled': {
      what: 'Método de acesso adicionado',
      detail: 'Foi adicionado à sua conta um método para confirmar os acessos.',
    },
    'method-removed': {
      what: 'Método de acesso removido',
      detail: 'Foi removido da sua conta um método para confirmar os acessos.',
    },
    'default-changed': {
      what: 'Método de acesso principal alterado',
      detail: 'Nos acessos, agora é pedido primeiro outro método.',
    },
    'backup-code-used': {
      what: 'Código de reserva usado',
      detail: 'Um dos seus códigos de reserva foi usado. Não volta a funcionar.',
    },
    'backup-codes-generated': {
      what: 'Novos códigos de reserva criados',
      detail: 'Foram criados novos códigos de reserva para a sua conta. Os anteriores já não funcionam.',
    },
    'backup-codes-low': {
      what: 'Restam poucos códigos de reserva',
      detail: 'Os seus códigos de reserva estão quase no fim. Crie novos enquanto ainda consegue entrar na conta.',
    },
    'method-locked': {
      what: 'Método de acesso bloqueado',
      detail: 'Foram digitados muitos códigos errados. Por isso, este método está bloqueado por enquanto.',
    },
    'method-disabled': {
      what: 'Método de acesso desativado',
      detail:
        'Foram digitados muitos códigos errados. Este método fica bloqueado até que o desbloqueio seja feito por {{brand}}.',
    },
    'method-unlocked': {
      what: 'Métodos de acesso desbloqueados',
      detail: '{{brand}} desbloqueou os seus métodos de acesso.',
    },
    'account-reset': {
      what: 'Métodos de acesso redefinidos',
      detail: '{{brand}} removeu da sua conta todos os métodos para confirmar os acessos. Pode configurá-los de novo.',
    },
    'bypass-code-created': {
      what: 'Código alternativo emitido',
      detail: '{{brand}} emitiu um código que substitui uma única vez o seu método de acesso.',
    },
  },
  expected: 'Se já esperava por isso, não é preciso fazer nada.',
  unexpected: 'Caso contrário, fale já com {{brand}}: é possível que outra pessoa use a sua conta.',
  sms: {
    advice: 'Inesperado? Fale com {{brand}}.',
    types: { totp: 'app autenticador', 'backup-codes': 'PINs de reserva' },
    told: {
      'backup-code-used': 'PIN de reserva usado',
      'backup-codes-generated': 'Novos PINs de reserva criados',
      'backup-codes-low': 'Restam poucos PINs de reserva',
      'bypass-code-created': 'PIN alternativo emitido',
    },
  },
};
