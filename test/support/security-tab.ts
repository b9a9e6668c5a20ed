import type { OwnSettings } from '#core/settings.ts';
import { accountSettings, must, newTown, returnUrl, type OwnApp, type Town } from './people.ts';
import { createSurfer, type Seen, type Surfer } from './surfing.ts';
import type { System } from './system.ts';

/** Somebody with their Security tab open. */
export type AtTheTab = {
  readonly town: Town;
  readonly id: string;
  readonly surfer: Surfer;
  readonly tab: Seen;
  readonly pageUrl: string;
};

/** Opens the Security tab of a person who is nobody else. `prepare` is done before, by the application. */
export async function openTab<Prepared = undefined>(
  system: System,
  options: {
    readonly settings?: OwnSettings;
    readonly profile?: object;
    readonly language?: string;
    readonly prepare?: (town: Town, id: string) => Promise<Prepared>;
  } = {},
): Promise<AtTheTab & { readonly prepared: Prepared }> {
  const town = await newTown(system, { ...accountSettings, ...options.settings });
  const id = await town.account(options.profile);
  const prepared = (await options.prepare?.(town, id)) as Prepared;
  const { pageUrl } = await must(town.post(`/v1/accounts/${id}/pages`, { returnUrl }));
  const surfer = createSurfer(system.url, { language: options.language ?? 'en' });
  return { town, id, surfer, pageUrl, tab: await surfer.open(pageUrl), prepared };
}

/** The setup key as the page of an app shows it. */
export const keyOn = ({ markup }: Seen): string =>
  (/<code class="mono">([^<]+)<\/code>/.exec(markup)?.[1] ?? '').replaceAll(' ', '');

/** Turns a kind of method on, or asks for another. */
export const begin = (surfer: Surfer, page: Seen, type: string): Promise<Seen> =>
  surfer.submit({ ...page, markup: formOf(page, type) }, '/enrol/begin');

/** The one form of a page that is about a kind. */
const formOf = ({ markup }: Seen, type: string): string =>
  [...markup.matchAll(/<form [^>]*>[^]*?<\/form>/g)]
    .map(([form]) => form)
    .find((form) => form.includes('/enrol/begin"') && form.includes(`value="${type}"`)) ?? '';

/** Passes the proof that a page asks for, with the code of an app. */
export async function proveByApp(surfer: Surfer, page: Seen, app: OwnApp): Promise<Seen> {
  if (!page.path.endsWith('/prove')) throw new Error(`no proof is asked for on "${page.title}"`);
  return surfer.submit(page, '/prove', { code: app.next() });
}
