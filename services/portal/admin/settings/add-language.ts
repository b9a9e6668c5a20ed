import { ownValue, place } from '#core/settings.ts';
import { builtInEmail, builtInSms } from '#runtime/built-in-templates.ts';
import { findByLocale, localeChain } from '#runtime/locale-chain.ts';
import { valueOf, type FormView } from './form-view.ts';
import type { FormBody } from './read-form.ts';

const localePattern = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/;

/** The built-in text nearest to a locale, to begin from. */
function builtIn<Text>(texts: Readonly<Record<string, Text>>, locale: string): Text {
  const found = localeChain(locale).map((tag) => findByLocale(texts, tag));
  return found.find((text) => text !== undefined) ?? (texts['en'] as Text);
}

/** One more language in the form, with the built-in text in it. */
export function addLanguage(view: FormView, channel: string, form: FormBody): FormView {
  if (channel !== 'sms' && channel !== 'email') return view;
  const name = `add-${channel}`;
  const locale = String(form[name] ?? '').trim();
  if (!localePattern.test(locale)) return { ...view, faults: { [name]: 'must be a locale such as de or pt-BR' } };
  const own = structuredClone(view.own) as Record<string, unknown>;
  const put = (path: string, text: unknown) => {
    const texts = (ownValue(own, path) ?? valueOf(view, path) ?? {}) as Readonly<Record<string, unknown>>;
    if (!Object.hasOwn(texts, locale)) place(own, path, { ...texts, [locale]: text });
  };
  if (channel === 'sms') put('methods.sms.template', builtIn(builtInSms, locale));
  else {
    put('methods.email.subject', builtIn(builtInEmail.subject, locale));
    put('methods.email.template', builtIn(builtInEmail.template, locale));
  }
  return { ...view, own };
}
