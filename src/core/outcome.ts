import { DomainError } from './errors.ts';

/** The result or the refusal of one item of a list, so that an item can fail alone. */
export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: unknown };

export function success<Value>(value: Value): Outcome<Value> {
  return { ok: true, value };
}

export function failure(error: unknown): Outcome<never> {
  return { ok: false, error };
}

/** Runs a rule for one item. A refusal becomes the outcome of the item, any other error is thrown. */
export function decided<Value>(decide: () => Value): Outcome<Value> {
  try {
    return success(decide());
  } catch (error) {
    if (error instanceof DomainError) return failure(error);
    throw error;
  }
}

/** The code of a refusal, for logs and metrics. `unknown` for any other error. */
export function refusalCode(error: unknown): string {
  return error instanceof DomainError ? error.code : 'unknown';
}

/** Returns the value of a list with one outcome. @throws the error of that outcome. */
export function onlyValue<Value>(outcomes: readonly Outcome<Value>[]): Value {
  const [outcome] = outcomes;
  if (outcome === undefined || outcomes.length !== 1) throw new RangeError('expected exactly one outcome');
  if (!outcome.ok) throw outcome.error;
  return outcome.value;
}
