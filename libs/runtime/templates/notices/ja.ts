import { fullWidth, type NoticeWords } from '../notice-words.ts';

export const ja: NoticeWords = {
  punctuation: { ...fullWidth, comma: '、' },
  labels: { account: 'アカウント', method: '認証方法', time: '日時', until: '期限', codesLeft: '残り' },
  types: { totp: '認証アプリ', sms: 'SMS', email: 'メール', 'backup-codes': 'バックアップコード' },
  told: {
    'method-enrolled': {
      what: '認証方法が追加されました',
      detail: 'お使いのアカウントに、ログインを確認するための認証方法が追加されました。',
    },
    'method-removed': {
      what: '認証方法が削除されました',
      detail: 'お使いのアカウントから、ログインを確認するための認証方法が削除されました。',
    },
    'default-changed': {
      what: '優先する認証方法が変更されました',
      detail: 'ログイン時に最初に使われる認証方法が変更されました。',
    },
    'backup-code-used': {
      what: 'バックアップコードが使用されました',
      detail: 'バックアップコードが1つ使用されました。このコードはもう使えません。',
    },
    'backup-codes-generated': {
      what: '新しいバックアップコードが作成されました',
      detail: 'お使いのアカウントに新しいバックアップコードが作成されました。以前のコードは使えません。',
    },
    'backup-codes-low': {
      what: 'バックアップコードが残りわずかです',
      detail: 'バックアップコードが残り少なくなっています。ログインできるうちに新しいコードを作成してください。',
    },
    'method-locked': {
      what: '認証方法がロックされました',
      detail: '誤ったコードが繰り返し入力されたため、この認証方法は一時的にロックされています。',
    },
    'method-disabled': {
      what: '認証方法が停止されました',
      detail: '誤ったコードが繰り返し入力されたため、この認証方法は{{brand}}が解除するまでロックされます。',
    },
    'method-unlocked': {
      what: '認証方法のロックが解除されました',
      detail: '{{brand}}が認証方法のロックを解除しました。',
    },
    'account-reset': {
      what: '認証方法がリセットされました',
      detail: '{{brand}}がお使いのアカウントのすべての認証方法を削除しました。改めて設定できます。',
    },
    'bypass-code-created': {
      what: '代替コードが発行されました',
      detail: '{{brand}}が、認証方法の代わりに一度だけ使えるコードを発行しました。',
    },
  },
  expected: '心当たりがある場合は、何もする必要はありません。',
  unexpected:
    '心当たりがない場合は、すぐに{{brand}}にお問い合わせください。第三者がアカウントを使用している可能性があります。',
  sms: { advice: '心当たりがない場合は{{brand}}へご連絡ください。' },
};
