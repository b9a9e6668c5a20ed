import { html, type Html } from '../html.ts';
import type { Doors } from './doors.ts';
import { showTime } from './show-time.ts';

type Provider = {
  readonly name: string;
  readonly channel: string;
  readonly working: boolean;
  readonly checkedAt: string;
  readonly reason?: string;
};

const channels: Readonly<Record<string, string>> = { sms: 'SMS', email: 'Email' };

/** The operator's providers, and whether they work. */
export function registerProviders(doors: Doors): void {
  doors.page({ url: '/admin/providers', need: 'settings-or-platform' }, async (desk) => {
    const path = desk.admin.kind === 'platform' ? '/v1/platform/providers' : '/v1/providers';
    const providers = await desk.call<readonly Provider[]>({ method: 'GET', path });
    const row = ({ name, channel, working, checkedAt, reason }: Provider): Html =>
      html`<tr><th scope="row">${name}</th><td>${channels[channel] ?? channel}</td><td><span class="tag ${working ? 'good' : 'bad'}">${working ? 'Working' : 'Not working'}</span>${reason !== undefined && html`<p class="hint">${reason}</p>`}</td><td>${showTime(checkedAt)}</td></tr>`;
    const body = html`<p class="intro">They belong to the operator; tenants put their names in order. A delivery worker asks each once a minute.</p>
${
  providers.length > 0
    ? html`<div class="panel scroll" tabindex="0" role="region" aria-label="Providers"><table><thead><tr><th scope="col">Provider</th><th scope="col">Channel</th><th scope="col">State</th><th scope="col">Asked last</th></tr></thead><tbody>${providers.map(row)}</tbody></table></div>`
    : html`<p class="panel">No delivery worker has told of its providers yet.</p>`
}`;
    return desk.page({ title: 'Providers', body });
  });
}
