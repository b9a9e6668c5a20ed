import { hmacSha256 } from '#core/bytes.ts';

const secretBytesMin = 24;
const secretBytesMax = 64;

export type ParsedSecret = { readonly key: Buffer } | { readonly fault: string };

/**
 * Reads SMS_WEBHOOK_SECRET as Standard Webhooks writes secrets: `whsec_` and base64 of 24 to 64 bytes. Without the
 * prefix base64 is still taken as base64, as the specification's libraries do, and anything else as UTF-8.
 */
export function parseWebhookSecret(secret: string): ParsedSecret {
  const prefixed = secret.startsWith('whsec_');
  const body = prefixed ? secret.slice('whsec_'.length) : secret;
  const decoded = decodeBase64(body);
  if (prefixed && !decoded) return { fault: 'SMS_WEBHOOK_SECRET must be base64 after whsec_' };
  const key = decoded ?? Buffer.from(body, 'utf8');
  if (key.length < secretBytesMin || key.length > secretBytesMax) {
    return { fault: `SMS_WEBHOOK_SECRET must hold ${secretBytesMin} to ${secretBytesMax} bytes` };
  }
  return { key };
}

/**
 * The three headers of Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks, spec): HMAC-SHA256
 * over id, timestamp in Unix seconds and body. The id stays the same when a send is repeated, the timestamp doesn't.
 */
export function signWebhook(key: Uint8Array, id: string, timestampSeconds: number, body: string) {
  const signature = hmacSha256(key, `${id}.${timestampSeconds}.${body}`).toString('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': `v1,${signature}`,
  };
}

/** Only what base64 writes exactly so: Node's decoder skips over anything else. */
function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return text !== '' && bytes.toString('base64') === text ? bytes : undefined;
}
