import { isLoopback } from './check-url.ts';

/** Where and how to speak SMTP. `tls`: from the first byte, by STARTTLS or not at all, by STARTTLS if offered, never. */
export type SmtpEndpoint = {
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'required' | 'if-offered' | 'never';
  readonly auth?: { readonly user: string; readonly pass: string };
};

export type ParsedSmtpUrl = { readonly endpoint: SmtpEndpoint } | { readonly fault: string };

/**
 * Reads SMTP_URL: `smtps://` is TLS from the first byte (port 465), `smtp://` demands STARTTLS (port 587), on the
 * loopback plain text (port 587 too). `?requireTLS=true|false` overrides the last two; there are no other options.
 * The fault names the variable and never the value, which holds a password.
 */
export function parseSmtpUrl(value: string): ParsedSmtpUrl {
  if (!URL.canParse(value)) return { fault: 'SMTP_URL must be a URL' };
  const url = new URL(value);
  if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:')
    return { fault: 'SMTP_URL must begin smtp:// or smtps://' };
  if (!/^([\w.-]+|\[[\da-f:.]+\])$/i.test(url.hostname)) return { fault: 'SMTP_URL must name a host' };
  if (url.hash || !/^\/?$/.test(url.pathname)) return { fault: 'SMTP_URL must end after host and port' };
  const requireTls = url.searchParams.get('requireTLS');
  const unknownOption = [...url.searchParams.keys()].some((key) => key !== 'requireTLS');
  if (unknownOption || ![null, 'true', 'false'].includes(requireTls)) {
    return { fault: 'SMTP_URL knows one option, requireTLS=true or requireTLS=false' };
  }
  const auth = readAuth(url);
  if (auth === 'malformed') return { fault: 'SMTP_URL must have a percent-encoded user name and password, or neither' };
  const implicit = url.protocol === 'smtps:';
  return {
    endpoint: {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port) || (implicit ? 465 : 587),
      tls: implicit ? 'implicit' : tlsOf(requireTls, isLoopback(url.hostname)),
      ...(auth ? { auth } : {}),
    },
  };
}

function tlsOf(requireTls: string | null, loopback: boolean): SmtpEndpoint['tls'] {
  if (requireTls === 'true') return 'required';
  // Local test servers offer STARTTLS with certificates that nobody signed; nothing crosses a network there.
  if (loopback) return 'never';
  return requireTls === 'false' ? 'if-offered' : 'required';
}

function readAuth(url: URL): SmtpEndpoint['auth'] | 'malformed' {
  if (!url.username && !url.password) return undefined;
  try {
    const auth = { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
    return auth.user && auth.pass ? auth : 'malformed';
  } catch {
    return 'malformed';
  }
}
