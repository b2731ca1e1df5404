import Type from 'typebox';
import { Page, PageQuery } from '../../../core/http/pagination.ts';
import {
  ActiveStatus,
  CalendarDate,
  Currency,
  Id,
  Input,
  NameOf,
  PartOfName,
  Percentage,
} from '../../../core/http/schemas.ts';
import type { Merchant, MerchantOffer, MerchantView } from './model.ts';

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

export const MerchantViewBody = Type.Object({
  ...MerchantBody.properties,
  active_offer: Type.Union(
    [
      Type.Object({
        id: Id,
        cashback_type: Type.Enum(['percent', 'fixed'], { examples: ['percent'] }),
        cashback_value: Type.Number({ examples: [5] }),
        currency: Currency,
        monthly_cap: Type.Union([Type.Number(), Type.Null()], { examples: [30] }),
        start_date: CalendarDate,
        end_date: CalendarDate,
      }),
      Type.Null(),
    ],
    { description: 'The offer that shoppers see today. Null if there is none.' },
  ),
});

export const MerchantStatus = Type.Object({ id: Id, status: ActiveStatus });

export const MerchantPage = Page(MerchantViewBody);

export function presentMerchant(merchant: Merchant) {
  return {
    id: merchant.id,
    name: merchant.name,
    default_cashback_percentage: merchant.defaultCashbackPercentage,
    confirmation_days: merchant.confirmationDays,
    active: merchant.active,
  };
}

export function presentMerchantView(merchant: MerchantView) {
  return {
    ...presentMerchant(merchant),
    active_offer: merchant.activeOffer && presentOffer(merchant.activeOffer),
  };
}

function presentOffer(offer: MerchantOffer) {
  return {
    id: offer.id,
    cashback_type: offer.cashbackType,
    cashback_value: offer.cashbackValue,
    currency: offer.currency,
    monthly_cap: offer.monthlyCap,
    start_date: offer.startDate,
    end_date: offer.endDate,
  };
}
