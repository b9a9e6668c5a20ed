import { latin, type NoticeWords } from '../notice-words.ts';

export const en: NoticeWords = {
  punctuation: latin,
  labels: { account: 'Account', method: 'Method', time: 'Time', until: 'Until', codesLeft: 'Codes left' },
  types: { totp: 'authenticator app', sms: 'text message', email: 'email', 'backup-codes': 'backup codes' },
  told: {
    'method-enrolled': {
      what: 'Sign-in method added',
      detail: 'A method to confirm sign-ins was added to your account.',
    },
    'method-removed': {
      what: 'Sign-in method removed',
      detail: 'A method to confirm sign-ins was removed from your account.',
    },
    'default-changed': {
      what: 'Default sign-in method changed',
      detail: 'Signing in to your account now asks for another method first.',
    },
    'backup-code-used': {
      what: 'Backup code used',
      detail: 'One of your backup codes was used. It does not work again.',
    },
    'backup-codes-generated': {
      what: 'New backup codes created',
      detail: 'New backup codes were created for your account. Earlier ones no longer work.',
    },
    'backup-codes-low': {
      what: 'Few backup codes left',
      detail: 'Your backup codes are running out. Create new ones while you can sign in.',
    },
    'method-locked': {
      what: 'Sign-in method locked',
      detail: 'Too many wrong codes were entered, so this method is locked for now.',
    },
    'method-disabled': {
      what: 'Sign-in method disabled',
      detail: 'Too many wrong codes were entered, so this method stays locked until {{brand}} unlocks it.',
    },
    'method-unlocked': {
      what: 'Sign-in methods unlocked',
      detail: '{{brand}} unlocked your sign-in methods.',
    },
    'account-reset': {
      what: 'Sign-in methods reset',
      detail: '{{brand}} removed all methods to confirm sign-ins from your account. You can set them up again.',
    },
    'bypass-code-created': {
      what: 'Replacement code issued',
      detail: '{{brand}} issued a code that replaces your sign-in method once.',
    },
  },
  expected: 'If you expected this, there is nothing to do.',
  unexpected: 'If you did not, contact {{brand}} right away: somebody else may be using your account.',
  sms: { advice: 'Not expected? Contact {{brand}}.' },
};
