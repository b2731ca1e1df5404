import { DomainError, type ErrorKind } from '../../../core/errors.ts';
import { failure, type Outcome, success } from '../../../core/outcome.ts';
import {
  type Answered,
  type IdempotentRequest,
  type Json,
  RepeatedRefusal,
  type StoredOutcome,
} from './model.ts';

/** Refusals that are stored as the response; all others mean that the request was not processed, and free the key. */
const ANSWERING_KINDS: ReadonlySet<ErrorKind> = new Set([
  'conflict',
  'unprocessable',
  'invalid',
  'not_found',
  'forbidden',
]);

export function isAnswer(error: unknown): error is DomainError {
  return error instanceof DomainError && ANSWERING_KINDS.has(error.kind);
}

/** What is kept of an outcome; undefined when its key stays free. */
export function toStored(outcome: Outcome<Json>): StoredOutcome | undefined {
  if (outcome.ok) return { answer: outcome.value };
  if (!isAnswer(outcome.error)) return undefined;
  const { kind, code, message, details } = outcome.error;
  return { refusal: { kind, code, message, details } };
}

/** The stored outcome as an answer of the type that its operation gives: the fingerprint has matched that operation. */
export function repeat<Answer extends Json>(stored: StoredOutcome): Outcome<Answered<Answer>> {
  if ('answer' in stored) return success({ answer: stored.answer as Answer, replayed: true });
  const { kind, code, message, details } = stored.refusal;
  return failure(new RepeatedRefusal(kind, code, message, details));
}

/** The same of an outcome that was reached in the same list. One that is no answer applies to the repeat as well. */
export function repeatOutcome<Answer extends Json>(first: Outcome<Answer>): Outcome<Answered<Answer>> {
  if (first.ok) return success({ answer: first.value, replayed: true });
  const stored = toStored(first);
  return stored === undefined ? first : repeat(stored);
}

export function isRepeated(outcome: Outcome<Answered<unknown>>): boolean {
  return outcome.ok ? outcome.value.replayed : outcome.error instanceof RepeatedRefusal;
}

/** Operation and content as one text, the same for any order of the content's fields. */
export function canonicalText({ operation, content }: IdempotentRequest): string {
  return JSON.stringify([operation, content], (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
      : value,
  );
}

/** One text for each caller and key: a key has no line break in it. */
export function nameOf({ callerId, key }: { readonly callerId: string; readonly key: string }): string {
  return `${callerId}\n${key}`;
}
