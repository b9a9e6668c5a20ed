import { errorPage, startHttpVendor } from './http-vendor.ts';
import type { HttpVendor, VendorReply, VendorRequest } from './http-vendor.ts';
import type { ReceivedMail } from './vendor.ts';

export const sendgridKey = 'SG.key-2c7f9b1e5a8d4036';

type MailSend = {
  readonly personalizations: readonly { readonly to: readonly { readonly email: string }[] }[];
  readonly from: { readonly email: string };
  readonly subject: string;
  readonly content: readonly { readonly type: string; readonly value: string }[];
  readonly headers?: Readonly<Record<string, string>>;
};

/** SendGrid's Mail Send v3 (https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send) and its scopes. */
export function startSendGrid(): Promise<HttpVendor> {
  const faults = {
    refuses: refusal(
      400,
      'personalizations.0.to.0.email',
      'Does not contain a valid address: person@example.org, 739204',
    ),
    throttles: { ...refusal(429, null, 'too many requests'), headers: { 'retry-after': '7' } },
    fails: errorPage,
    garbles: { status: 202, headers: { 'x-message-id': 'mail-1' }, body: '{"half": ' },
  };
  return startHttpVendor({ sendPath: '/v3/mail/send', answer, faults });
}

function answer(request: VendorRequest): { reply: VendorReply; mail?: ReceivedMail } {
  const { method, path, headers } = request;
  if (headers['authorization'] !== `Bearer ${sendgridKey}`) {
    return { reply: refusal(401, null, 'The provided authorization grant is invalid, expired, or revoked') };
  }
  if (method === 'GET' && path === '/v3/scopes') return { reply: { status: 200, body: '{"scopes":["mail.send"]}' } };
  if (method !== 'POST' || path !== '/v3/mail/send') return { reply: refusal(404, null, 'not found') };
  if (!headers['content-type']?.startsWith('application/json')) return { reply: refusal(415, null, 'content type') };
  return takeMail(JSON.parse(request.body));
}

function takeMail(mail: MailSend): { reply: VendorReply; mail?: ReceivedMail } {
  const recipients = mail.personalizations.flatMap((each) => each.to);
  const part = (type: string): string | undefined => mail.content.find((each) => each.type === type)?.value;
  const [first] = recipients;
  if (!first || recipients.length !== 1) return { reply: refusal(400, 'personalizations', 'one recipient') };
  if (!mail.from.email) return { reply: refusal(400, 'from.email', 'The from address is missing') };
  if (!mail.subject) return { reply: refusal(400, 'subject', 'The subject is required') };
  const subject = mail.subject;
  return {
    reply: { status: 202, headers: { 'x-message-id': 'mail-1' }, body: '' },
    mail: {
      to: first.email,
      subject,
      text: part('text/plain') ?? '',
      html: part('text/html'),
      headers: { subject, ...mail.headers },
      fields: mail,
    },
  };
}

/** An error as SendGrid words it. */
export function refusal(status: number, field: string | null, message: string): VendorReply {
  return { status, body: JSON.stringify({ errors: [{ field, message, help: null }] }) };
}
