import { crossSiteRequest } from './errors.ts';
import type { App, TokenPair } from './model.ts';

export type SessionCookies = ReturnType<typeof sessionCookies>;

const NAMES = { wallet: 'cnb_wallet', console: 'cnb_console' } as const;
const TOKEN = /^[\w-]+$/;

/**
 * The cookies in which the apps keep their refresh tokens. Scripts cannot read them, and browsers send them only to
 * `/auth`, in requests of the platform's own pages.
 */
export function sessionCookies(isSecure: Readonly<Record<App, boolean>>) {
  /** Browsers accept a name with this prefix only from a page that came over TLS. */
  const nameOf = (app: App) => `${isSecure[app] ? '__Secure-' : ''}${NAMES[app]}`;

  function header(app: App, value: string, maxAge_s: number): string {
    const attributes = `Max-Age=${maxAge_s}; Path=/api/v1/auth; HttpOnly; SameSite=Strict`;
    return `${nameOf(app)}=${value}; ${attributes}${isSecure[app] ? '; Secure' : ''}`;
  }

  /** Sets the cookie of an app for as long as its refresh token is valid. A program (null) needs none. */
  function store(reply: Headers, app: App | null, { refreshToken, refreshTtlSeconds }: TokenPair): void {
    if (app !== null) reply.header('set-cookie', header(app, refreshToken, refreshTtlSeconds));
  }

  function remove(reply: Headers, app: App): void {
    reply.header('set-cookie', header(app, '', 0));
  }

  /**
   * Returns the refresh token, if there is one. Every request that reads the cookie passes here.
   * @throws CROSS_SITE_REQUEST unless the browser says that a page of the same origin sent the request.
   */
  function read(app: App, headers: RequestHeaders): string | undefined {
    if (headers['sec-fetch-site'] !== 'same-origin') throw crossSiteRequest();
    const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
    const values = pairs.flatMap(([name, value = '']) => (name === nameOf(app) ? [value] : []));
    const [token = ''] = values;
    return values.length === 1 && TOKEN.test(token) ? token : undefined;
  }

  return { store, remove, read };
}

type Headers = { readonly header: (name: string, value: string) => unknown };

type RequestHeaders = {
  readonly cookie?: string | undefined;
  readonly 'sec-fetch-site'?: string | readonly string[] | undefined;
};
