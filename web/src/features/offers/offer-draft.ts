import type { CreateOfferInput } from '#app/client.ts';
import { jsonNumber } from '#lib/json-number.ts';
import { parseAmount } from '#lib/money.ts';

/** A new offer as it is typed. */
export type OfferDraft = {
  readonly merchant_id: string;
  readonly cashback_type: CreateOfferInput['cashback_type'];
  readonly cashback_value: string;
  readonly currency: string;
  readonly monthly_cap: string;
  readonly start_date: string;
  readonly end_date: string;
};

/** The request for a draft whose numbers were checked. No limit typed means none. */
export function offerOf({ cashback_value, monthly_cap, ...rest }: OfferDraft): CreateOfferInput {
  const value = parseAmount(cashback_value);
  const cap = parseAmount(monthly_cap);
  return {
    ...rest,
    cashback_value: value === undefined ? 0 : jsonNumber(value),
    ...(cap !== undefined && { monthly_cap: jsonNumber(cap) }),
  };
}
