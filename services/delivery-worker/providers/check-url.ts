/** Whether a host of a URL is this machine itself: then what is sent there crosses no network. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\]|::1)$/i.test(hostname);
}

/**
 * Why a vendor's URL can't be used, naming the variable and never its value, which may hold a secret; `undefined` if
 * it can. A code travels there, so it is https, or http on this machine. Private hosts are fine: the operator chose.
 */
export function faultOfVendorUrl(variable: string, value: string): string | undefined {
  if (!URL.canParse(value)) return `${variable} must be a URL`;
  const url = new URL(value);
  if (url.username || url.password) return `${variable} must not carry a user name or password`;
  if (url.hash) return `${variable} must not have a fragment`;
  if (url.protocol === 'https:') return undefined;
  if (url.protocol === 'http:' && isLoopback(url.hostname)) return undefined;
  return `${variable} must be an https URL (http only on the loopback)`;
}
