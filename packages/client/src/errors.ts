import type { ErrorDetails } from './errors.generated.ts';

/** The codes of this version. A newer platform may answer with others: keep a branch for them. */
export type ErrorCode = keyof ErrorDetails;

/** What a refusal consists of, for a whole request and for one item of a batch alike. */
export type Refusal<Code extends ErrorCode = ErrorCode> = {
  readonly code: Code;
  readonly message: string;
  readonly details: ErrorDetails[Code];
};

type Answered = {
  /** The method and path of the request, such as `POST /api/v1/purchases`. */
  readonly request: string;
  /** The HTTP status. */
  readonly status: number;
  /** Names the log line of the request to the operator. */
  readonly requestId: string | undefined;
  /** How often the request was sent. Beyond 1 a conflict may follow from an attempt whose answer was lost. */
  readonly attempts: number;
};

/** A refusal by the platform. `code` decides what `details` has. */
export type ApiError = { [Code in ErrorCode]: Error & Refusal<Code> & Answered }[ErrorCode];

class RefusedRequest extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly details: unknown;
  readonly request: string;
  readonly status: number;
  readonly requestId: string | undefined;
  readonly attempts: number;

  constructor(
    refusal: { readonly code: string; readonly message: string; readonly details: unknown },
    { request, status, requestId, attempts }: Answered,
  ) {
    super(refusal.message);
    this.code = refusal.code;
    this.details = refusal.details;
    this.request = request;
    this.status = status;
    this.requestId = requestId;
    this.attempts = attempts;
  }
}

/** The class, typed so that `error instanceof ApiError` and then `error.code` narrow `error.details`. */
export const ApiError = RefusedRequest as unknown as {
  new (refusal: object, answered: Answered): ApiError;
  readonly prototype: ApiError;
};

/** No answer of a platform. `cause` says why. Without a cause, another server answered. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly request: string;
  readonly attempts: number;

  constructor(
    message: string,
    { request, attempts }: { readonly request: string; readonly attempts: number },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.request = request;
    this.attempts = attempts;
  }
}

/** Whether something that was thrown, or the `error` of an item of a batch, has this code. */
export function hasCode<Code extends ErrorCode>(error: unknown, code: Code): error is Refusal<Code> {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}

/** The refusal in the body of an answer. Undefined if it is none, such as the page of a proxy. */
export function readRefusal(
  body: unknown,
):
  | { readonly code: string; readonly message: string; readonly details: Readonly<Record<string, unknown>> }
  | undefined {
  const { error } = (body ?? {}) as { error?: { code?: unknown; message?: unknown; details?: object } };
  if (typeof error?.code !== 'string' || typeof error.message !== 'string') return undefined;
  return { code: error.code, message: error.message, details: { ...error.details } };
}
