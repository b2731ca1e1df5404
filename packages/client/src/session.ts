import { ApiError, hasCode } from './errors.ts';
import { type Authorization, jsonOf, type Transport } from './transport.ts';
import type { Tokens } from './types.generated.ts';

/** What proves the second factor: the six digits of the app, or a recovery code. */
export type SecondFactorCode = { readonly code: string } | { readonly recovery_code: string };

export type Login = {
  readonly email: string;
  readonly password: string;
  /** Asked for whenever a login takes a second factor. */
  readonly secondFactor?: () => SecondFactorCode | Promise<SecondFactorCode>;
};

export type SessionOptions = {
  readonly url: string;
  readonly transport: Transport;
  readonly credentials: Login | { readonly tokens: Tokens };
  readonly onTokens: ((tokens: Tokens) => void) | undefined;
};

export type Session = Authorization & {
  /** The present pair, for which it logs in if there is none. */
  readonly tokens: () => Promise<Tokens>;
  /** Ends the session. The next request logs in again. */
  readonly logOut: () => Promise<void>;
};

/** A session of a user: logs in with the first request, and exchanges an expired access token once for all requests. */
export function openSession({ url, transport, credentials, onTokens }: SessionOptions): Session {
  const login = 'email' in credentials ? credentials : undefined;
  let current = 'tokens' in credentials ? Promise.resolve(credentials.tokens) : undefined;

  /** All requests wait for one exchange. `before` is the pair that stays if no exchange took place. */
  function begin(exchange: Promise<Tokens>, before?: Promise<Tokens>): void {
    const pair = exchange.then((tokens) => {
      onTokens?.(tokens);
      return tokens;
    });
    current = pair;
    pair.catch((error) => {
      if (current === pair) current = isRefusal(error) ? undefined : before;
    });
  }

  function tokens(): Promise<Tokens> {
    if (current === undefined) begin(logIn());
    return current as unknown as Promise<Tokens>;
  }

  async function logIn(): Promise<Tokens> {
    if (login === undefined)
      throw new TypeError('the session has ended, and there is no password to log in with');
    const { email, password, secondFactor } = login;
    try {
      return await exchange('/auth/login', { email, password });
    } catch (error) {
      if (!hasCode(error, 'MFA_REQUIRED') || secondFactor === undefined) throw error;
      const proof = await secondFactor();
      return exchange('/auth/mfa/verification', { mfa_token: error.details.mfa_token, ...proof });
    }
  }

  async function refresh({ refresh_token }: Tokens): Promise<Tokens> {
    try {
      return await exchange('/auth/refresh', { refresh_token });
    } catch (error) {
      if (isRefusal(error) && login !== undefined) return logIn();
      throw error;
    }
  }

  async function exchange(path: string, body: object): Promise<Tokens> {
    return (await call(path, body)) as Tokens;
  }

  async function call(path: string, body: object): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    const request = new Request(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const response = await transport.send(request, { isRepeatable: path !== '/auth/mfa/verification' });
    const answer = await jsonOf(response);
    if (!response.ok) throw transport.errorOf(response, answer);
    return answer;
  }

  return {
    tokens,
    async authorize({ headers }) {
      headers.set('authorization', `Bearer ${(await tokens()).access_token}`);
    },
    async renew(refused, code) {
      if (!['EXPIRED_TOKEN', 'INVALID_TOKEN', 'TOKEN_REVOKED'].includes(code ?? '')) return false;
      const used = tokens();
      const pair = await used;
      const isPresent = refused.get('authorization') === `Bearer ${pair.access_token}`;
      // The first request that notices it renews the session for all requests.
      if (isPresent && used === current) begin(refresh(pair), used);
      return true;
    },
    async logOut() {
      const pair = await current?.catch(() => undefined);
      current = undefined;
      if (pair !== undefined) await call('/auth/logout', { refresh_token: pair.refresh_token });
    },
  };
}

/** Whether the platform has refused a login or a refresh token. Otherwise it was busy or away. */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.status < 429;
}
