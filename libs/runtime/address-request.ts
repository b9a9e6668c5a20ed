import { isIP } from 'node:net';
import { keyedDigest } from '#core/bytes.ts';
import { normaliseAddress, phonePrefix } from '#core/address.ts';
import { subjectOf } from '#core/subject.ts';
import type { ChannelName } from '#schemas/channel.ts';
import type { Counted } from '#schemas/challenge.ts';
import { Problem, type FieldFault } from './errors.ts';
import type { KeyRing } from './keys.ts';

export type Addressed = {
  readonly address: string;
  readonly subject: string;
  readonly counted: Counted;
  /** ISO 3166-1 of a phone number. */
  readonly country?: string;
};

/**
 * An address as a request gives it, normalised, with the subject it is and the digests that limits count. Letter case never
 * makes another address: mail systems that tell them apart are rarer than people who evade limits.
 */
export function readAddress(
  keys: KeyRing,
  tenant: string,
  input: { readonly channel: ChannelName; readonly to: string; readonly clientIp?: string },
): Addressed {
  const faults: FieldFault[] = [];
  const normalised = normaliseAddress(input.channel, input.to);
  if (!normalised.ok) faults.push({ field: 'to', message: normalised.reason });
  if (input.clientIp !== undefined && isIP(input.clientIp) === 0) {
    faults.push({ field: 'clientIp', message: 'must be an IPv4 or IPv6 address' });
  }
  if (!normalised.ok || faults.length > 0) throw new Problem('malformed-request', { errors: faults });
  const { address, country } = normalised;
  const canonical = address.toLowerCase();
  const destinationKey = keys.newest('destination').key;
  const digest = (...fields: string[]) =>
    keyedDigest(destinationKey, ...fields)
      .subarray(0, 16)
      .toString('base64url');
  return {
    address,
    country,
    subject: subjectOf(keys.newest('subject').key, 'address', tenant, canonical),
    counted: {
      destination: digest('destination', canonical),
      ...(input.channel === 'sms' && { prefix: digest('prefix', phonePrefix(canonical)) }),
      ...(input.clientIp !== undefined && { clientIp: digest('client-ip', networkOf(input.clientIp)) }),
    },
  };
}

/** One household or host: an IPv4 address, or the /64 of an IPv6 one, within which addresses are free to whoever has it. */
function networkOf(ip: string): string {
  const plain = ip.toLowerCase().replace(/%.*$/, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1];
  if (mapped) return mapped;
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail] = plain.split('::');
  const left = head.split(':').filter(Boolean);
  const right = tail?.split(':').filter(Boolean) ?? [];
  const zeros = tail === undefined ? 0 : Math.max(8 - left.length - right.length - (plain.includes('.') ? 1 : 0), 0);
  return [...left, ...Array.from({ length: zeros }, () => '0'), ...right]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
