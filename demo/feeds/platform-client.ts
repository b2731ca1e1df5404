import { ApiError, ConnectionError, createClient } from '../../packages/client/src/index.ts';
import { DemoError } from './demo-error.ts';

export type { PlatformClient } from '../../packages/client/src/index.ts';

/** The error of a request or of one item of a batch. */
export type Fault = {
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

/** Where the platform is, and the login of an administrator. */
export type Address = { readonly url: string; readonly email: string; readonly password: string };

const REQUEST_TIMEOUT_MS = 60_000;
/** The number of attempts while the platform is busy. */
const MAX_ATTEMPTS = 8;
/** The statuses of refusals that concern one request only. Any other error ends the demo. */
const REFUSALS_OF_CONTENT = new Set([400, 401, 404, 409, 422]);

/** A client of a running platform. It acts as one administrator, who logs in with the first request. */
export function platformClient({ url, email, password }: Address) {
  return createClient({
    url,
    credentials: { email, password },
    retry: { attempts: MAX_ATTEMPTS },
    timeoutMs: REQUEST_TIMEOUT_MS,
  });
}

/** Returns the response, or the refusal if it concerns this request alone. @throws any other error. */
export async function answerOf<Body>(call: Promise<Body>): Promise<Answer<Body>> {
  try {
    return { ok: true, body: await call };
  } catch (error) {
    if (!(error instanceof ApiError) || !REFUSALS_OF_CONTENT.has(error.status)) throw error;
    // Without a login there is nothing to play.
    if (error.request.endsWith('/auth/login')) throw error;
    return { ok: false, error, isRepeat: error.attempts > 1 };
  }
}

/** A sentence for the person at the terminal. Undefined if the error is a fault of the demo. */
export function explain(error: unknown, { url, email }: Pick<Address, 'url' | 'email'>): string | undefined {
  if (error instanceof DemoError) return error.message;
  if (error instanceof ConnectionError) return explainSilence(error, url);
  if (!(error instanceof ApiError)) return undefined;
  if (error.status === 401 && error.request.endsWith('/auth/login'))
    return `The platform at ${url} refused the login of ${email} (${error.code}): set DEMO_ADMIN_EMAIL and DEMO_ADMIN_PASSWORD to the login of an administrator.`;
  return `The platform refused ${error.request} with ${error.code}: ${reasonOf(error)}`;
}

function explainSilence(error: ConnectionError, url: string): string {
  if (error.cause === undefined) return `The server at ${url} is not ClickNBack (${error.message})`;
  const { code, name } = ((error.cause as Error).cause ?? error.cause) as NodeJS.ErrnoException;
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND'
    ? `There is no platform at ${url}: start it with \`make up\`, and keep it running during the demo.`
    : `The platform at ${url} does not respond any more (${code ?? name}): when it runs again, run the demo again to continue.`;
}

const ID = / [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;

/** The reason of a refusal as text: the violations if the error has any, otherwise its message without ids. */
export function reasonOf(error: Fault): string {
  const violations = violationsOf(error);
  if (violations.length === 0) return error.message.replaceAll(ID, '');
  return violations.map(({ field, reason }) => `${field} ${reason}`).join(', ');
}

export type Violation = { readonly field: string; readonly reason: string };

/** The broken rules where the error names them. */
export function violationsOf({ details }: Fault): readonly Violation[] {
  const { violations } = details as { violations?: readonly Violation[] };
  return Array.isArray(violations) ? violations : [];
}
