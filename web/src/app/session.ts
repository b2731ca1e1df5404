import { ApiError, ConnectionError, createClient, hasCode } from './client.ts';

export type AppName = 'wallet' | 'console';
export type SessionState = 'unknown' | 'in' | 'out';

/** What the login answers, or that it needs a second factor. */
export type LoginResult = 'in' | { readonly mfaToken: string };
export type SecondFactor = { readonly code: string } | { readonly recovery_code: string };

type Answer = { readonly access_token: string };
type Message = { readonly type: 'token'; readonly token: string } | { readonly type: 'logout' };

/**
 * The session of this tab. The access token lives in memory alone; the refresh token is a cookie that scripts cannot read.
 * Tabs share a session: one refreshes for all (Web Locks), and a logout reaches all (BroadcastChannel).
 */
export function createSession(app: AppName) {
  const lockName = `cnb-${app}-refresh`;
  /** Says that a cookie may be there, so that a first visit asks the platform nothing. It is no secret. */
  const hint = `cnb-${app}-session`;
  const channel = new BroadcastChannel(`cnb-${app}`);
  const listeners = new Set<() => void>();
  let token: string | undefined;
  let state: SessionState = 'unknown';

  const auth = createClient({ url: window.location.origin, retry: { attempts: 1 } });

  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.type === 'token') become('in', data.token);
    else become('out');
  };

  function become(next: SessionState, nextToken?: string): void {
    const changed = state !== next;
    state = next;
    token = nextToken;
    if (next === 'in') localStorage.setItem(hint, 'yes');
    if (next === 'out') localStorage.removeItem(hint);
    if (changed) for (const listener of listeners) listener();
  }

  function accept({ access_token }: Answer): void {
    become('in', access_token);
    post({ type: 'token', token: access_token });
  }

  function post(message: Message): void {
    channel.postMessage(message);
  }

  /** @throws ConnectionError or ApiError if the platform could not decide. */
  async function refresh(used: string | undefined): Promise<void> {
    await alone(lockName, async () => {
      // Another tab, or another request of this one, refreshed while this one waited.
      if (token !== used) return;
      try {
        accept(await auth.post('/auth/refresh', { body: { client: app } }));
      } catch (error) {
        if (!isRefusal(error)) throw error;
        become('out');
      }
    });
  }

  return {
    app,
    state: () => state,
    token: () => token,
    /** Calls back whenever a person came in or went out, in any tab. Returns how to stop. */
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** Finds out whether the cookie of an earlier visit still holds. @throws ConnectionError, ApiError as `refresh`. */
    async resume(): Promise<SessionState> {
      if (state === 'unknown' && localStorage.getItem(hint) === null) become('out');
      if (state === 'unknown') await refresh(undefined);
      return state;
    },
    refresh,
    /** The platform has ended the session. */
    lost: () => become('out'),
    /** @throws ApiError such as INVALID_CREDENTIALS. */
    async logIn(email: string, password: string): Promise<LoginResult> {
      try {
        accept(await auth.post('/auth/login', { body: { email, password, client: app } }));
        return 'in';
      } catch (error) {
        if (error instanceof ApiError && hasCode(error, 'MFA_REQUIRED'))
          return { mfaToken: error.details.mfa_token ?? '' };
        throw error;
      }
    },
    /** @throws ApiError such as INVALID_MFA_CODE. */
    async verify(mfaToken: string, factor: SecondFactor): Promise<void> {
      accept(
        await auth.post('/auth/mfa/verification', { body: { mfa_token: mfaToken, ...factor, client: app } }),
      );
    },
    /** Ends the session here and in all tabs, also where the platform cannot be reached. */
    async logOut(): Promise<void> {
      try {
        await auth.post('/auth/logout', { body: { client: app } });
      } catch (error) {
        if (!(error instanceof ApiError || error instanceof ConnectionError)) throw error;
      } finally {
        post({ type: 'logout' });
        become('out');
      }
    },
  };
}

export type Session = ReturnType<typeof createSession>;

/** One tab at a time. Browsers offer locks over TLS and on localhost; elsewhere a tab may refresh twice, which does no harm. */
function alone(name: string, work: () => Promise<void>): Promise<void> {
  const { locks } = navigator as { locks?: LockManager };
  return locks === undefined ? work() : locks.request(name, work);
}

/** Whether the platform decided that there is no session. Otherwise it was busy or away. */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 429;
}
