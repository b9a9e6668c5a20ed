import { fullWidth, type NoticeWords } from '../notice-words.ts';

/** Simplified Chinese. */
export const zh: NoticeWords = {
  punctuation: fullWidth,
  labels: { account: '账户', method: '验证方式', time: '时间', until: '截止时间', codesLeft: '剩余' },
  types: { totp: '身份验证器应用', sms: '短信', email: '电子邮件', 'backup-codes': '备用验证码' },
  told: {
    'method-enrolled': {
      what: '已添加登录验证方式',
      detail: '您的账户添加了一种用于确认登录的验证方式。',
    },
    'method-removed': {
      what: '已移除登录验证方式',
      detail: '您的账户移除了一种用于确认登录的验证方式。',
    },
    'default-changed': {
      what: '默认验证方式已更改',
      detail: '登录时将优先使用另一种验证方式。',
    },
    'backup-code-used': {
      what: '备用验证码已被使用',
      detail: '您的一个备用验证码已被使用，不能再次使用。',
    },
    'backup-codes-generated': {
      what: '已生成新的备用验证码',
      detail: '您的账户生成了一组新的备用验证码，之前的备用验证码已失效。',
    },
    'backup-codes-low': {
      what: '备用验证码即将用完',
      detail: '您的备用验证码所剩不多，请在仍能登录时生成新的备用验证码。',
    },
    'method-locked': {
      what: '登录验证方式已锁定',
      detail: '由于多次输入错误的验证码，该验证方式已被暂时锁定。',
    },
    'method-disabled': {
      what: '登录验证方式已停用',
      detail: '由于多次输入错误的验证码，该验证方式已被锁定，需由 {{brand}} 解除锁定。',
    },
    'method-unlocked': {
      what: '登录验证方式已解锁',
      detail: '{{brand}} 已解除您的登录验证方式的锁定。',
    },
    'account-reset': {
      what: '登录验证方式已重置',
      detail: '{{brand}} 已移除您账户的所有登录验证方式，您可以重新设置。',
    },
    'bypass-code-created': {
      what: '已签发替代验证码',
      detail: '{{brand}} 签发了一个验证码，可代替您的登录验证方式使用一次。',
    },
  },
  expected: '如果这在您的预期之中，则无需任何操作。',
  unexpected: '如果不是，请立即联系 {{brand}}：可能有其他人正在使用您的账户。',
  sms: { advice: '如非您所预期，请联系 {{brand}}。' },
};
