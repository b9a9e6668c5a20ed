/** What an application says to Twofold: three calls for a login, one for the Security tab. */

export type Twofold = {
  /** Makes or finds the account of a user of ours; answers its id. */
  accountOf(user: { readonly id: string; readonly name: string; readonly email: string }): Promise<string>;
  /** 1. After the password: what does this login need? A page, where there is something to do. */
  beginLogin(login: {
    readonly accountId: string;
    readonly returnUrl: string;
    readonly state: string;
  }): Promise<BegunLogin>;
  /** 3. After the page: was it passed? The code came back with the browser, and counts once. */
  wasPassed(loginId: string, code: string): Promise<boolean>;
  /** The page on which a user sets up second factors. */
  securityPage(accountId: string, returnUrl: string): Promise<string>;
};

export type BegunLogin = {
  readonly id: string;
  readonly status: 'second-factor-required' | 'enrolment-required' | 'not-required' | 'locked';
  /** 2. Where to send the browser. */
  readonly pageUrl?: string;
};

/** What Twofold refused; `status` 0 if it could not be reached. */
export class TwofoldRefusal extends Error {
  readonly status: number;
  constructor(status: number, code: string) {
    super(`Twofold refused: ${code}`);
    this.name = 'TwofoldRefusal';
    this.status = status;
  }
}

const callMsMax = 10_000;

/** @param url of the gateway; @param apiKey with the scope `accounts` */
export function createTwofold(url: string, apiKey: string): Twofold {
  async function post<Answer>(path: string, body: object): Promise<Answer> {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(callMsMax),
    }).catch(() => {
      throw new TwofoldRefusal(0, 'unreachable');
    });
    const content = (await answer.json()) as Answer & { code?: string };
    if (!answer.ok) throw new TwofoldRefusal(answer.status, content.code ?? 'unknown');
    return content;
  }
  return {
    async accountOf({ id, name, email }) {
      const account = await post<{ id: string }>('/v1/accounts', { userId: id, accountName: name, email });
      return account.id;
    },
    beginLogin: (login) => post('/v1/logins', login),
    async wasPassed(loginId, code) {
      try {
        const result = await post<{ status: string }>(`/v1/logins/${encodeURIComponent(loginId)}/result`, { code });
        return result.status === 'approved';
      } catch (error) {
        // A code that is wrong, used or too old is no surprise: somebody came back by an old link.
        if (error instanceof TwofoldRefusal && error.status >= 400 && error.status < 500) return false;
        throw error;
      }
    },
    async securityPage(accountId, returnUrl) {
      const page = await post<{ pageUrl: string }>(`/v1/accounts/${accountId}/pages`, { returnUrl });
      return page.pageUrl;
    },
  };
}
