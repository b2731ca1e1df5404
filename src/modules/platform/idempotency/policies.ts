import { DomainError, type ErrorKind } from '../../../core/errors.ts';
import { failure, type Outcome, success } from '../../../core/outcome.ts';
import {
  type IdempotentRequest,
  type IdempotentResponse,
  type Json,
  RepeatedRefusal,
  type StoredOutcome,
} from './model.ts';

/** The refusals that are stored as the response. Other errors mean that nothing was processed, so the key stays free. */
const STORED_KINDS: ReadonlySet<ErrorKind> = new Set([
  'conflict',
  'unprocessable',
  'invalid',
  'not_found',
  'forbidden',
]);

export function isStoredRefusal(error: unknown): error is DomainError {
  return error instanceof DomainError && STORED_KINDS.has(error.kind);
}

/** The outcome as it is stored. Undefined if the key stays free. */
export function toStored(outcome: Outcome<Json>): StoredOutcome | undefined {
  if (outcome.ok) return { answer: outcome.value };
  if (!isStoredRefusal(outcome.error)) return undefined;
  const { kind, code, message, details } = outcome.error;
  return { refusal: { kind, code, message, details } };
}

/** Replays a stored outcome. The cast is safe because the fingerprint includes the operation, and it matched. */
export function repeat<Body extends Json>(stored: StoredOutcome): Outcome<IdempotentResponse<Body>> {
  if ('answer' in stored) return success({ answer: stored.answer as Body, replayed: true });
  const { kind, code, message, details } = stored.refusal;
  return failure(new RepeatedRefusal(kind, code, message, details));
}

/** Replays an outcome of the same list. An error that is not stored is returned for the repeat as well. */
export function repeatOutcome<Body extends Json>(first: Outcome<Body>): Outcome<IdempotentResponse<Body>> {
  if (first.ok) return success({ answer: first.value, replayed: true });
  const stored = toStored(first);
  return stored === undefined ? first : repeat(stored);
}

export function isRepeated(outcome: Outcome<IdempotentResponse<unknown>>): boolean {
  return outcome.ok ? outcome.value.replayed : outcome.error instanceof RepeatedRefusal;
}

/** Operation and content as one text that does not depend on the order of the content's fields. */
export function canonicalText({ operation, content }: IdempotentRequest): string {
  return JSON.stringify([operation, content], (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
      : value,
  );
}

/** The key of a request in a `Map` and of its advisory lock. Unique, because no idempotency key contains a line break. */
export function requestKey({ callerId, key }: { readonly callerId: string; readonly key: string }): string {
  return `${callerId}\n${key}`;
}
