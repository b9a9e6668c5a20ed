import { fullWidth, type NoticeWords } from '../notice-words.ts';

/** Traditional Chinese, for Taiwan, Hong Kong and Macao. */
export const zhHant: NoticeWords = {
  punctuation: fullWidth,
  labels: { account: '帳戶', method: '驗證方式', time: '時間', until: '截止時間', codesLeft: '剩餘' },
  types: { totp: '驗證器應用程式', sms: '簡訊', email: '電子郵件', 'backup-codes': '備用驗證碼' },
  told: {
    'method-enrolled': {
      what: '已新增登入驗證方式',
      detail: '您的帳戶新增了一種用於確認登入的驗證方式。',
    },
    'method-removed': {
      what: '已移除登入驗證方式',
      detail: '您的帳戶移除了一種用於確認登入的驗證方式。',
    },
    'default-changed': {
      what: '預設驗證方式已變更',
      detail: '登入時將優先使用另一種驗證方式。',
    },
    'backup-code-used': {
      what: '備用驗證碼已被使用',
      detail: '您的一組備用驗證碼已被使用，無法再次使用。',
    },
    'backup-codes-generated': {
      what: '已產生新的備用驗證碼',
      detail: '您的帳戶產生了新的備用驗證碼，先前的備用驗證碼已失效。',
    },
    'backup-codes-low': {
      what: '備用驗證碼即將用完',
      detail: '您的備用驗證碼所剩不多，請在仍能登入時產生新的備用驗證碼。',
    },
    'method-locked': {
      what: '登入驗證方式已鎖定',
      detail: '由於多次輸入錯誤的驗證碼，此驗證方式已暫時鎖定。',
    },
    'method-disabled': {
      what: '登入驗證方式已停用',
      detail: '由於多次輸入錯誤的驗證碼，此驗證方式已鎖定，需由 {{brand}} 解除鎖定。',
    },
    'method-unlocked': {
      what: '登入驗證方式已解鎖',
      detail: '{{brand}} 已解除您的登入驗證方式的鎖定。',
    },
    'account-reset': {
      what: '登入驗證方式已重設',
      detail: '{{brand}} 已移除您帳戶的所有登入驗證方式，您可以重新設定。',
    },
    'bypass-code-created': {
      what: '已核發替代驗證碼',
      detail: '{{brand}} 核發了一組驗證碼，可代替您的登入驗證方式使用一次。',
    },
  },
  expected: '如果這在您的預期之中，則不需採取任何行動。',
  unexpected: '如果不是，請立即聯絡 {{brand}}：可能有其他人正在使用您的帳戶。',
  sms: { advice: '如非您所預期，請聯絡 {{brand}}。' },
};
