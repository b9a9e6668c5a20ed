import type { Words } from './words.ts';

/** Traditional Chinese, for Taiwan, Hong Kong and Macao. */
export const zhHant: Words = {
  locale: 'zh-Hant',
  sms: {
    code: '【{{brand}}】驗證碼：{{code}}',
    advice: '{{minutes}} 分鐘內有效，請勿告訴任何人。如非本人操作，請忽略此訊息。',
  },
  colon: '：',
  amount: '金額',
  payee: '收款方',
  mail: {
    subject: '您的 {{brand}} 驗證碼',
    heading: '您的驗證碼',
    preview: '您的驗證碼是 {{code}}，{{minutes}} 分鐘內有效。',
    lead: '請在需要驗證的頁面輸入以下驗證碼：',
    validity: '驗證碼在 {{minutes}} 分鐘內有效，且只能使用一次。',
    compare: '請核對以上資訊是否與您要進行的操作一致。如有不符，請勿使用此驗證碼。',
    secrecy: '請勿將驗證碼告訴任何人，包括自稱 {{brand}} 工作人員的人。',
    unasked:
      '沒有要求過驗證碼？可能是有人誤填了您的電子郵件地址。您可以忽略這封郵件：' +
      '沒有驗證碼，任何操作都不會生效。如果再次發生，請聯絡 {{brand}}。',
    sender: '此郵件由 {{brand}} 自動發送。',
  },
};
