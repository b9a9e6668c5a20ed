import { createHmac, timingSafeEqual } from 'node:crypto';
import { errorPage, startHttpVendor } from './http-vendor.ts';
import type { HttpVendor, VendorReply, VendorRequest } from './http-vendor.ts';
import type { ReceivedMail } from './vendor.ts';

export const webhookSecret = `whsec_${Buffer.from('an endpoint secret, 32 bytes now').toString('base64')}`;

const toleranceSeconds = 300;

/** An operator's SMS gateway: verifies as the Standard Webhooks specification tells receivers to, with code of its own. */
export function startWebhook(): Promise<HttpVendor> {
  const faults = {
    refuses: { status: 422, body: '{"error":"no such number +4915123456789, 739204"}' },
    throttles: { status: 429, headers: { 'retry-after': '7' }, body: '{"error":"slow down"}' },
    fails: errorPage,
    garbles: { status: 200, body: '{"ok": tru' },
  };
  return startHttpVendor({ sendPath: '/sms', answer, faults });
}

function answer(request: VendorRequest): { reply: VendorReply; mail?: ReceivedMail } {
  if (request.method !== 'POST' || request.path !== '/sms') return { reply: { status: 404, body: '' } };
  if (!isAuthentic(request)) return { reply: { status: 401, body: '{"error":"signature"}' } };
  const fields: Record<string, unknown> & { to: string; text: string } = JSON.parse(request.body);
  return {
    reply: { status: 200, body: '{"ok":true}' },
    mail: { to: fields.to, text: fields.text, headers: request.headers, fields },
  };
}

function isAuthentic({ headers, body }: VendorRequest): boolean {
  const id = headers['webhook-id'];
  const seconds = Number(headers['webhook-timestamp']);
  if (!id || !(Math.abs(Date.now() / 1_000 - seconds) <= toleranceSeconds)) return false;
  const key = Buffer.from(webhookSecret.replace('whsec_', ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest();
  return (headers['webhook-signature'] ?? '').split(' ').some((each) => {
    const [version, signature = ''] = each.split(',', 2);
    const given = Buffer.from(signature, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}
