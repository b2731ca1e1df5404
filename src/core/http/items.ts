import type { Static, TSchema } from 'typebox';
import { validationError } from '../errors.ts';
import { failure, type Outcome, success } from '../outcome.ts';
import { asDomainError, errorBody, STATUS_OF_KIND } from './errors.ts';
import { MalformedLine } from './json.ts';
import { compileBody, violationsOf } from './validation.ts';

/*
 * Bodies that are lists: each item is checked, worked on and answered by itself, in order.
 */

/** Reads one item of a list body, or says what is wrong with it. */
export function itemReader<Schema extends TSchema>(
  schema: Schema,
): (item: unknown) => Outcome<Static<Schema>> {
  const validate = compileBody(schema);
  return (item) => {
    if (item instanceof MalformedLine) return failure(item.error);
    if (validate(item)) return success(item as Static<Schema>);
    return failure(validationError({ violations: violationsOf(validate.errors ?? []) }));
  };
}

/** Hands the readable items to `work` as one list; the others keep their refusal, at their place. */
export async function workOnItems<Item, Result>(
  items: readonly Outcome<Item>[],
  work: (readable: readonly Item[]) => Promise<readonly Outcome<Result>[]>,
): Promise<readonly Outcome<Result>[]> {
  const readable = items.flatMap((item) => (item.ok ? [item.value] : []));
  const outcomes = (await work(readable)).values();
  return items.map((item) => {
    if (!item.ok) return item;
    const { value } = outcomes.next();
    if (value === undefined) throw new Error('an item of the list was not answered');
    return value;
  });
}

/** An item's refusal, with the status that it would have had as a request of its own. */
export function presentRefusal(error: unknown, requestId: string) {
  const refusal = asDomainError(error, requestId);
  return { status: STATUS_OF_KIND[refusal.kind], error: errorBody(refusal) };
}
