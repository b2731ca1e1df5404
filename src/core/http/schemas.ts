import Type, { type TSchema } from 'typebox';
import { distinct } from '../lists.ts';
import { isCurrency, readMoney } from '../money.ts';

/** The shape of a request body or query, which refuses unknown fields. Responses use `Type.Object` instead. */
export function Input<Properties extends Record<string, TSchema>>(
  properties: Properties,
  options: object = {},
) {
  return Type.Object(properties, { additionalProperties: false, ...options });
}

/** A condition that says which of the properties it needs. Readers of the description expect each of them to be defined. */
export function requiring(...names: readonly string[]) {
  return { properties: Object.fromEntries(names.map((name) => [name, {}])), required: [...names] };
}

/** A UUID in either case. It is converted to lower case, like the ids in the database and in caches. */
export const Id = Type.String({
  format: 'uuid',
  readAs: 'lowerCase',
  examples: ['01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5e'],
});

/** The operator's own reference of a user. It is converted to NFKC, so that it has one spelling. */
export const UserReference = Type.String({
  minLength: 1,
  maxLength: 255,
  format: 'identifier',
  readAs: 'identifier',
  pattern: '^[^\\s\\p{C}]([^\\p{C}]*[^\\s\\p{C}])?$',
  mustBe: 'printable characters on one line without white space at its ends',
  description:
    "The operator's own reference of the user, such as a customer number. Upper and lower case differ.",
  examples: ['customer-1042'],
});

export const IdParams = Input({ id: Id });

/** A name has something visible in it, and no white space at either end. The service compares names by `foldName`. */
export const NameOf = (example: string) =>
  Type.String({
    minLength: 1,
    maxLength: 255,
    pattern: '^(?=.*[^\\p{Cf}\\s])\\S(.*\\S)?$',
    mustBe: 'one line of visible characters without white space at its ends',
    examples: [example],
  });

/** A filter of a list by name. */
export const PartOfName = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 255,
    pattern: '[^\\p{Cf}\\s]',
    mustBe: 'text with a visible character',
    description: 'Any part of the name. Case and repeated white space are ignored.',
    examples: ['books'],
  }),
);

export const Timestamp = Type.String({ format: 'date-time', examples: ['2026-03-14T09:26:53Z'] });

/** A timestamp in a request. It is converted to UTC and truncated to the microsecond. */
export const TimestampInput = Type.String({ ...Timestamp, readAs: 'instant' });

export const CalendarDate = Type.String({ format: 'date', examples: ['2026-03-14'] });

/** An amount or balance in a response. */
export const Money = Type.String({
  pattern: '^-?\\d+(\\.\\d{1,4})?$',
  mustBe: 'an amount such as 10.05',
  examples: ['10.05'],
});

/** An amount in a request, as text or number. `moneyIn` on the object checks it against its currency. */
export const MoneyInput = Type.Unsafe<string | number>({
  type: ['string', 'number'],
  pattern: '^\\d{1,10}(\\.\\d{1,4})?$',
  mustBe: 'a plain decimal such as 49.90, with at most 10 integer digits',
  exclusiveMinimum: 0,
  exclusiveMaximum: 1e10,
  description:
    'A plain decimal above zero, as text or number, with at most 10 integer digits and the decimals of the currency.',
  examples: ['49.90'],
});

/** The same where nothing may be left. Its reader knows the currency and checks the decimals. */
export const MoneyOrZeroInput = Type.Unsafe<string | number>({
  ...MoneyInput,
  minimum: 0,
  exclusiveMinimum: undefined,
  description:
    'A plain decimal, as text or number, with at most 10 integer digits and the decimals of the currency.',
});

/**
 * Converts an amount that `moneyIn` has checked to minor units. Returns 0 for an unknown currency: the rules refuse such a
 * currency before they use the amount.
 */
export function minorUnits(amount: string | number, currency: string): bigint {
  const reading = isCurrency(currency) ? readMoney(amount, currency, { orZero: true }) : { minor: 0n };
  if ('problem' in reading) throw new RangeError(reading.problem);
  return reading.minor;
}

export const Currency = Type.String({
  pattern: '^[A-Z]{3}$',
  mustBe: 'an ISO 4217 currency code such as EUR',
  description: 'ISO 4217 code of a currency that the platform supports.',
  examples: ['EUR'],
});

export const Percentage = Type.Number({
  minimum: 0,
  maximum: 100,
  maxDecimals: 4,
  description: 'Percent, from 0 to 100, with at most 4 decimals.',
  examples: [5],
});

/** An object whose fields depend on something beside it, such as a code. */
export const AnyFields = Type.Object({}, { additionalProperties: true });

export const ActiveStatus = Type.Enum(['active', 'inactive'], { examples: ['active'] });

/** The filter by `active` that these statuses mean. Undefined if both match. */
export function activeOf(statuses: readonly ('active' | 'inactive')[] = []): boolean | undefined {
  const [status, ...others] = distinct(statuses);
  return status === undefined || others.length > 0 ? undefined : status === 'active';
}
