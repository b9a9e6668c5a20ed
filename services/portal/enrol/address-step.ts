import type { FastifyReply } from 'fastify';
import { normaliseEmail } from '#core/address.ts';
import { Type } from 'typebox';
import { fieldsOf, hiddenFields, onceOf } from '../form.ts';
import { html, type Html } from '../html.ts';
import { sendFirstCode } from './begin.ts';
import { cancelForm } from './cancel-form.ts';
import { faultLine, faultText, fieldState, focused } from './faults.ts';
import { countryOptions, likelyCountry, readNumber, showNumber } from './phone.ts';
import { readStanding, show, type At, type Standing, type TypedAddress } from './place.ts';
import { readStep, type Fault } from './step.ts';
import { enrolWords } from './words/words.ts';

type AddressKind = 'sms' | 'email';

const phoneCharsMax = 40;
const emailCharsMax = 254;
const AddressForm = Type.Object({
  country: Type.Optional(Type.String({ maxLength: 2 })),
  to: Type.String({ maxLength: emailCharsMax }),
});

/** The form for an address: with what was typed, or with the account's own, which its owner may see. */
export async function showAddressStep(
  at: At,
  type: AddressKind,
  shown?: { readonly typed: TypedAddress; readonly fault: Fault },
): Promise<FastifyReply> {
  const { language } = at.session.content;
  const standing = await readStanding(at);
  const kept = readStep(at, 'address', 'code')?.content;
  const again = kept?.type === type ? kept : undefined;
  const typed = shown?.typed ?? again?.typed ?? ownAddress(at, standing, type);
  const fault = shown?.fault ?? (again?.step === 'address' ? again.fault : undefined);
  const words = enrolWords[language];
  const fields = type === 'sms' ? phoneFields(at, typed, fault) : emailField(at, typed, fault);
  const body = html`<p class="lead">${words[type].lead}</p>
<form method="post" action="${at.home}/enrol/${type}">${hiddenFields(at.session)}
${fields}<button class="primary wide">${words.code.send}</button></form>
${cancelForm(at)}`;
  return show(at, { title: words[type].title, body, standing, status: shown ? 422 : 200 });
}

function ownAddress(at: At, { email, phone }: Standing, type: AddressKind): TypedAddress {
  const country = likelyCountry(at.request, at.session.content.language);
  if (type === 'email') return { country: '', text: email ?? '' };
  return { country, text: phone === undefined ? '' : showNumber(phone) };
}

function phoneFields(at: At, { country, text }: TypedAddress, fault: Fault | undefined): Html {
  const { language } = at.session.content;
  const words = enrolWords[language].sms;
  return html`<div class="field"><label for="country">${words.country}</label>
<select id="country" name="country" autocomplete="country">${countryOptions(language, country)}</select></div>
<div class="field"><label for="to">${words.number}</label>
<input id="to" name="to" type="tel" autocomplete="tel" maxlength="${phoneCharsMax}" required value="${text}"${fieldState(fault !== undefined, 'to-fault', 'to-hint')}${focused}>
<p class="hint" id="to-hint">${words.hint}</p>${faultLine('to-fault', fault && faultText(language, fault))}</div>`;
}

function emailField(at: At, { text }: TypedAddress, fault: Fault | undefined): Html {
  const { language } = at.session.content;
  return html`<div class="field"><label for="to">${enrolWords[language].email.address}</label>
<input id="to" name="to" type="email" autocomplete="email" maxlength="${emailCharsMax}" required value="${text}"${fieldState(fault !== undefined, 'to-fault')}${focused}>
${faultLine('to-fault', fault && faultText(language, fault))}</div>`;
}

/** Takes the address that was typed and sends the first code there. */
export async function takeAddress(at: At, type: AddressKind): Promise<FastifyReply> {
  const fields = fieldsOf(at.request, AddressForm);
  const typed = { country: fields?.country ?? '', text: fields?.to ?? '' };
  const to = type === 'sms' ? readNumber(typed) : readEmail(typed.text);
  if (to === undefined)
    return showAddressStep(at, type, { typed, fault: { name: type === 'sms' ? 'number' : 'email' } });
  const sent = await sendFirstCode(at, { want: 'address', type, to, typed }, onceOf(at.request));
  return 'name' in sent ? showAddressStep(at, type, { typed, fault: sent }) : sent;
}

function readEmail(text: string): string | undefined {
  const read = normaliseEmail(text.trim());
  return read.ok ? text.trim() : undefined;
}
