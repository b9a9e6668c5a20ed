import type { FastifyReply } from 'fastify';
import type { AccountAnswer, MethodAnswer } from '#schemas/account-api.ts';
import { attribute, html, type Html, type Part } from '../html.ts';
import type { Desk } from './desk.ts';
import { postForm, textField, type Faults } from './form.ts';
import { showTime } from './show-time.ts';

/** How long a bypass code may live, in seconds. */
export const lifetimes = [
  [900, '15 minutes'],
  [3_600, '1 hour'],
  [14_400, '4 hours'],
  [86_400, '24 hours'],
] as const;

const types: Readonly<Record<string, string>> = {
  totp: 'Authenticator app',
  sms: 'SMS',
  email: 'Email',
  'backup-codes': 'Backup codes',
};

const deeds: Readonly<Record<string, string>> = {
  unlock: 'Locks and failures are ended.',
  reset: 'Every method was taken away.',
  exempt: 'The exemption was changed.',
};

type State = {
  readonly faults?: Faults;
  readonly input?: { readonly until: string };
  readonly bypass?: { readonly code?: string; readonly expiresAt: string };
};

function methodRow({
  type,
  label,
  default: first,
  enrolledAt,
  lastUsedAt,
  codesLeft,
  state,
  lockedUntil,
}: MethodAnswer): Html {
  const tag = {
    active: html`<span class="tag good">Active</span>`,
    locked: html`<span class="tag careful">Locked</span>${lockedUntil && html`<p class="hint">until ${showTime(lockedUntil)}</p>`}`,
    disabled: html`<span class="tag bad">Disabled</span><p class="hint">until it is reset</p>`,
  }[state];
  return html`<tr><th scope="row">${types[type] ?? type}${first && html` <span class="tag own">Default</span>`}${label !== '' && html`<p class="hint">${label}</p>`}</th><td>${tag ?? state}${codesLeft !== undefined && html`<p class="hint">${codesLeft} codes left</p>`}</td><td>${showTime(enrolledAt)}</td><td>${lastUsedAt ? showTime(lastUsedAt) : 'never'}</td></tr>`;
}

function summary({ enforced, enrolmentDueAt, exemptUntil, email, phone, offered }: AccountAnswer): Html {
  const line = (name: string, value: Part) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<dl class="panel facts">${line('Second factor', enforced ? 'demanded' : 'not demanded')}
${enrolmentDueAt && line('To be enrolled by', showTime(enrolmentDueAt))}
${line('Exempt', exemptUntil ? html`until ${showTime(exemptUntil)}` : 'no')}
${line('Email', email ?? 'none')}${line('Phone', phone ?? 'none')}
${line('Offered', offered.map((type) => types[type] ?? type).join(', ') || 'nothing')}</dl>`;
}

const part = (id: string, title: string, about: string, content: Part): Html =>
  html`<section class="part" aria-labelledby="part-${id}"><header><h2 id="part-${id}">${title}</h2><p>${about}</p></header><div class="panel">${content}</div></section>`;

const faultText = (id: string, fault: string | undefined): Part =>
  fault !== undefined && html`<p class="fault" id="${id}-fault" role="alert">${fault}</p>`;

function deedsPart(desk: Desk, account: AccountAnswer, { faults = {}, input }: State): Html {
  const path = `/admin/accounts/${account.id}`;
  const { session } = desk;
  const unlock = postForm(`${path}/unlock`, session, html`<button>Unlock</button>`);
  const exempt = postForm(
    `${path}/exempt`,
    session,
    html`${textField({ name: 'until', label: 'Exempt until (UTC)', type: 'datetime-local', value: input?.until, lengthMax: 16, required: true, fault: faults['until'], focus: faults['until'] !== undefined })}<button>Exempt</button>`,
  );
  const end =
    account.exemptUntil && postForm(`${path}/end-exemption`, session, html`<p></p><button>End the exemption</button>`);
  const bypass = postForm(
    `${path}/bypass-code`,
    session,
    html`<div class="field"><label for="lifetime">The code lives</label><select id="lifetime" name="lifetime">${lifetimes.map(([seconds, words]) => html`<option value="${seconds}"${attribute('selected', seconds === 3_600)}>${words}</option>`)}</select></div><button>Make a bypass code</button>`,
  );
  const reset = postForm(
    `${path}/reset`,
    session,
    html`<label class="choice-line"><input type="checkbox" name="sure" value="yes" required${faults['reset'] && html` aria-invalid="true" aria-describedby="reset-fault" autofocus`}> <span>Yes, take every method away</span></label>${faultText('reset', faults['reset'])}<p></p><button class="danger">Reset account</button>`,
  );
  const erase = postForm(
    `${path}/erase`,
    session,
    html`${textField({ name: 'word', label: 'Type the word “erase” to confirm', lengthMax: 20, required: true, fault: faults['erase'], focus: faults['erase'] !== undefined })}<button class="danger">Erase account</button>`,
  );
  return html`${part('unlock', 'Unlock', 'Ends locks and forgets failures; the methods stay.', unlock)}
${part('bypass', 'Bypass code', 'For somebody who can use none of their methods: one login with one code. Make sure who is asking.', bypass)}
${part('exempt', 'Exemption', 'No second factor is demanded until then, whatever the enforcement says.', html`${exempt}${end}`)}
${part('reset', 'Reset', 'Takes every method and backup code away. The person enrols anew; they are told.', reset)}
${part('erase', 'Erase', 'For good: methods, addresses and everything sealed about the account become unreadable, the log included.', erase)}`;
}

/** An account as support sees it, and what they can do. */
export function sendAccount(desk: Desk, account: AccountAnswer, state: State = {}): FastifyReply {
  const { did } = desk.request.query as { did?: unknown };
  const done = typeof did === 'string' && Object.hasOwn(deeds, did) ? deeds[did] : undefined;
  const { bypass, faults = {} } = state;
  const code =
    bypass &&
    html`<div class="note good" role="status">${
      bypass.code === undefined
        ? html`<p>A bypass code was made, and shown before. It is not shown again; make another if nobody has it.</p>`
        : html`<p>Bypass code, for one login until ${showTime(bypass.expiresAt)}. It is not shown again.</p><p class="row"><strong class="mono big">${bypass.code}</strong><button type="button" class="small-button" data-copy="${bypass.code}" data-copied="Copied" hidden>Copy</button></p>`
    }</div>`;
  const methods =
    account.methods.length > 0
      ? html`<div class="panel scroll" tabindex="0" role="region" aria-label="Methods"><table><thead><tr><th scope="col">Method</th><th scope="col">State</th><th scope="col">Enrolled</th><th scope="col">Last used</th></tr></thead><tbody>${account.methods.map(methodRow)}</tbody></table></div>`
      : html`<p class="panel">No method is enrolled.</p>`;
  const body = html`<p class="intro mono">${account.id}</p>${done && html`<p class="note good" role="status">${done}</p>`}${code}
${summary(account)}<h2>Methods</h2>${methods}${deedsPart(desk, account, state)}<p><a class="button" href="/admin/accounts">Find another account</a></p>`;
  return desk.page({ title: 'Account', body, status: Object.keys(faults).length > 0 ? 422 : 200 });
}
