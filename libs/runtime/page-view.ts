import type { AccountDocument } from '#core/account-document.ts';
import type { Branding } from '#schemas/account-api.ts';
import { localeOf, openOf, type AccountPlace } from './account-fields.ts';
import type { TenantView } from './tenants.ts';

/** How a tenant appears on pages: its name at least. */
function viewBranding({ settings, document }: TenantView): Branding {
  const { name, logo, colour, supportUrl } = settings.branding;
  return {
    name: name || document.name,
    ...(logo !== '' && { logo }),
    ...(colour !== '' && { colour }),
    ...(supportUrl !== '' && { supportUrl }),
  };
}

/**
 * What a page must know to show itself, beside what it is about: so that one call is enough for each time it is shown.
 *
 * @param back the sealed returnUrl, and the login or page that it was sealed for
 */
export function viewPage(
  place: AccountPlace,
  tenant: TenantView,
  account: AccountDocument,
  back: { readonly thing: string; readonly returnUrl: string | undefined },
) {
  const returnUrl = openOf(place, 'returnUrl', back.thing, back.returnUrl);
  const locale = localeOf(place, account);
  return {
    branding: viewBranding(tenant),
    ...(returnUrl !== undefined && { returnUrl }),
    ...(locale !== undefined && { locale }),
  };
}
