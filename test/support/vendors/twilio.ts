import { errorPage, startHttpVendor } from './http-vendor.ts';
import type { HttpVendor, VendorReply, VendorRequest } from './http-vendor.ts';
import type { ReceivedMail } from './vendor.ts';

export const twilioAccount = {
  sid: `AC${'0123456789abcdef'.repeat(2)}`,
  token: 'auth-token-4f1c9a7e2b6d8035',
  from: '+15005550006',
};

/** Twilio's Messages and Accounts resources (https://www.twilio.com/docs/messaging/api/message-resource). */
export function startTwilio(accountStatus = 'active'): Promise<HttpVendor> {
  const root = `/2010-04-01/Accounts/${twilioAccount.sid}`;
  const sendPath = `${root}/Messages.json`;

  function answer(request: VendorRequest): { reply: VendorReply; mail?: ReceivedMail } {
    const { method, path, headers } = request;
    const credentials = Buffer.from(`${twilioAccount.sid}:${twilioAccount.token}`).toString('base64');
    if (headers['authorization'] !== `Basic ${credentials}`) return { reply: refusal(401, 20003, 'Authenticate') };
    if (method === 'GET' && path === `${root}.json`) {
      return { reply: { status: 200, body: JSON.stringify({ sid: twilioAccount.sid, status: accountStatus }) } };
    }
    if (method !== 'POST' || path !== sendPath) return { reply: refusal(404, 20404, `${path} was not found`) };
    return takeMessage(request);
  }

  const faults = {
    // The vendor's sentences repeat number and text on purpose: they must not get any further.
    refuses: refusal(400, 21211, "The 'To' number +4915123456789 is not a valid phone number. Body: 739204"),
    throttles: { ...refusal(429, 20429, 'Too Many Requests'), headers: { 'retry-after': '7' } },
    fails: errorPage,
    garbles: { status: 201, body: '{"sid": "SM0000' },
  };
  return startHttpVendor({ sendPath, answer, faults });
}

function takeMessage(request: VendorRequest): { reply: VendorReply; mail?: ReceivedMail } {
  if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    return { reply: refusal(415, 20415, 'Unsupported Media Type') };
  }
  const form = new URLSearchParams(request.body);
  const to = form.get('To');
  const text = form.get('Body');
  if (!to) return { reply: refusal(400, 21604, "A 'To' phone number is required") };
  if (!form.get('From') && !form.get('MessagingServiceSid'))
    return { reply: refusal(400, 21603, "A 'From' is required") };
  if (!text) return { reply: refusal(400, 21602, 'Message body is required') };
  const sid = `SM${'fedcba9876543210'.repeat(2)}`;
  const message = { sid, status: 'queued', to, body: text, error_code: null, date_created: new Date().toUTCString() };
  return {
    reply: { status: 201, body: JSON.stringify(message) },
    mail: { to, text, headers: {}, fields: Object.fromEntries(form) },
  };
}

/** An error as Twilio words it. */
export function refusal(status: number, code: number, message: string): VendorReply {
  const body = { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
  return { status, body: JSON.stringify(body) };
}
