import { type SqlBool, sql } from 'kysely';
import { pageCounted } from '../../../core/database/counted-page.ts';
import type { Db, Trx } from '../../../core/database/index.ts';
import { activeRowsLock, anyOf, type RowOf } from '../../../core/database/rows.ts';
import { formatMoney, moneyFromNumeric } from '../../../core/money.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { Offer, OfferFilter, OfferOfMerchant } from './model.ts';
import { formatTermsValue, parseTermsValue } from './terms.ts';

export type OfferRepository = ReturnType<typeof offerRepository>;

const COLUMNS = [
  'offers.id',
  'offers.merchant_id',
  'offers.cashback_type',
  'offers.cashback_value',
  'offers.currency',
  'offers.monthly_cap',
  'offers.start_date',
  'offers.end_date',
  'offers.active',
] as const;

type OfferRow = Omit<RowOf<'offers'>, 'created_at'>;

export function offerRepository() {
  async function insert(trx: Trx, offer: Offer, now: Temporal.Instant): Promise<void> {
    const { terms } = offer;
    await trx
      .insertInto('offers')
      .values({
        id: offer.id,
        merchant_id: offer.merchantId,
        cashback_type: terms.type,
        cashback_value: formatTermsValue(terms),
        currency: terms.currency,
        monthly_cap: terms.monthlyCap === null ? null : formatMoney(terms.monthlyCap, terms.currency),
        start_date: offer.startDate,
        end_date: offer.endDate,
        active: offer.active,
        created_at: now.toString(),
      })
      .execute();
  }

  async function list(db: Db, filter: OfferFilter, page: PageRequest): Promise<PageOf<OfferOfMerchant>> {
    let matching = db.selectFrom('offers').innerJoin('merchants', 'merchants.id', 'offers.merchant_id');
    if (filter.active !== undefined) matching = matching.where('offers.active', '=', filter.active);
    if (filter.merchantId !== undefined)
      matching = matching.where('offers.merchant_id', '=', filter.merchantId);
    if (filter.from !== undefined) matching = matching.where('offers.end_date', '>=', filter.from);
    if (filter.to !== undefined) matching = matching.where('offers.start_date', '<=', filter.to);
    if (filter.visibleOn !== undefined) {
      matching = matching.where(isVisibleOn(filter.visibleOn));
    }
    return pageCounted(
      matching,
      (query) => query.select([...COLUMNS, 'merchants.name as merchant_name']).orderBy('offers.id', 'desc'),
      toOfferOfMerchant,
      page,
    );
  }

  /** Returns the offer. With `visibleOn`, only if a shopper can see it on that day. */
  async function find(db: Db, id: string, visibleOn?: string): Promise<OfferOfMerchant | undefined> {
    let query = db
      .selectFrom('offers')
      .innerJoin('merchants', 'merchants.id', 'offers.merchant_id')
      .select([...COLUMNS, 'merchants.name as merchant_name'])
      .where('offers.id', '=', id);
    if (visibleOn !== undefined) {
      query = query.where(isVisibleOn(visibleOn));
    }
    const row = await query.executeTakeFirst();
    return row && toOfferOfMerchant(row);
  }

  /** Returns all active offers of the merchants, also past and future ones. */
  async function findActive(db: Db, merchantIds: readonly string[]): Promise<Offer[]> {
    const rows = await db
      .selectFrom('offers')
      .select(COLUMNS)
      .where('merchant_id', '=', anyOf(merchantIds))
      .where('active', '=', true)
      .execute();
    return rows.map(toOffer);
  }

  /** Returns the changed offer. Undefined if there is no such offer. */
  async function setActive(trx: Trx, id: string, active: boolean): Promise<Offer | undefined> {
    const row = await trx
      .updateTable('offers')
      .set({ active })
      .where('id', '=', id)
      .returning(COLUMNS)
      .executeTakeFirst();
    return row && toOffer(row);
  }

  return { insert, list, find, findActive, lockActiveForShare: activeRowsLock('offers'), setActive };
}

function isVisibleOn(day: string) {
  return sql<SqlBool>`offers.active and merchants.active
    and ${day}::date between offers.start_date and offers.end_date`;
}

function toOffer(row: OfferRow): Offer {
  return {
    id: row.id,
    merchantId: row.merchant_id,
    terms: {
      offerId: row.id,
      type: row.cashback_type,
      value: parseTermsValue(row.cashback_type, row.cashback_value, row.currency),
      currency: row.currency,
      monthlyCap: row.monthly_cap === null ? null : moneyFromNumeric(row.monthly_cap, row.currency),
    },
    startDate: row.start_date,
    endDate: row.end_date,
    active: row.active,
  };
}

function toOfferOfMerchant(row: OfferRow & { merchant_name: string }): OfferOfMerchant {
  return { ...toOffer(row), merchantName: row.merchant_name };
}
