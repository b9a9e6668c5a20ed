import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountSettings, newTown, returnUrl, type Town } from '../../support/people.ts';
import { begin, keyOn } from '../../support/security-tab.ts';
import { createSurfer, linksOf, type Seen } from '../../support/surfing.ts';
import { startSystem, type System } from '../../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({ kind: 'embedded' });
});
afterAll(() => system.close());

/** Somebody whose login demands an enrolment, at its introduction. */
async function forced(settings = {}) {
  const town = await newTown(system, { ...accountSettings, enforcement: { mode: 'all' }, ...settings });
  const id = await town.account();
  const login = await town.login(id, { returnUrl, state: 's1' });
  const surfer = createSurfer(system.url);
  const home = await surfer.open(login.pageUrl);
  const intro = await surfer.open(`${home.path.replace(/\/enrol$/, '')}/enrol`);
  return { town, id, login, surfer, intro };
}

const backIn = (page: Seen): URL => new URL(linksOf(page).find((link) => link.startsWith(returnUrl)) ?? 'about:blank');

async function enrolApp(town: Town, surfer: ReturnType<typeof createSurfer>, intro: Seen): Promise<Seen> {
  const page = await begin(surfer, intro, 'totp');
  return surfer.submit(page, '/enrol/app', { code: town.codesOf({ secret: keyOn(page) })() });
}

describe('a login that demands a second step of somebody who has none', () => {
  it('says why, lets them choose, and leads back to the application with a result', async () => {
    const { town, login, surfer, intro } = await forced();
    expect(intro.heading).toBe('Example requires a second step');
    const done = await enrolApp(town, surfer, intro);
    expect(done.heading).toBe('Your app is set up');
    const back = backIn(done);
    expect(back.searchParams.get('state')).toBe('s1');
    const code = back.searchParams.get('twofold_code');
    const result = await town.post(`/v1/logins/${login.id}/result`, { code });
    expect(result).toMatchObject({ status: 200, json: { status: 'approved' } });
  });

  it('offers backup codes before the way back, once', async () => {
    const { town, surfer, intro } = await forced();
    const done = await enrolApp(town, surfer, intro);
    const codes = await begin(surfer, done, 'backup-codes');
    expect(codes.heading).toBe('Save your backup codes');
    const ready = await surfer.submit(codes, '/enrol/backup-codes');
    expect(ready.text).toContain('Continue to Example');
    expect(ready.text).not.toContain('Get backup codes as well');
    expect(backIn(ready).searchParams.get('twofold_code')).toBeTruthy();
  });

  it('offers no backup codes where settings do not', async () => {
    const { town, surfer, intro } = await forced({ methods: { backupCodes: { offered: false } } });
    expect((await enrolApp(town, surfer, intro)).text).not.toContain('Get backup codes as well');
  });

  it('comes back to its introduction when a step is given up', async () => {
    const { surfer, intro } = await forced();
    const page = await begin(surfer, intro, 'email');
    expect((await surfer.submit(page, '/enrol/cancel')).heading).toBe('Example requires a second step');
  });

  it('may be given up, which leads back to the application', async () => {
    const { surfer, intro } = await forced();
    expect(intro.headers['content-security-policy']).toContain(`form-action 'self' ${new URL(returnUrl).origin}`);
    const left = await surfer.submit(intro, '/cancel');
    expect(new URL(left.leftTo ?? 'about:blank').searchParams.get('twofold_error')).toBe('canceled');
  });

  it('does not let a foreign form in', async () => {
    const { surfer, intro } = await forced();
    const headers = { origin: 'https://evil.example' };
    const foreign = await surfer.submit(intro, '/enrol/begin', { type: 'totp' }, headers);
    expect(foreign.status).toBe(403);
  });
});
