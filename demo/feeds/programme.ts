import { hasCode, type Offer } from '../../packages/client/src/index.ts';
import { DemoError } from './demo-error.ts';
import { type Feed, yearsOf } from './feed.ts';
import { answerOf, type PlatformClient } from './platform-client.ts';

/** The terms of the demo offer: 5 percent, at most 3.00 per user and month, so that many customers reach the cap. */
export const TERMS = {
  cashback_type: 'percent',
  cashback_value: 5,
  monthly_cap: 3,
  currency: 'EUR',
} as const;

export type Programme = { readonly merchantId: string; readonly merchantName: string };

/**
 * Creates the feed's merchant with one offer for all years of the feed. Reuses the merchant and offer of an earlier run.
 * @throws DemoError if the merchant has other offers, because the figures would then be different.
 */
export async function openProgramme(client: PlatformClient, feed: Feed): Promise<Programme> {
  const merchantName = `Feed ${feed.name}`;
  const merchantId = await findOrCreateMerchant(client, merchantName);
  const { first, last } = yearsOf(feed);
  const period = { start_date: `${first}-01-01`, end_date: `${last}-12-31` };

  async function hasOffer(): Promise<boolean> {
    const query = { merchant_id: [merchantId], status: ['active' as const] };
    for await (const offer of client.list('/offers', { params: { query } }))
      if (isOurs(offer, period)) return true;
    return false;
  }

  if (await hasOffer()) return { merchantId, merchantName };

  const today = Temporal.Now.plainDateISO('UTC').toString();
  const body = {
    merchant_id: merchantId,
    ...TERMS,
    start_date: period.start_date,
    // An offer that ends in the past is refused, so the offer of an old feed lasts until today.
    end_date: [period.end_date, today].sort().at(-1) ?? today,
  };
  const created = await answerOf(client.post('/offers', { body }));
  // A repeat of the request is refused if the first one created the offer.
  if (created.ok || (created.isRepeat && (await hasOffer()))) return { merchantId, merchantName };
  throw new DemoError(
    `The offer of the demo cannot be made for the merchant "${merchantName}" (${created.error.code}): deactivate the merchant's other offers, or rename the feed's file.`,
  );
}

async function findOrCreateMerchant(client: PlatformClient, name: string): Promise<string> {
  const body = { name, default_cashback_percentage: TERMS.cashback_value };
  const created = await answerOf(client.post('/merchants', { body }));
  if (created.ok) return created.body.id;
  if (hasCode(created.error, 'MERCHANT_ALREADY_EXISTS')) return created.error.details.merchant_id;
  throw new DemoError(`The platform refused the merchant "${name}" (${created.error.code}).`);
}

function isOurs(offer: Offer, period: { readonly start_date: string; readonly end_date: string }): boolean {
  return (
    offer.cashback_type === TERMS.cashback_type &&
    offer.cashback_value === TERMS.cashback_value &&
    offer.monthly_cap_per_user === TERMS.monthly_cap &&
    offer.currency === TERMS.currency &&
    offer.start_date <= period.start_date &&
    offer.end_date >= period.end_date
  );
}
