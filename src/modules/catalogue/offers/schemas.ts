import Type from 'typebox';
import { Page, PageQuery, Several } from '../../../core/http/pagination.ts';
import {
  ActiveStatus,
  CalendarDate,
  Currency,
  Id,
  Input,
  TimestampInput,
} from '../../../core/http/schemas.ts';
import { formatMoney } from '../../../core/money.ts';
import type { Offer, OfferOfMerchant, ShownOffer } from './model.ts';
import { capNumber, termsNumber } from './terms.ts';

const CashbackType = Type.Enum(['percent', 'fixed'], { examples: ['percent'] });

/** Form alone: the policy checks values, so that terms that are not allowed are answered alike and all at once. */
const TermsNumber = (description: string, examples: number[]) =>
  Type.Number({ maxDecimals: 4, description, examples });

const CashbackValue = TermsNumber(
  'Percent of the purchase, or an amount in `currency`, by `cashback_type`. Above zero, at most 4 decimals.',
  [5],
);

const MonthlyCap = Type.Union([
  TermsNumber(
    'The maximum that a user earns with this offer in a calendar month (UTC), in `currency`. Above zero.',
    [30],
  ),
  Type.Null(),
]);

export const NewOfferBody = Input({
  merchant_id: Id,
  cashback_type: CashbackType,
  cashback_value: CashbackValue,
  currency: Type.Optional(
    Type.String({
      ...Currency,
      description: "The currency of a fixed value and of the cap. Defaults to the platform's first currency.",
    }),
  ),
  start_date: CalendarDate,
  end_date: CalendarDate,
  monthly_cap: Type.Optional(MonthlyCap),
  cap_refill: Type.Optional(
    Type.Boolean({
      description:
        'True if room that a reversal or a smaller amount frees under the cap tops up earlier purchases of the month that the cap has cut, in the order of their recording. Otherwise it serves later purchases alone. Defaults to that of the offer in `continues`, otherwise to false.',
    }),
  ),
  continues: Type.Optional(
    Type.String({
      ...Id,
      description: 'An offer of the merchant whose caps this one counts against. By default it has its own.',
    }),
  ),
});

export const OfferChangesBody = Input({ end_date: CalendarDate });

export const OfferStatusBody = Input({
  status: ActiveStatus,
  effective_from: Type.Optional(
    Type.String({
      ...TimestampInput,
      description: 'An earlier instant from which the status holds, to void a mistake. Defaults to now.',
    }),
  ),
});

export const OfferQuery = PageQuery(
  {
    status: Several(ActiveStatus),
    merchant_id: Several(Id),
    date_from: Type.Optional(CalendarDate),
    date_to: Type.Optional(CalendarDate),
  },
  { date_from: 'date_to' },
);

export const ActiveOfferQuery = PageQuery({
  q: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: '[^\\p{Cf}\\s]',
      mustBe: 'text with a visible character',
      description: 'Any part of the name of the merchant. Case and repeated white space are ignored.',
      examples: ['books'],
    }),
  ),
});

const terms = {
  cashback_type: CashbackType,
  cashback_value: Type.Number({ examples: [5] }),
  currency: Currency,
  start_date: CalendarDate,
  end_date: CalendarDate,
  cap_refill: Type.Boolean({
    description: 'True if freed room under the cap tops up earlier purchases that the cap has cut.',
  }),
};

const Cap = Type.Union([Type.Number(), Type.Null()], { examples: [30] });

const MerchantName = Type.String({ examples: ['Corner Books'] });

export const OfferBody = Type.Object({
  id: Id,
  merchant_id: Id,
  ...terms,
  monthly_cap_per_user: Cap,
  status: ActiveStatus,
});

export const ActiveOfferBody = Type.Object({
  id: Id,
  merchant_id: Id,
  merchant_name: MerchantName,
  ...terms,
  monthly_cap: Cap,
});

export const OfferDetailBody = Type.Object({ ...ActiveOfferBody.properties, status: ActiveStatus });

export const OfferStatus = Type.Object({ id: Id, status: ActiveStatus });

const ListedOfferBody = Type.Object({ ...OfferBody.properties, merchant_name: MerchantName });

export const OfferPage = Page(ListedOfferBody);

const ShownOfferBody = Type.Object({
  ...ActiveOfferBody.properties,
  confirmation_days: Type.Integer({
    description: 'Days until a purchase is confirmed automatically.',
    examples: [30],
  }),
  cap_left: Type.Union([Type.Number(), Type.Null()], {
    description: 'The rest of the cap that is yours this calendar month (UTC). Null without a cap.',
    examples: [12.5],
  }),
});

export const ActiveOfferPage = Page(ShownOfferBody);

export function presentOffer(offer: Offer) {
  return {
    id: offer.id,
    merchant_id: offer.merchantId,
    ...presentTerms(offer),
    monthly_cap_per_user: capNumber(offer.terms),
    status: presentStatus(offer),
  };
}

export function presentListedOffer(offer: OfferOfMerchant) {
  return { ...presentOffer(offer), merchant_name: offer.merchantName };
}

export function presentActiveOffer(offer: Offer & { readonly merchantName: string }) {
  return {
    id: offer.id,
    merchant_id: offer.merchantId,
    merchant_name: offer.merchantName,
    ...presentTerms(offer),
    monthly_cap: capNumber(offer.terms),
  };
}

export function presentShownOffer(offer: ShownOffer) {
  const { capLeft, terms } = offer;
  return {
    ...presentActiveOffer(offer),
    confirmation_days: offer.confirmationDays,
    cap_left: capLeft === null ? null : Number(formatMoney(capLeft, terms.currency)),
  };
}

export function presentOfferDetail(offer: OfferOfMerchant) {
  return { ...presentActiveOffer(offer), status: presentStatus(offer) };
}

function presentTerms({ terms, startDate, endDate, capRefill }: Offer) {
  return {
    cashback_type: terms.type,
    cashback_value: termsNumber(terms),
    currency: terms.currency,
    start_date: startDate,
    end_date: endDate,
    cap_refill: capRefill,
  };
}

function presentStatus({ active }: Offer): 'active' | 'inactive' {
  return active ? 'active' : 'inactive';
}
