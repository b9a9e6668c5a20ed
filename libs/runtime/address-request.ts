import { isIP, SocketAddress } from 'node:net';
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
export function networkOf(ip: string): string {
  if (isIP(ip) !== 6) return ip;
  // One spelling of each address: lower case, no zone, no leading zeros, `::` for the longest run of zeros (RFC 5952).
  const { address } = new SocketAddress({ address: ip, family: 'ipv6' });
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (mapped) return mapped;
  const [head = '', tail] = address.split('::');
  const left = head.split(':').filter(Boolean);
  const right = tail?.split(':').filter(Boolean) ?? [];
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}
