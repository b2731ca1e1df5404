import { createClient, type PlatformClient } from './client.ts';
import type { Session } from './session.ts';
import { proofAskedBy, requestStepUp } from './step-up.ts';

const SESSION_ENDED = ['INVALID_TOKEN', 'TOKEN_REVOKED', 'EXPIRED_TOKEN', 'USER_INACTIVE'];

/** The calls of pages: typed, with the session's token. @throws ApiError, ConnectionError. */
export type Api = Pick<PlatformClient, 'get' | 'post' | 'put' | 'patch' | 'delete'>;

let current: Session | undefined;

/** Called once, before the app renders. */
export function connectApi(session: Session): void {
  current = session;
}

const client = createClient({
  url: globalThis.location?.origin ?? 'http://localhost',
  // Reads are repeated by TanStack Query. Nothing that writes is repeated without its person.
  retry: { attempts: 1 },
  fetch: authorizedFetch,
});

export const api: Api = {
  get: withStepUp(client.get),
  post: withStepUp(client.post),
  put: withStepUp(client.put),
  patch: withStepUp(client.patch),
  delete: withStepUp(client.delete),
};

/** One silent refresh if the token has expired; the session ends if the platform knows it no more. */
export async function authorizedFetch(
  url: string | URL | Request,
  init: RequestInit = {},
): Promise<Response> {
  const used = current?.token();
  const response = await send(url, init, used);
  if (response.status !== 401 || current === undefined) return response;
  if ((await codeOf(response)) !== 'EXPIRED_TOKEN') return ended(response);
  await current.refresh(used);
  const renewed = current.token();
  return renewed === undefined || renewed === used ? response : ended(await send(url, init, renewed));
}

function send(url: string | URL | Request, init: RequestInit, token: string | undefined): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  return globalThis.fetch(url, { ...init, headers });
}

async function ended(response: Response): Promise<Response> {
  const isEnded = response.status === 401 && SESSION_ENDED.includes((await codeOf(response)) ?? '');
  if (isEnded) current?.lost();
  return response;
}

async function codeOf(response: Response): Promise<string | undefined> {
  const body = (await response
    .clone()
    .json()
    .catch(() => undefined)) as { error?: { code?: string } } | undefined;
  return body?.error?.code;
}

/** Asks for the second factor or the password where the platform wants a fresh one, then repeats the call once. */
function withStepUp<Call extends (...request: never[]) => Promise<unknown>>(call: Call): Call {
  return (async (...request: never[]) => {
    try {
      return await call(...request);
    } catch (error) {
      const proof = proofAskedBy(error);
      if (proof === undefined || !(await requestStepUp(proof))) throw error;
      return call(...request);
    }
  }) as Call;
}
