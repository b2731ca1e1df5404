/**
 * What kind of refusal an error is. The transport maps each kind to its own status, in one table
 * (core/http/errors.ts); the code says which rule refused, and belongs to the module that owns the rule.
 */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'too_large'
  | 'unsupported_media_type'
  | 'unprocessable'
  | 'rate_limited'
  | 'internal'
  | 'unavailable';

export type ErrorDetails = Readonly<Record<string, unknown>>;

export class DomainError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly details: ErrorDetails;

  constructor(kind: ErrorKind, code: string, message: string, details: ErrorDetails) {
    super(message);
    this.name = 'DomainError';
    this.kind = kind;
    this.code = code;
    this.details = details;
  }
}

/** Makes the error of one code. Carries kind, code and message, so that the API reference reads them too. */
export type ErrorDefinition<Details extends ErrorDetails = ErrorDetails> = {
  (...details: Record<never, never> extends Details ? [details?: Details] : [details: Details]): DomainError;
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
};

/** What the API reference says about an error. */
export type ErrorCode = Pick<ErrorDefinition, 'kind' | 'code' | 'message'>;

/**
 * The one way to introduce an error code: `throw nameTaken({ name })`. `message` is for the API reference. `say` names
 * the subject in a response, from details alone: what a caller may not learn is in neither.
 */
export function defineError<Details extends ErrorDetails = Record<never, never>>(
  kind: ErrorKind,
  code: string,
  message: string,
  say: (details: Details) => string = () => message,
): ErrorDefinition<Details> {
  const create = (details: ErrorDetails = {}) =>
    new DomainError(kind, code, say(details as Details), details);
  return Object.assign(create, { kind, code, message }) as ErrorDefinition<Details>;
}

/** One broken rule on one input field; the field is a path such as `details.iban`. */
export type Violation = {
  readonly field: string;
  readonly reason: string;
  /** For a rule with a figure: a word for programs, such as `minimum`, and the figure as text, such as `10.00`. */
  readonly rule?: string;
  readonly limit?: string;
};

/** The maximum in a response: as many as a person fixes at a time. */
const MAX_NAMED_VIOLATIONS = 20;

/** The details of a VALIDATION_ERROR: the first violations, and the number of further ones. */
export function namedViolations(violations: readonly Violation[]): ViolationDetails {
  const more = violations.length - MAX_NAMED_VIOLATIONS;
  return more > 0 ? { violations: violations.slice(0, MAX_NAMED_VIOLATIONS), more } : { violations };
}

type ViolationDetails = { readonly violations: readonly Violation[]; readonly more?: number };

export const validationError = defineError<ViolationDetails>(
  'unprocessable',
  'VALIDATION_ERROR',
  'The request is not valid.',
);

/** A well-formed body that breaks a rule of the domain; all its violations at once. */
export const ruleViolation = defineError<{ violations: readonly Violation[] }>(
  'invalid',
  'VALIDATION_ERROR',
  'The request breaks a rule.',
);

const resourceNotFound = defineError<{ resource_type: string; resource_id: string }>(
  'not_found',
  'NOT_FOUND',
  'The resource does not exist.',
  ({ resource_type: type, resource_id: id }) =>
    `${capitalized(type.replaceAll('_', ' '))} ${id} was not found.`,
);

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `throw notFound('thing', id)`: the id, or the other reference that the caller sent. */
export const notFound = Object.assign(
  (type: string, id: string) => resourceNotFound({ resource_type: type, resource_id: id }),
  { ...resourceNotFound },
);

export const forbidden = defineError<{ reason?: string }>(
  'forbidden',
  'FORBIDDEN',
  'You are not allowed to do this.',
);

export const rateLimited = defineError<{ retry_after_seconds?: number }>(
  'rate_limited',
  'RATE_LIMITED',
  'Too many requests. Try again after the time in `Retry-After`.',
);

/** A queue or a pool is full. Nothing was written. */
export const overloaded = defineError<{ retry_after_seconds?: number }>(
  'unavailable',
  'OVERLOADED',
  'The platform is busy. Nothing was written. Try again shortly.',
);

/** The database cannot be reached. Nothing was written. */
export const serviceUnavailable = defineError<{ retry_after_seconds?: number }>(
  'unavailable',
  'SERVICE_UNAVAILABLE',
  'The platform cannot reach its database. Nothing was written. Try again shortly.',
);

/**
 * COMMIT was sent and its response is missing: the change is done, or not. The platform never repeats it. The client may,
 * because its key makes that safe.
 */
export class OutcomeUnknown extends DomainError {
  constructor(cause: unknown) {
    super(
      'unavailable',
      serviceUnavailable.code,
      'The outcome of the request is unknown. Repeat it with the same external id or Idempotency-Key: if it was done, you get the original answer.',
      { outcome: 'unknown', retry_after_seconds: 2 },
    );
    this.cause = cause;
  }
}
