import { request } from 'undici';

/** An answer as it came: header names in lower case; `json` is undefined where the body is none. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly json: Body;
};

/** Tests read answers by the names they expect; a name that is missing reads as undefined and fails the expectation. */
// oxlint-disable-next-line typescript/no-explicit-any -- what a server answers is what a test finds out
export type Body = any;

export type Call = (
  method: string,
  path: string,
  /** An object is sent as JSON; text and bytes as they are. */
  body?: unknown,
  /** On top of the bearer key and the content type; an empty value takes a header away. */
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

/** Calls a server with one key. */
export function createCall(url: string, key: string): Call {
  return async (method, path, body, headers = {}) => {
    const sent = typeof body === 'string' || body instanceof Uint8Array ? body : body && JSON.stringify(body);
    const all = {
      authorization: `Bearer ${key}`,
      ...(sent !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    };
    const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
    const options = { method: method as 'GET', headers: given, body: sent as string | undefined };
    const answer = await request(`${url}${path}`, options);
    const text = await answer.body.text();
    const received = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
    return { status: answer.statusCode, headers: Object.fromEntries(received), text, json: parse(text) };
  };
}

function parse(text: string): Body {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
