import { request } from 'undici';

/** A page as it came. */
export type Visited = {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Path of the page, for forms without an action. */
  readonly path: string;
};

type Fields = Readonly<Record<string, string | readonly string[] | null>>;

/** A browser without scripts: it keeps cookies by path, follows 303, and sends a page's form with what stands in it. */
export type FormVisitor = {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Visited>;
  /** Sends the form that has the button (`act=save`), or the one of an action; null takes a field away. */
  submit(page: Visited, action: string, fields?: Fields, headers?: Readonly<Record<string, string>>): Promise<Visited>;
  readonly cookies: Map<string, { readonly value: string; readonly path: string }>;
};

const redirectsMax = 5;
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const plain = (text: string) => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] as string);
const attributeOf = (tag: string, name: string) => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return found === undefined ? undefined : plain(found);
};

/** The fields of a form as a browser would send them untouched; of our own markup only. */
export function fieldsOf(form: string): [string, string][] {
  const found: [string, string][] = [];
  const controls = /<input\b[^>]*>|<textarea\b[^>]*>\n?([^<]*)<\/textarea>|<select\b[^>]*>.*?<\/select>/gs;
  for (const [tag, content = ''] of form.matchAll(controls)) {
    const opening = /^<[^>]*>/.exec(tag)?.[0] ?? '';
    const name = attributeOf(opening, 'name');
    if (name === undefined || / disabled/.test(opening)) continue;
    if (tag.startsWith('<textarea')) found.push([name, plain(content)]);
    else if (tag.startsWith('<select')) {
      const chosen = /<option\b[^>]* selected[^>]*>/.exec(tag)?.[0] ?? /<option\b[^>]*>/.exec(tag)?.[0] ?? '';
      found.push([name, attributeOf(chosen, 'value') ?? '']);
    } else if (!/type="(checkbox|radio)"/.test(opening) || / checked/.test(opening)) {
      found.push([name, attributeOf(opening, 'value') ?? '']);
    }
  }
  return found;
}

/** The markup of the form with an action. */
export function formWith(page: Visited, action: string): string {
  for (const [form] of page.text.matchAll(/<form\b.*?<\/form>/gs))
    if (attributeOf(form, 'action') === action) return form;
  throw new Error(`no form for ${action} on ${page.path}`);
}

/** @param origin of the pages, as browsers name it */
export function createFormVisitor(url: string, origin: string): FormVisitor {
  const cookies: FormVisitor['cookies'] = new Map();
  const ownHeaders = (path: string) => {
    const sent = [...cookies].filter(([, kept]) => path === kept.path || path.startsWith(`${kept.path}/`));
    return { cookie: sent.map(([name, { value }]) => `${name}=${value}`).join('; ') };
  };

  async function send(
    method: 'GET' | 'POST',
    path: string,
    body?: string,
    headers = {},
    left = redirectsMax,
  ): Promise<Visited> {
    const [plainPath = path] = path.split('?');
    const answer = await request(`${url}${path}`, { method, body, headers: { ...ownHeaders(plainPath), ...headers } });
    const text = await answer.body.text();
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) keep(line);
    const location = answer.headers['location'];
    if (answer.statusCode === 303 && typeof location === 'string' && left > 0) {
      return send('GET', location, undefined, {}, left - 1);
    }
    return { status: answer.statusCode, text, headers: answer.headers, path: plainPath };
  }

  function keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    const path = /; Path=([^;]+)/i.exec(line)?.[1] ?? '/';
    const ended = /; Expires=([^;]+)/i.exec(line)?.[1];
    if (value === '' || (ended !== undefined && Date.parse(ended) < Date.now())) cookies.delete(name);
    else cookies.set(name, { value, path });
  }

  return {
    cookies,
    get: (path, headers) => send('GET', path, undefined, headers),
    submit(page, action, fields = {}, headers = {}) {
      const sent = new URLSearchParams(fieldsOf(formWith(page, action)).filter(([name]) => !(name in fields)));
      for (const [name, value] of Object.entries(fields)) {
        for (const each of value === null ? [] : [value].flat()) sent.append(name, each);
      }
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      return send('POST', action, sent.toString(), { ...type, origin, 'sec-fetch-site': 'same-origin', ...headers });
    },
  };
}
