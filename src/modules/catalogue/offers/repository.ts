import { type RawBuilder, type SqlBool, sql, type UpdateObject } from 'kysely';
import { pageCounted } from '../../../core/database/counted-page.ts';
import { nameContains } from '../../../core/database/folded-name.ts';
import type { Db, Trx } from '../../../core/database/index.ts';
import { anyOf, type RowOf } from '../../../core/database/rows.ts';
import type { DB } from '../../../core/database/schema.generated.ts';
import { formatMoney, moneyFromNumeric } from '../../../core/money.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { Offer, OfferFilter, OfferOfMerchant, Period } from './model.ts';
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
  'offers.validity',
  'offers.cap_group',
  'offers.cap_refill',
] as const;

const MERCHANT_COLUMNS = ['merchants.name as merchant_name', 'merchants.confirmation_days'] as const;

type OfferRow = Omit<RowOf<'offers'>, 'created_at'>;

export function offerRepository() {
  /** Stores the offer, and returns it with its validity: its days without those that other offers have ruled. */
  async function insert(trx: Trx, offer: Omit<Offer, 'validity'>, now: Temporal.Instant): Promise<Offer> {
    const { terms } = offer;
    const row = await trx
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
        cap_refill: offer.capRefill,
        cap_group: terms.capGroup === offer.id ? null : terms.capGroup,
        validity: sql<string>`tstzmultirange(offer_days(${offer.startDate}, ${offer.endDate})) - (
          select coalesce(range_agg(other.validity), '{}') * tstzmultirange(tstzrange(null, ${now.toString()}))
          from offers as other where other.merchant_id = ${offer.merchantId}
        )`,
        created_at: now.toString(),
      })
      .returning(COLUMNS)
      .executeTakeFirstOrThrow();
    return toOffer(row);
  }

  async function list(db: Db, filter: OfferFilter, page: PageRequest): Promise<PageOf<OfferOfMerchant>> {
    let matching = db.selectFrom('offers').innerJoin('merchants', 'merchants.id', 'offers.merchant_id');
    if (filter.active !== undefined) matching = matching.where('offers.active', '=', filter.active);
    if (filter.merchantIds !== undefined)
      matching = matching.where('offers.merchant_id', '=', anyOf(filter.merchantIds));
    if (filter.from !== undefined) matching = matching.where('offers.end_date', '>=', filter.from);
    if (filter.to !== undefined) matching = matching.where('offers.start_date', '<=', filter.to);
    if (filter.merchantName !== undefined) matching = matching.where(nameContains(filter.merchantName));
    if (filter.visibleOn !== undefined) {
      matching = matching.where(isVisibleOn(filter.visibleOn));
    }
    return pageCounted(
      matching,
      (query) => query.select([...COLUMNS, ...MERCHANT_COLUMNS]).orderBy('offers.id', 'desc'),
      toOfferOfMerchant,
      page,
    );
  }

  async function findAll(db: Db, ids: readonly string[]): Promise<Offer[]> {
    const rows = await db.selectFrom('offers').select(COLUMNS).where('offers.id', '=', anyOf(ids)).execute();
    return rows.map(toOffer);
  }

  /** Returns the offer. With `visibleOn`, only if a shopper can see it on that day. */
  async function find(db: Db, id: string, visibleOn?: string): Promise<OfferOfMerchant | undefined> {
    let query = db
      .selectFrom('offers')
      .innerJoin('merchants', 'merchants.id', 'offers.merchant_id')
      .select([...COLUMNS, ...MERCHANT_COLUMNS])
      .where('offers.id', '=', id);
    if (visibleOn !== undefined) {
      query = query.where(isVisibleOn(visibleOn));
    }
    const row = await query.executeTakeFirst();
    return row && toOfferOfMerchant(row);
  }

  /** Returns all offers of the merchants that rule at some time, also past and future ones. */
  async function findValid(db: Db, merchantIds: readonly string[]): Promise<Offer[]> {
    const rows = await db
      .selectFrom('offers')
      .select(COLUMNS)
      .where('merchant_id', '=', anyOf(merchantIds))
      .where(sql<SqlBool>`not isempty(validity)`)
      .execute();
    return rows.map(toOffer);
  }

  /** Those of the offers whose freed room tops up earlier purchases. */
  async function findRefilling(db: Db, ids: readonly string[]): Promise<string[]> {
    const rows = await db
      .selectFrom('offers')
      .select('id')
      .where('id', '=', anyOf(ids))
      .where('cap_refill', '=', true)
      .execute();
    return rows.map(({ id }) => id);
  }

  async function lock(trx: Trx, id: string): Promise<Offer | undefined> {
    const row = await trx
      .selectFrom('offers')
      .select(COLUMNS)
      .where('id', '=', id)
      .forNoKeyUpdate()
      .executeTakeFirst();
    return row && toOffer(row);
  }

  /** Locks offers against changes until the transaction ends, in the order of their ids. */
  async function lockForShare(trx: Trx, ids: readonly string[]) {
    const { rows } = await sql<{ id: string; validity: string }>`
      select id, validity from offers where id = any(${ids}::uuid[]) order by id for share
    `.execute(trx);
    return new Map(rows.map(({ id, validity }) => [id, parseValidity(validity)]));
  }

  /** Ends the validity at `until`. Its past stays. */
  function stop(trx: Trx, id: string, until: Temporal.Instant): Promise<Offer> {
    return change(trx, id, {
      active: false,
      validity: sql<string>`validity * tstzmultirange(tstzrange(null, ${until.toString()}))`,
    });
  }

  /** Adds what is left of the offer's days from `from` on. */
  function start(trx: Trx, id: string, from: Temporal.Instant): Promise<Offer> {
    return change(trx, id, { active: true, validity: validFrom(from, sql.ref('end_date')) });
  }

  /** Moves the last day on, and with it the validity of an active offer. */
  function extend(trx: Trx, id: string, endDate: string, now: Temporal.Instant): Promise<Offer> {
    const validity = sql<string>`case when active then ${validFrom(now, sql`${endDate}::date`)} else validity end`;
    return change(trx, id, { end_date: endDate, validity });
  }

  async function change(trx: Trx, id: string, changes: UpdateObject<DB, 'offers'>): Promise<Offer> {
    const row = await trx
      .updateTable('offers')
      .set(changes)
      .where('id', '=', id)
      .returning(COLUMNS)
      .executeTakeFirstOrThrow();
    return toOffer(row);
  }

  return { insert, list, find, findAll, findValid, findRefilling, lock, lockForShare, stop, start, extend };
}

function validFrom(from: Temporal.Instant, endDate: RawBuilder<unknown>) {
  return sql<string>`validity
    + tstzmultirange(offer_days(start_date, ${endDate}) * tstzrange(${from.toString()}, null))`;
}

/** `{["2026-03-01 00:00:00+00","2026-04-01 00:00:00+00")}`, as PostgreSQL prints it. */
function parseValidity(text: string): Period[] {
  return [...text.matchAll(/\["?([^",]+)"?,"?([^")]+)"?\)/g)].map(([, from = '', until = '']) => ({
    from: Temporal.Instant.from(from),
    // The day after 9999-12-31 needs a sign.
    until: Temporal.Instant.from(until.replace(/^(?=\d{5})/, '+0')),
  }));
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
      capGroup: row.cap_group ?? row.id,
      monthlyCap: row.monthly_cap === null ? null : moneyFromNumeric(row.monthly_cap, row.currency),
    },
    startDate: row.start_date,
    endDate: row.end_date,
    active: row.active,
    validity: parseValidity(row.validity),
    capRefill: row.cap_refill,
  };
}

function toOfferOfMerchant(
  row: OfferRow & { merchant_name: string; confirmation_days: number | null },
): OfferOfMerchant {
  return { ...toOffer(row), merchantName: row.merchant_name, confirmationDays: row.confirmation_days };
}
