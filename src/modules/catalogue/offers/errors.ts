import { defineError } from '../../../core/errors.ts';

export const activeOfferAlreadyExists = defineError<{
  merchant_id: string;
  offer_id: string | null;
  start_date: string | null;
  end_date: string | null;
}>('conflict', 'ACTIVE_OFFER_ALREADY_EXISTS', 'The merchant has another active offer in these dates.');
