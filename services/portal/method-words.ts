import type { InLanguages } from './words.ts';

/** What people call the kinds of methods, on every page alike. */
export type MethodWords = {
  readonly totp: string;
  readonly sms: string;
  readonly email: string;
  readonly 'backup-codes': string;
};

export const methodWords: InLanguages<MethodWords> = {
  en: { totp: 'Authenticator app', sms: 'SMS', email: 'Email', 'backup-codes': 'Backup code' },
  de: { totp: 'Authenticator-App', sms: 'SMS', email: 'E-Mail', 'backup-codes': 'Backup-Code' },
  es: {
    totp: 'Aplicación de autenticación',
    sms: 'SMS',
    email: 'Correo electrónico',
    'backup-codes': 'Código de respaldo',
  },
  fr: { totp: 'Application d’authentification', sms: 'SMS', email: 'E-mail', 'backup-codes': 'Code de secours' },
  it: { totp: 'App di autenticazione', sms: 'SMS', email: 'Email', 'backup-codes': 'Codice di backup' },
  pt: { totp: 'Aplicativo de autenticação', sms: 'SMS', email: 'E-mail', 'backup-codes': 'Código de reserva' },
  uk: { totp: 'Застосунок автентифікації', sms: 'SMS', email: 'Електронна пошта', 'backup-codes': 'Резервний код' },
  ja: { totp: '認証アプリ', sms: 'SMS', email: 'メール', 'backup-codes': 'バックアップコード' },
  zh: { totp: '身份验证器应用', sms: '短信', email: '电子邮件', 'backup-codes': '备用验证码' },
  'zh-Hant': { totp: '驗證器應用程式', sms: '簡訊', email: '電子郵件', 'backup-codes': '備用驗證碼' },
};
