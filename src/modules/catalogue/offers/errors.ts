import { defineError } from '../../../core/errors.ts';

export const activeOfferAlreadyExists = defineError<{
  merchant_id: string;
  offer_id: string | null;
  start_date: string | null;
  end_date: string | null;
}>(
  'conflict',
  'ACTIVE_OFFER_ALREADY_EXISTS',
  'The merchant has another active offer in these dates.',
  ({ merchant_id, offer_id, start_date, end_date }) =>
    offer_id === null
      ? `Merchant ${merchant_id} has another active offer in these dates.`
      : `Merchant ${merchant_id} has the active offer ${offer_id} from ${start_date} to ${end_date}.`,
);
