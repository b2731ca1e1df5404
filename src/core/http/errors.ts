import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { asDatabaseFailure } from '../database/index.ts';
import {
  DomainError,
  defineError,
  type ErrorCode,
  type ErrorKind,
  namedViolations,
  notFound,
  overloaded,
  ruleViolation,
  validationError,
} from '../errors.ts';
import { AnyFields } from './schemas.ts';
import { violationsOf } from './validation.ts';

/** The only place that maps kinds of errors to HTTP statuses. */
export const STATUS_OF_KIND = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  too_large: 413,
  unsupported_media_type: 415,
  unprocessable: 422,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
} as const satisfies Record<ErrorKind, number>;

/** Belongs to no operation, as the path has only other methods. */
export const methodNotAllowed = defineError<{ method: string; allowed: readonly string[] }>(
  'method_not_allowed',
  'METHOD_NOT_ALLOWED',
  'The path does not have this method. `allowed` lists its methods.',
  ({ method, allowed }) => `The path does not have the method ${method}. It has ${allowed.join(', ')}.`,
);

export const payloadTooLarge = defineError(
  'too_large',
  'PAYLOAD_TOO_LARGE',
  'The body is too large for this operation. Send fewer items.',
);

export const unsupportedMediaType = defineError<{ content_encoding?: string }>(
  'unsupported_media_type',
  'UNSUPPORTED_MEDIA_TYPE',
  'The body must be JSON, or NDJSON where the operation accepts it, plain or in gzip.',
);

/** Reveals nothing about the cause. The log has the cause under the request id. */
export const internalError = defineError<{ request_id?: string }>(
  'internal',
  'INTERNAL_ERROR',
  'An unexpected error occurred. Report the request id to the operator.',
);

export const ErrorBody = Type.Object({
  code: Type.String(),
  message: Type.String(),
  details: AnyFields,
});

/** The body of every error response, one component of the API description. */
export const ErrorEnvelope = Type.Object({ error: ErrorBody }, { $id: 'Error' });

/** Describes the response of one status, with an example for each of its codes. */
export function errorResponse(definitions: readonly ErrorCode[]) {
  const examples = definitions.map(({ code, message }) => [
    code,
    { value: { error: { code, message, details: {} } } },
  ]);
  return {
    description: definitions.map(({ code, message }) => `\`${code}\`: ${message}`).join('\n\n'),
    content: { 'application/json': { schema: Type.Ref('Error#'), examples: Object.fromEntries(examples) } },
  };
}

/** Converts any thrown value to a domain error, for a whole request and for one item of a batch alike. */
export function asDomainError(error: unknown, requestId: string): DomainError {
  if (error instanceof DomainError) return error;
  return asDatabaseFailure(error) ?? asFrameworkRefusal(error) ?? internalError({ request_id: requestId });
}

export function errorBody({ code, message, details }: DomainError) {
  return { code, message, details: { ...details } };
}

export function handleError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = asDomainError(error, request.id);
  if (refusal !== error || refusal.cause !== undefined) {
    const level = refusal.kind === 'internal' ? 'error' : refusal.kind === 'unavailable' ? 'warn' : 'debug';
    request.log[level]({ err: error }, refusal.message);
  }
  request.refusal = refusal.code;
  return reply
    .code(STATUS_OF_KIND[refusal.kind])
    .headers(headersOf(refusal))
    .send({ error: errorBody(refusal) });
}

function headersOf({ kind, details }: DomainError): Record<string, string> {
  if (kind === 'unauthenticated') return { 'www-authenticate': 'Bearer' };
  if (kind === 'method_not_allowed') return { allow: (details.allowed as string[]).join(', ') };
  if (kind === 'unsupported_media_type') return { 'accept-encoding': 'gzip' };
  const retryAfterSeconds = details.retry_after_seconds;
  if (typeof retryAfterSeconds === 'number') return { 'retry-after': String(Math.ceil(retryAfterSeconds)) };
  return {};
}

/** Converts Fastify's own errors to our error codes. */
function asFrameworkRefusal(error: unknown): DomainError | undefined {
  const { validation, validationContext, code, statusCode } = (error ?? {}) as FastifyError;
  if (validation !== undefined)
    return validationError(namedViolations(violationsOf(validation, validationContext)));
  switch (code) {
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return validationError({ violations: [{ field: 'body', reason: 'must be complete JSON' }] });
    case 'FST_ERR_BAD_URL':
      return validationError({ violations: [{ field: 'path', reason: 'must be a valid URL path' }] });
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return validationError({ violations: [{ field: 'path', reason: 'is too long' }] });
  }
  switch (statusCode) {
    case 404:
      return notFound('route', 'unknown');
    case 413:
      return payloadTooLarge();
    case 415:
      return unsupportedMediaType();
    case 503:
      return overloaded({ retry_after_seconds: 1 });
  }
  // Any other 4xx of Fastify is a fault of the request.
  const isClientError = statusCode !== undefined && statusCode >= 400 && statusCode < 500;
  return isClientError
    ? ruleViolation({ violations: [{ field: 'request', reason: 'must be a valid HTTP request' }] })
    : undefined;
}
