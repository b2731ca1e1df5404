import { setTimeout as sleep } from 'node:timers/promises';
import { DemoError } from './demo-error.ts';

export type ApiError = {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
};

export type Answer<Body> =
  | { readonly ok: true; readonly body: Body }
  | {
      readonly ok: false;
      readonly error: ApiError;
      /** True if the request was sent before with an unknown outcome, so that the refusal may follow from itself. */
      readonly isRepeat: boolean;
    };

export type PlatformClient = ReturnType<typeof platformClient>;

type Method = 'GET' | 'POST' | 'PATCH';

type Tokens = { readonly access_token: string; readonly refresh_token: string };

/** The access token and the idempotency key of a request. */
type Sender = { readonly accessToken?: string; readonly idempotencyKey?: string };

type RawAnswer = { readonly status: number; readonly body: unknown; readonly isRepeat: boolean };

const REQUEST_TIMEOUT_MS = 60_000;
/** The number of attempts while the platform is busy. Each attempt waits for `Retry-After`. */
const MAX_ATTEMPTS = 8;
const MAX_WAIT_SECONDS = 60;
const BUSY = new Set([429, 503]);
/** The statuses of refusals that concern one request only. Any other error ends the demo. */
const REFUSALS_OF_CONTENT = new Set([400, 404, 409, 422]);

/** A client of a running platform. It acts as one administrator, who logs in with the first request, or for users. */
export function platformClient(options: {
  readonly url: string;
  readonly email: string;
  readonly password: string;
}) {
  const { url, email, password } = options;
  let session: Promise<Tokens> | undefined;

  /** Returns the response or the refusal. @throws DemoError if the platform cannot be used. */
  async function trySend<Body>(method: Method, path: string, body?: unknown): Promise<Answer<Body>> {
    session ??= logIn();
    const used = session;
    let answer = await exchange(method, path, body, { accessToken: (await used).access_token });
    if (answer.status === 401) {
      // The access token has expired. The first request that notices it renews the session for all requests.
      if (session === used) session = used.then(renew);
      answer = await exchange(method, path, body, { accessToken: (await session).access_token });
    }
    return judged(method, path, answer, REFUSALS_OF_CONTENT.has(answer.status));
  }

  /** Sends a request for a user or without a caller. Here 401 is a refusal too. */
  async function trySendFor<Body>(
    sender: Sender,
    method: Method,
    path: string,
    body: unknown,
  ): Promise<Answer<Body>> {
    const answer = await exchange(method, path, body, sender);
    return judged(method, path, answer, REFUSALS_OF_CONTENT.has(answer.status) || answer.status === 401);
  }

  function judged<Body>(method: Method, path: string, answer: RawAnswer, isRefusal: boolean): Answer<Body> {
    if (answer.status < 300) return { ok: true, body: answer.body as Body };
    const error = requireError(answer);
    if (isRefusal) return { ok: false, error, isRepeat: answer.isRepeat };
    throw new DemoError(refusalSentence(method, path, error));
  }

  /** Returns the response. @throws DemoError if the platform refuses the request or cannot be used. */
  async function send<Body>(method: Method, path: string, body?: unknown): Promise<Body> {
    const answer = await trySend<Body>(method, path, body);
    if (answer.ok) return answer.body;
    throw new DemoError(refusalSentence(method, path, answer.error));
  }

  async function logIn(): Promise<Tokens> {
    const answer = await exchange('POST', '/auth/login', { email, password }, {});
    if (answer.status === 200) return answer.body as Tokens;
    const error = requireError(answer);
    if (answer.status !== 401) throw new DemoError(refusalSentence('POST', '/auth/login', error));
    throw new DemoError(
      `The platform at ${url} refused the login of ${email} (${error.code}): set DEMO_ADMIN_EMAIL and DEMO_ADMIN_PASSWORD to the login of an administrator.`,
    );
  }

  async function renew({ refresh_token }: Tokens): Promise<Tokens> {
    const answer = await exchange('POST', '/auth/refresh', { refresh_token }, {});
    return answer.status === 200 ? (answer.body as Tokens) : logIn();
  }

  async function exchange(method: Method, path: string, body: unknown, sender: Sender): Promise<RawAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const { response, text } = await reach(method, path, body, sender);
      if (!BUSY.has(response.status) || attempt === MAX_ATTEMPTS) {
        return { status: response.status, body: parseBody(text), isRepeat: attempt > 1 };
      }
      await sleep(secondsToWait(response) * 1_000);
    }
  }

  async function reach(method: Method, path: string, body: unknown, { accessToken, idempotencyKey }: Sender) {
    try {
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: {
          ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
          ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      return { response, text: await response.text() };
    } catch (error) {
      throw unreachable(error);
    }
  }

  function unreachable(error: unknown): DemoError {
    const { code, name } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED' || code === 'ENOTFOUND') {
      return new DemoError(
        `There is no platform at ${url}: start it with \`make up\`, and keep it running during the demo.`,
      );
    }
    return new DemoError(
      `The platform at ${url} does not respond any more (${code ?? name}): when it runs again, run the demo again to continue.`,
    );
  }

  function requireError({ status, body }: RawAnswer): ApiError {
    const error = (body as { error?: Partial<ApiError> } | null | undefined)?.error;
    if (typeof error?.code === 'string' && typeof error.message === 'string') {
      return { code: error.code, message: error.message, details: error.details ?? {} };
    }
    throw new DemoError(`The server at ${url} is not ClickNBack (status ${status}).`);
  }

  function parseBody(text: string): unknown {
    try {
      return text === '' ? undefined : JSON.parse(text);
    } catch {
      throw new DemoError(`The server at ${url} is not ClickNBack (it does not speak JSON).`);
    }
  }

  return { url, send, trySend, trySendFor };
}

function secondsToWait(response: Response): number {
  const seconds = Number(response.headers.get('retry-after') ?? 1);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), MAX_WAIT_SECONDS) : 1;
}

export function refusalSentence(method: Method, path: string, error: ApiError): string {
  return `The platform refused ${method} ${path} with ${error.code}: ${reasonOf(error)}`;
}

const ID = / [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;

/** The reason of a refusal as text: the violations if the error has any, otherwise its message without ids. */
export function reasonOf(error: ApiError): string {
  const violations = violationsOf(error);
  if (violations.length === 0) return error.message.replaceAll(ID, '');
  return violations.map(({ field, reason }) => `${field} ${reason}`).join(', ');
}

export type Violation = { readonly field: string; readonly reason: string };

/** The broken rules where the error names them. */
export function violationsOf({ details }: ApiError): readonly Violation[] {
  const { violations } = details as { violations?: readonly Violation[] };
  return Array.isArray(violations) ? violations : [];
}
