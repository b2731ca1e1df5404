import Type, { type Static, type TSchema } from 'typebox';
import { namedViolations, validationError } from '../errors.ts';
import { failure, type Outcome, success } from '../outcome.ts';
import { asDomainError, errorBody, STATUS_OF_KIND } from './errors.ts';
import { RefusedItem } from './json.ts';
import { compileBody, violationsOf } from './validation.ts';

/*
 * List bodies: each item is validated and processed separately, and has its own result, in order.
 */

/** Returns a function that validates one item of a list body. Its outcome is the item or a VALIDATION_ERROR. */
export function itemReader<Schema extends TSchema>(
  schema: Schema,
): (item: unknown) => Outcome<Static<Schema>> {
  const validate = compileBody(schema);
  return (item) => {
    if (item instanceof RefusedItem) return failure(item.error);
    if (validate(item)) return success(item as Static<Schema>);
    return failure(validationError(namedViolations(violationsOf(validate.errors ?? []))));
  };
}

/** Calls `work` with the valid items as one list. Invalid items keep their refusal and their position. */
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

/** The refusal of an item, with the status that a single request would get. */
export function presentRefusal(error: unknown, requestId: string) {
  const refusal = asDomainError(error, requestId);
  return { status: STATUS_OF_KIND[refusal.kind], error: errorBody(refusal) };
}

export const ItemSummary = Type.Object({
  total: Type.Integer(),
  accepted: Type.Integer(),
  duplicates: Type.Integer(),
  refused: Type.Integer(),
});

export function summarizeItems(results: readonly { readonly status: number }[]): Static<typeof ItemSummary> {
  const count = (matches: (status: number) => boolean) =>
    results.filter(({ status }) => matches(status)).length;
  return {
    total: results.length,
    accepted: count((status) => status < 300),
    duplicates: count((status) => status === 409),
    refused: count((status) => status >= 300 && status !== 409),
  };
}

/** The text that identifies an item in the response, such as its external id. Null if missing. */
export function nameOfItem(item: unknown, field: string): string | null {
  if (item instanceof RefusedItem) return nameOfItem(item.item, field);
  if (typeof item !== 'object' || item === null) return null;
  const name: unknown = Reflect.get(item, field);
  return typeof name === 'string' ? name : null;
}
