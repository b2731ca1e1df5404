import Type from 'typebox';
import { Page, PageQuery } from '../../../core/http/pagination.ts';
import { ActiveStatus, Id, Input, NameOf, PartOfName, Percentage } from '../../../core/http/schemas.ts';
import type { Merchant } from './model.ts';

const Name = NameOf('Corner Books');

const ConfirmationDays = Type.Union([Type.Integer({ minimum: 0, maximum: 365 }), Type.Null()], {
  description:
    "Days from `created_at` until a purchase is confirmed automatically. Null means the platform's default.",
  examples: [30],
});

export const NewMerchantBody = Input({
  name: Name,
  default_cashback_percentage: Percentage,
  confirmation_days: Type.Optional(ConfirmationDays),
  active: Type.Optional(Type.Boolean({ description: 'Defaults to true.' })),
});

export const MerchantChangesBody = Input(
  {
    name: Type.Optional(Name),
    default_cashback_percentage: Type.Optional(Percentage),
    confirmation_days: Type.Optional(ConfirmationDays),
  },
  { minProperties: 1 },
);

export const MerchantStatusBody = Input({ status: ActiveStatus });

export const MerchantQuery = PageQuery({ active: Type.Optional(Type.Boolean()), name: PartOfName });

export const MerchantBody = Type.Object({
  id: Id,
  name: Name,
  default_cashback_percentage: Percentage,
  confirmation_days: ConfirmationDays,
  active: Type.Boolean(),
});

export const MerchantStatus = Type.Object({ id: Id, status: ActiveStatus });

export const MerchantPage = Page(MerchantBody);

export function presentMerchant(merchant: Merchant) {
  return {
    id: merchant.id,
    name: merchant.name,
    default_cashback_percentage: merchant.defaultCashbackPercentage,
    confirmation_days: merchant.confirmationDays,
    active: merchant.active,
  };
}
