import Type from 'typebox';
import { Page, PageQuery } from '../../core/http/pagination.ts';
import { ActiveStatus, Id, Input, Percentage } from '../../core/http/schemas.ts';
import type { Merchant } from './model.ts';

/** Starts and ends with something visible, so that names that look alike are alike. */
const Name = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: '^\\S(.*\\S)?$',
  examples: ['Corner Books'],
});

export const NewMerchantBody = Input({
  name: Name,
  default_cashback_percentage: Percentage,
  active: Type.Optional(Type.Boolean({ description: 'True unless said otherwise.' })),
});

export const MerchantChangesBody = Input(
  { name: Type.Optional(Name), default_cashback_percentage: Type.Optional(Percentage) },
  { minProperties: 1 },
);

export const MerchantStatusBody = Input({ status: ActiveStatus });

export const MerchantQuery = PageQuery({ active: Type.Optional(Type.Boolean()) });

export const MerchantBody = Type.Object({
  id: Id,
  name: Name,
  default_cashback_percentage: Percentage,
  active: Type.Boolean(),
});

export const MerchantStatus = Type.Object({ id: Id, status: ActiveStatus });

export const MerchantPage = Page(MerchantBody);

export function presentMerchant(merchant: Merchant) {
  return {
    id: merchant.id,
    name: merchant.name,
    default_cashback_percentage: merchant.defaultCashbackPercentage,
    active: merchant.active,
  };
}
