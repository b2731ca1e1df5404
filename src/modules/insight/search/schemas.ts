import Type from 'typebox';
import { Currency, Id, Input, Money } from '../../../core/http/schemas.ts';
import { formatMoney } from '../../../core/money.ts';
import { FIELDS, type Found, KINDS } from './model.ts';

export const DEFAULT_HITS = 20;

export const SearchQuery = Input({
  q: Type.String({
    minLength: 1,
    maxLength: 255,
    pattern: '[^\\p{Cf}\\s]',
    mustBe: 'text with a visible character',
    description:
      'A whole field or its beginning. Of an id at least 8 characters, of a merchant also a part of the name.',
    examples: ['order-2026-000123'],
  }),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 50,
      default: DEFAULT_HITS,
      description: `The maximum number of results. Defaults to ${DEFAULT_HITS}.`,
    }),
  ),
});

const nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

const SearchResult = Type.Object({
  type: Type.Enum(KINDS, { examples: ['purchase'] }),
  id: Id,
  title: Type.String({
    description:
      'The external id of a purchase, the reference of a payout, the email address of a user, otherwise a name.',
    examples: ['order-2026-000123'],
  }),
  subtitle: nullable(Type.String({ examples: ['Corner Books, alice@example.com'] })),
  status: Type.String({ examples: ['confirmed'] }),
  amount: nullable(Money),
  currency: nullable(Currency),
  matched_by: Type.Enum(FIELDS, { description: 'The field that matches.', examples: ['external_id'] }),
});

export const SearchResults = Type.Object({ data: Type.Array(SearchResult) });

export function presentResults(found: readonly Found[]) {
  return {
    data: found.map(({ kind, id, title, subtitle, status, amount, currency, field }) => ({
      type: kind,
      id,
      title,
      subtitle,
      status,
      amount: amount === null || currency === null ? null : formatMoney(amount, currency),
      currency,
      matched_by: field,
    })),
  };
}
