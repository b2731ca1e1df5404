import Type from 'typebox';
import { Page, PageQuery } from '../../../core/http/pagination.ts';
import { Currency, Id, Input, Money, MoneyOrZeroInput } from '../../../core/http/schemas.ts';
import { facts } from './ceilings.ts';
import { CEILING_SCOPES, type Ceiling } from './model.ts';

const Scope = Type.Enum([...CEILING_SCOPES], { examples: ['partner'] });

const MEANINGS = {
  max_amount: 'The largest purchase that needs no review.',
  max_reward: 'The largest reward that needs no review.',
  daily_pending:
    'The sum of rewards that are recorded on a day (UTC) without review. Each process counts its own.',
  daily_released:
    'The sum of rewards that become available on a day (UTC). Further ones wait for the next day. Null in the scope `merchant`.',
};

const limit = (meaning: string) =>
  Type.Optional(
    Type.Unsafe<string | number | null>({
      ...MoneyOrZeroInput,
      type: ['string', 'number', 'null'],
      description: `${meaning} In \`currency\`. Null states nothing. Defaults to null.`,
    }),
  );

export const CeilingInputBody = Input({
  scope: Scope,
  scope_id: Type.Optional(
    Type.Unsafe<string | null>({
      ...Id,
      type: ['string', 'null'],
      description: 'The id of the partner or merchant. Null for the platform.',
    }),
  ),
  currency: Currency,
  max_amount: limit(MEANINGS.max_amount),
  max_reward: limit(MEANINGS.max_reward),
  daily_pending: limit(MEANINGS.daily_pending),
  daily_released: limit(MEANINGS.daily_released),
});

export const CeilingQuery = PageQuery({});

const stated = (description: string) => Type.Union([Money, Type.Null()], { description });

export const CeilingBody = Type.Object({
  scope: Scope,
  scope_id: Type.Union([Id, Type.Null()]),
  currency: Currency,
  max_amount: stated(MEANINGS.max_amount),
  max_reward: stated(MEANINGS.max_reward),
  daily_pending: stated(MEANINGS.daily_pending),
  daily_released: stated(MEANINGS.daily_released),
});

export const CeilingPage = Page(CeilingBody);

export function presentCeiling(ceiling: Ceiling) {
  const { scope, currency } = ceiling;
  return { scope: scope.type, scope_id: scope.id, currency, ...facts(ceiling) };
}
