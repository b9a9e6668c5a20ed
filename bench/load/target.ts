import type { Answer } from './connection.ts';
import type { HandedOver } from './provider.ts';

/** How to talk to one kind of system: plain data, since it travels to the load's process. */
export type TargetOptions = {
  readonly kind: 'twofold' | 'otpgateway';
  readonly port: number;
  /** What stands in the Authorization header. */
  readonly authorization: string;
};

/** The bytes of requests and the meaning of answers. */
export type Target = {
  /** A request for a code to the n-th address. */
  request(n: number): string;
  /** The id of what was accepted, or undefined for any other answer. */
  acceptedId(answer: Answer): string | undefined;
  check(id: string, code: string): string;
  isVerified(answer: Answer): boolean;
  /** What the provider is told. */
  readMessage(body: string): HandedOver;
};

export function createTarget(options: TargetOptions): Target {
  return options.kind === 'twofold' ? createTwofold(options) : createOtpgateway(options);
}

function writer({ port, authorization }: TargetOptions, contentType: string) {
  const head = `HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: ${authorization}\r\ncontent-type: ${contentType}\r\n`;
  return (method: string, path: string, body: string) =>
    `${method} ${path} ${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** Numbers alike but for four digits are one prefix to the limits: neighbours in time are of different ones. */
function phoneNumber(n: number): string {
  const prefixes = 1_000;
  return `+491512${String(n % prefixes).padStart(3, '0')}${String(Math.floor(n / prefixes) % 10_000).padStart(4, '0')}`;
}

function createTwofold(options: TargetOptions): Target {
  const write = writer(options, 'application/json');
  return {
    request: (n) => write('POST', '/v1/challenges', JSON.stringify({ channel: 'sms', to: phoneNumber(n) })),
    acceptedId: ({ status, body }) => (status === 202 ? idIn(body) : undefined),
    check: (id, code) => write('POST', `/v1/challenges/${id}/verify`, JSON.stringify({ code })),
    isVerified: ({ status, body }) => status === 200 && body.includes('"result":"approved"'),
    readMessage(body) {
      const { challengeId, text } = JSON.parse(body) as { challengeId: string; text: string };
      return { id: challengeId, code: /\b\d{6,10}\b/.exec(text)?.[0] ?? '' };
    },
  };
}

/** Cheaper than parsing the whole answer. */
const idIn = (body: string): string | undefined => /"id":"([^"]+)"/.exec(body)?.[1];

/** github.com/knadh/otpgateway: the caller names the id, and the answer comes once the provider has the message. */
function createOtpgateway(options: TargetOptions): Target {
  const write = writer(options, 'application/x-www-form-urlencoded');
  return {
    request(n) {
      const to = encodeURIComponent(phoneNumber(n));
      return write('PUT', `/api/otp/bench-${n}`, `provider=bench&to=${to}&max_attempts=5&ttl=300`);
    },
    acceptedId: ({ status, body }) => (status === 200 ? idIn(body) : undefined),
    check: (id, code) => write('POST', `/api/otp/${id}`, `action=check&otp=${code}`),
    isVerified: ({ status, body }) => status === 200 && body.includes('"status":"success"'),
    readMessage(body) {
      const { otp } = JSON.parse(body) as { otp: { id: string; otp: string } };
      return { id: otp.id, code: otp.otp };
    },
  };
}
