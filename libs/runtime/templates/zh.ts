import type { Words } from './words.ts';

/** Simplified Chinese. The brand stands in front in the brackets that readers of SMS expect there. */
export const zh: Words = {
  locale: 'zh',
  sms: {
    code: '【{{brand}}】验证码：{{code}}',
    advice: '{{minutes}} 分钟内有效，请勿告诉任何人。如非本人操作，请忽略此短信。',
  },
  colon: '：',
  amount: '金额',
  payee: '收款方',
  mail: {
    subject: '您的 {{brand}} 验证码',
    heading: '您的验证码',
    preview: '您的验证码是 {{code}}，{{minutes}} 分钟内有效。',
    lead: '请在需要验证的页面输入以下验证码：',
    validity: '验证码在 {{minutes}} 分钟内有效，且只能使用一次。',
    compare: '请核对以上信息是否与您要进行的操作一致。如有不符，请勿使用此验证码。',
    secrecy: '请勿将验证码告诉任何人，包括自称 {{brand}} 工作人员的人。',
    unasked:
      '没有请求过验证码？可能是有人误填了您的邮箱地址。您可以忽略这封邮件：' +
      '没有验证码，任何操作都不会生效。如果再次发生，请联系 {{brand}}。',
    sender: '此邮件由 {{brand}} 自动发送。',
  },
};
