import { createCall, type Answer, type Call } from './call.ts';
import { codeIn, eventually, generousSettings, platformKey } from './installation.ts';
import { secrets } from './leak-markers.ts';
import type { Marker } from './markers.ts';
import { uniqueName } from './services.ts';
import { startHttpVendor, type HttpVendor } from './vendors/http-vendor.ts';
import type { SmtpVendor } from './vendors/smtp.ts';

/** A gateway for SMS that repeats in its refusals all that it was given, head and body. */
export async function startEchoingWebhook(): Promise<HttpVendor & { refuse(status: number | undefined): void }> {
  let status: number | undefined;
  const none = { status: 500, body: '' };
  const vendor = await startHttpVendor({
    sendPath: '/sms',
    faults: { refuses: none, throttles: none, fails: none, garbles: none },
    answer({ headers, body }) {
      const { to, text } = JSON.parse(body) as { to: string; text: string };
      const mail = { to, text, headers, fields: {} };
      if (status === undefined) return { reply: { status: 200, body: '{}' }, mail };
      const shown = { 'x-error': encodeURIComponent(`${to} ${text}`) };
      return { reply: { status, headers: shown, body: JSON.stringify({ error: `${to}: ${text}`, headers }) } };
    },
  });
  return { ...vendor, refuse: (next) => (status = next) };
}

export type Ground = {
  /** One URL for every process that takes calls. */
  readonly urls: readonly string[];
  readonly sms: Awaited<ReturnType<typeof startEchoingWebhook>>;
  readonly mail: SmtpVendor;
};

export type Story = {
  readonly markers: readonly Marker[];
  readonly answers: readonly string[];
  readonly refusals: readonly string[];
  /** What is no secret and must be found, or the search would be in the wrong place. */
  readonly challengeId: string;
};

const { phone, refusedPhone, email, refusedEmail, strayEmail, name, payee, clientIp, idempotencyKey, guess } = secrets;

/** Everything that a system may meet with secrets in it, from good calls to bad ones and failing vendors. */
export async function playStory({ urls, sms, mail }: Ground): Promise<Story> {
  const [url = ''] = urls;
  const markers: Marker[] = [];
  const [answers, refusals]: [string[], string[]] = [[], []];
  const keep = (answer: Answer): Answer => {
    const { status, headers, text } = answer;
    (status < 400 ? answers : refusals).push(JSON.stringify({ status, headers, text }));
    return answer;
  };
  const platform = createCall(url, platformKey);

  // The answers that show a key once are not kept.
  const tenant = uniqueName('t');
  keep(await platform('POST', '/v1/platform/tenants', { id: tenant, name: 'Example' }));
  const scopes = ['challenges', 'support', 'settings'];
  const { key } = (await platform('POST', `/v1/platform/tenants/${tenant}/keys`, { label: 'first', scopes })).json;
  markers.push({ name: 'API key', value: key }, { name: "API key's secret", value: key.split('_').at(-2) });
  const call: Call = async (...request) => keep(await createCall(url, key)(...request));
  const sms10 = { codeDigits: 10, template: { en: '{{params.name}} pays {{binding.payee}}: {{code}}' } };
  await call('PUT', '/v1/settings', { ...generousSettings, methods: { sms: sms10, email: { codeDigits: 10 } } });

  const post = (path: string, body: unknown, headers = {}) => call('POST', path, body, headers);
  const create = async (request: object, headers = {}) => (await post('/v1/challenges', request, headers)).json.id;
  const fate = (id: string, number: number) =>
    eventually('a fate', async () => {
      const send = (await call('GET', `/v1/challenges/${id}`)).json.sends[number - 1];
      return send?.status !== 'queued' && send;
    });
  const codeTo = async (to: string, count: number): Promise<string> => {
    const received = () => [...sms.received, ...mail.received].filter((one) => one.to === to);
    const code = codeIn(await eventually('a message', () => received().length >= count && received().at(-1)));
    markers.push({ name: `code ${markers.length}`, value: code });
    return code;
  };

  const binding = { payee };
  const full = { channel: 'sms', to: phone, params: { name }, binding, clientIp, locale: 'en' };
  const challengeId = await create(full, { 'idempotency-key': idempotencyKey });
  const code = await codeTo(phone, 1);
  await fate(challengeId, 1);
  const verify = `/v1/challenges/${challengeId}/verify`;
  await post(verify, { code: guess, binding });
  await post(verify, { code, binding: { payee: name } });
  await post(verify, { code, binding });
  await post(verify, { code, binding });

  const mailed = await create({ channel: 'email', to: email, params: { name } });
  await codeTo(email, 1);
  await post(`/v1/challenges/${mailed}/resend`, {});
  await codeTo(email, 2);
  await post(`/v1/challenges/${mailed}/cancel`, {});

  sms.refuse(422);
  await fate(await create({ ...full, to: refusedPhone }), 1);
  sms.refuse(500);
  const delayed = await create(full);
  await eventually('a failed call', () => sms.handOvers() >= 3);
  sms.refuse(undefined);
  await codeTo(phone, 2);
  await fate(delayed, 1);
  mail.script({ at: 'RCPT', code: 550, text: `5.1.1 <${refusedEmail}> is unknown, ${name}` });
  await fate(await create({ channel: 'email', to: refusedEmail }), 1);
  mail.script({ at: 'DATA', code: 554, text: `5.6.0 for <${email}>: ${name}` });
  await fate(await create({ channel: 'email', to: email }), 1);
  mail.script(undefined);

  await askBadly(call, verify, code);
  await handleKeys(createCall(url, key), keep, markers);
  return { markers, answers, refusals, challengeId };
}

/** Addresses, names and codes where they do not belong. */
async function askBadly(call: Call, verify: string, code: string): Promise<void> {
  const good = { channel: 'email', to: email };
  const bodies: readonly unknown[] = [
    `{"to": "${email}", `,
    { ...good, to: `${email}, ${strayEmail}` },
    { ...good, to: `${phone}${name}` },
    { ...good, channel: email },
    { ...good, purpose: strayEmail },
    { ...good, locale: strayEmail },
    { ...good, clientIp: strayEmail },
    { ...good, params: { [strayEmail]: name } },
    { ...good, params: { name: { [name]: strayEmail } } },
    { ...good, binding: { payee: [strayEmail] } },
    { ...good, [strayEmail]: name },
    { ...good, [code]: strayEmail, [phone.slice(1)]: 1 },
    { ...good, to: { address: strayEmail } },
    [strayEmail, code],
    `"${strayEmail}"`,
  ];
  for (const body of bodies) await call('POST', '/v1/challenges', body);
  for (const body of [
    { code: `${code}${strayEmail}` },
    { code: { [code]: code } },
    { code, guess: code },
    { [code]: code },
  ])
    await call('POST', verify, body);
  const path = encodeURIComponent(strayEmail);
  for (const where of [
    `/v1/challenges/${path}`,
    `/v1/${path}`,
    `/${path}?to=${path}&code=${code}`,
    `/v1/challenges/%zz${path}`,
  ])
    await call('GET', where);
  await call('POST', `/v1/challenges/${path}/verify?code=${code}`, { code });
  await call('PUT', '/v1/settings', {
    [strayEmail]: code,
    countries: [strayEmail],
    branding: { name: 5, [code]: name },
  });
  await call('PUT', '/v1/settings', {
    methods: { sms: { template: { [strayEmail]: strayEmail, en: `${name} {{${code}}}` } } },
  });
  const headersOfAll: readonly Record<string, string>[] = [
    { authorization: `Bearer ${strayEmail}` },
    { authorization: `Basic ${Buffer.from(`${strayEmail}:${code}`).toString('base64')}` },
    { 'content-type': `text/${code}` },
    { 'idempotency-key': `${strayEmail}\u00e4` },
    { 'if-match': strayEmail, traceparent: `00-${code}-${code}-01`, 'user-agent': strayEmail },
  ];
  for (const headers of headersOfAll) await call('POST', '/v1/challenges', good, headers);
}

/** A key is made, replaced, revoked and used once more. */
async function handleKeys(call: Call, keep: (answer: Answer) => Answer, markers: Marker[]): Promise<void> {
  const headers = { 'idempotency-key': uniqueName('key') };
  const request = { label: 'second', scopes: ['challenges'] };
  const made = (await call('POST', '/v1/keys', request, headers)).json;
  keep(await call('POST', '/v1/keys', request, headers));
  const rotated = (await call('POST', `/v1/keys/${made.keyId}/rotate`, {})).json;
  markers.push({ name: 'second key', value: made.key }, { name: 'third key', value: rotated.key });
  keep(await call('GET', '/v1/keys'));
  keep(await call('DELETE', `/v1/keys/${rotated.keyId}`));
  const headersOf = { authorization: `Bearer ${rotated.key}` };
  await eventually(
    'a refused key',
    async () => keep(await call('GET', '/v1/keys/current', undefined, headersOf)).status === 401,
  );
}
