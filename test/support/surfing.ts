import { request } from 'undici';

/** A page as a browser without scripts has it. */
export type Seen = {
  readonly status: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The markup as it came. */
  readonly markup: string;
  /** What a person reads, in one line. */
  readonly text: string;
  readonly title: string;
  readonly heading: string;
  /** Where it led that is no page of ours: redirects there are not followed. */
  readonly leftTo?: string;
};

export type Form = { readonly action: string; readonly fields: Readonly<Record<string, string>> };

const signs: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const unescape = (text: string) => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => signs[name] as string);
const textOf = (markup: string) =>
  unescape(
    markup
      .replace(/<(style|script)[^]*?<\/\1>/g, '')
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  );
const attributesOf = (tag: string) =>
  Object.fromEntries([...tag.matchAll(/([a-z-]+)="([^"]*)"/g)].map(([, name, value = '']) => [name, unescape(value)]));

/** The forms of a page, with what stands in their fields. */
export const formsOf = ({ markup }: Seen): Form[] =>
  [...markup.matchAll(/<form ([^>]*)>([^]*?)<\/form>/g)].map(([, head = '', inner = '']) => ({
    action: attributesOf(head)['action'] ?? '',
    fields: Object.fromEntries(
      [...inner.matchAll(/<input ([^>]*)>/g)]
        .map(([, tag = '']) => attributesOf(tag))
        .map(({ name = '', value = '' }) => [name, value]),
    ),
  }));

export const linksOf = ({ markup }: Seen): string[] =>
  [...markup.matchAll(/<a ([^>]*)>/g)].map(([, tag = '']) => attributesOf(tag)['href'] ?? '');

const hopsMax = 5;

/**
 * Somebody with a browser of their own: keeps cookies by path, follows redirects on the pages' own origin, sends forms as a
 * browser would.
 *
 * @param url where the system listens; the pages believe to be at `origin`
 */
export function createSurfer(url: string, options: { readonly origin?: string; readonly language?: string } = {}) {
  const { origin = 'http://localhost:8080', language = 'en' } = options;
  const jar = new Map<string, { readonly path: string; readonly pair: string }>();

  const cookiesFor = (path: string) =>
    [...jar.values()]
      .filter((kept) => path === kept.path || path.startsWith(`${kept.path}/`))
      .map(({ pair }) => pair)
      .join('; ');

  function keep(header: string | string[] | undefined): void {
    for (const line of [header ?? []].flat()) {
      const [pair = '', ...rest] = line.split('; ');
      const path = rest.find((part) => part.startsWith('Path='))?.slice(5) ?? '/';
      const name = `${path} ${pair.slice(0, pair.indexOf('='))}`;
      if (/expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
      else jar.set(name, { path, pair });
    }
  }

  async function go(
    method: 'GET' | 'HEAD' | 'POST',
    path: string,
    body?: string,
    headers: Readonly<Record<string, string>> = {},
    hops = 0,
  ): Promise<Seen> {
    const cookie = cookiesFor(path.split('?')[0] ?? path);
    const answer = await request(`${url}${path}`, {
      method,
      body: body ?? null,
      headers: {
        'accept-language': language,
        ...(cookie && { cookie }),
        ...(body !== undefined && {
          'content-type': 'application/x-www-form-urlencoded',
          origin,
          'sec-fetch-site': 'same-origin',
        }),
        ...headers,
      },
    });
    const markup = await answer.body.text();
    keep(answer.headers['set-cookie']);
    const received = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
    const seen = {
      status: answer.statusCode,
      path,
      headers: received,
      markup,
      text: textOf(markup),
      title: textOf(/<title>([^]*?)<\/title>/.exec(markup)?.[1] ?? ''),
      heading: textOf(/<h1>([^]*?)<\/h1>/.exec(markup)?.[1] ?? ''),
    };
    const location = received['location'];
    if (location === undefined) return seen;
    const target = new URL(location, origin);
    if (target.origin !== origin) return { ...seen, leftTo: location };
    if (hops >= hopsMax) throw new Error('redirected without end');
    return go('GET', `${target.pathname}${target.search}`, undefined, {}, hops + 1);
  }

  return {
    origin,
    jar,
    /** Opens an address of the pages, whole or from the path on. */
    open: (address: string, headers?: Readonly<Record<string, string>>) =>
      go('GET', new URL(address, origin).pathname, undefined, headers),
    head: (address: string) => go('HEAD', new URL(address, origin).pathname),
    /** Sends the form of a page whose action ends so, with other values where given; undefined takes a field away. */
    async submit(
      page: Seen,
      ending: string,
      values: Readonly<Record<string, string | undefined>> = {},
      headers?: Readonly<Record<string, string>>,
    ): Promise<Seen> {
      const form = formsOf(page).find(({ action }) => action.endsWith(ending));
      if (!form) throw new Error(`the page "${page.title}" has no form that ends in ${ending}`);
      const given = Object.entries({ ...form.fields, ...values }).filter(([, value]) => value !== undefined);
      return go('POST', form.action, new URLSearchParams(given as [string, string][]).toString(), headers);
    },
    post: (path: string, body: string, headers?: Readonly<Record<string, string>>) => go('POST', path, body, headers),
  };
}

export type Surfer = ReturnType<typeof createSurfer>;
