import type { CreateMerchantInput, Merchant } from '#app/client.ts';
import { jsonNumber, parseCount } from '#lib/json-number.ts';
import { parseAmount } from '#lib/money.ts';

const MOST_DAYS = 365;

/** A merchant as it is typed. */
export type MerchantDraft = {
  readonly name: string;
  readonly default_cashback_percentage: string;
  readonly confirmation_days: string;
};

export function draftOf(merchant: Merchant | undefined): MerchantDraft {
  return {
    name: merchant?.name ?? '',
    default_cashback_percentage: merchant === undefined ? '' : String(merchant.default_cashback_percentage),
    confirmation_days: merchant === undefined ? '' : String(merchant.confirmation_days ?? ''),
  };
}

export function isRate(typed: string): boolean {
  return parseAmount(typed) !== undefined;
}

export function isDays(typed: string): boolean {
  return typed.trim() === '' || parseCount(typed, 0, MOST_DAYS) !== undefined;
}

/** The request for a draft whose numbers were checked. No days typed means those of the platform. */
export function merchantOf(draft: MerchantDraft): CreateMerchantInput {
  const rate = parseAmount(draft.default_cashback_percentage);
  return {
    name: draft.name.trim(),
    default_cashback_percentage: rate === undefined ? 0 : jsonNumber(rate),
    confirmation_days: parseCount(draft.confirmation_days, 0, MOST_DAYS) ?? null,
  };
}
