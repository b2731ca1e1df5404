import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import { escapeLike } from '../../../core/database/rows.ts';
import { moneyFromNumeric } from '../../../core/money.ts';
import type { Card, Field, Hit, Kind, Terms } from './model.ts';

export type SearchRepository = ReturnType<typeof searchRepository>;

type HitRow = {
  readonly kind: Kind;
  readonly id: string;
  readonly field: Field;
  readonly match: Hit['match'];
};

type CardRow = Omit<Card, 'amount'> & { readonly amount: string | null };

/** A shorter part of a name has no trigram, so every name would be read. */
const LEAST_PART_OF_NAME = 3;

export function searchRepository() {
  /** Up to `limit` hits of each field. Each is read from an index, whatever the text is. */
  async function find(db: Db, terms: Terms, limit: number): Promise<readonly Hit[]> {
    const { rows } = await sql<HitRow>`
      ${sql.join(
        lookupsOf(terms, limit).map((lookup) => sql`(${lookup})`),
        sql` union all `,
      )}
    `.execute(db);
    return rows;
  }

  /** In any order. */
  async function findCards(db: Db, hits: readonly Pick<Hit, 'kind' | 'id'>[]): Promise<readonly Card[]> {
    const cards = KINDS_WITH_CARDS.flatMap((kind) => {
      const ids = hits.filter((hit) => hit.kind === kind).map(({ id }) => id);
      return ids.length === 0 ? [] : [sql`(${CARDS[kind](ids)})`];
    });
    if (cards.length === 0) return [];
    const { rows } = await sql<CardRow>`${sql.join(cards, sql` union all `)}`.execute(db);
    return rows.map((row) => ({
      ...row,
      amount:
        row.amount === null || row.currency === null ? null : moneyFromNumeric(row.amount, row.currency),
    }));
  }

  return { find, findCards };
}

function lookupsOf(terms: Terms, limit: number): RawBuilder<unknown>[] {
  const { ids, externalIds, orderKey, name, email, text } = terms;
  const externalId = externalIds.at(-1) ?? text;
  const lookups = [
    wholeOf('purchase', 'external_id', sql`external_id = any (${externalIds}::text[])`, limit),
    beginningOf('purchase', 'external_id', sql`external_id`, externalId, limit),
    witnesses(sql`external_id = any (${externalIds}::text[])`, 'whole', sql``, limit),
    beginningOf('user', 'email', sql`email`, email, limit),
    beginningOf('user', 'external_reference', sql`external_reference`, text, limit),
    beginningOf('merchant', 'name', sql`name_folded`, name, limit),
    beginningOf('partner', 'name', sql`name_folded`, name, limit),
    references(text, limit),
  ];
  if (orderKey !== undefined)
    lookups.push(beginningOf('purchase', 'order_id', sql`order_key`, orderKey, limit));
  if (name.length >= LEAST_PART_OF_NAME)
    lookups.push(sql`
      select 'merchant' as kind, id, 'name' as field, 'part' as match from merchants
      where name_folded like ${`%${escapeLike(name)}%`} limit ${limit}
    `);
  if (ids !== undefined)
    for (const kind of KINDS_WITH_CARDS)
      lookups.push(sql`
        select ${kind} as kind, id, 'id' as field, case when ${ids.from} = ${ids.to} then 'whole' else 'beginning' end
        from ${sql.table(TABLES[kind])} where id >= ${ids.from} and id <= ${ids.to} order by id desc limit ${limit}
      `);
  return lookups;
}

function wholeOf(kind: Kind, field: Field, where: RawBuilder<unknown>, limit: number) {
  return sql`
    select ${sql.lit(kind)} as kind, id, ${sql.lit(field)} as field, 'whole' as match
    from ${sql.table(TABLES[kind])} where ${where} limit ${limit}
  `;
}

/**
 * The entries of an index that follow the text, of which those that begin with it are hits. Unlike `like`, it reads `limit`
 * entries at most, whatever the text is. Under another collation than C, beginnings may be missing among them.
 */
function beginningOf(kind: Kind, field: Field, column: RawBuilder<unknown>, text: string, limit: number) {
  return sql`
    select ${sql.lit(kind)} as kind, id, ${sql.lit(field)} as field,
      case when value = ${text} then 'whole' else 'beginning' end as match
    from (
      select id, ${column} as value from ${sql.table(TABLES[kind])}
      where ${column} >= ${text} order by ${column} limit ${limit}
    ) as next
    where starts_with(value, ${text})
  `;
}

/** What another source called a purchase. */
function witnesses(
  where: RawBuilder<unknown>,
  match: Hit['match'],
  order: RawBuilder<unknown>,
  limit: number,
) {
  return sql`
    select 'purchase' as kind, purchase_id as id, 'external_id' as field, ${sql.lit(match)} as match
    from purchase_witnesses where ${where} ${order} limit ${limit}
  `;
}

/** References of transfers at the bank, in the order of bytes, without case. */
function references(text: string, limit: number) {
  return sql`
    select 'payout' as kind, id, 'external_reference' as field,
      case when value = lower(${text}) then 'whole' else 'beginning' end as match
    from (
      select id, lower(external_reference) as value from payouts
      where lower(external_reference) ~>=~ lower(${text}) and external_reference is not null
      order by lower(external_reference) using ~<~ limit ${limit}
    ) as next
    where starts_with(value, lower(${text}))
  `;
}

const TABLES = {
  purchase: 'purchases',
  payout: 'payouts',
  user: 'users',
  merchant: 'merchants',
  partner: 'partners',
  offer: 'offers',
} as const satisfies Record<Kind, string>;

const KINDS_WITH_CARDS = Object.keys(TABLES) as Kind[];

const STATUS = sql`case when active then 'active' else 'inactive' end`;

// One lookup for each row. A join may read users in the order of their ids instead.
const EMAIL = sql`(select email from users where users.id = user_id)`;
const MERCHANT_NAME = sql`(select name from merchants where merchants.id = merchant_id)`;

/** One row for each id. All have the same columns. */
const CARDS: Readonly<Record<Kind, (ids: readonly string[]) => RawBuilder<unknown>>> = {
  purchase: (ids) => sql`
    select 'purchase' as kind, purchases.id, external_id as title,
      ${MERCHANT_NAME} || ', ' || ${EMAIL} as subtitle,
      status::text as status,
      coalesce(
        (select revision.amount from purchase_revisions as revision where purchase_id = purchases.id order by seq desc limit 1),
        purchases.amount
      )::text as amount,
      currency::text as currency
    from purchases where purchases.id = any (${ids}::uuid[])
  `,
  payout: (ids) => sql`
    select 'payout' as kind, payouts.id, coalesce(payouts.external_reference, payouts.id::text) as title,
      ${EMAIL} as subtitle, status::text as status, amount::text as amount, currency::text as currency
    from payouts where payouts.id = any (${ids}::uuid[])
  `,
  user: (ids) => sql`
    select 'user' as kind, id, email as title, external_reference as subtitle, ${STATUS} as status,
      null::text as amount, null::text as currency
    from users where id = any (${ids}::uuid[])
  `,
  merchant: (ids) => sql`
    select 'merchant' as kind, id, name as title, null::text as subtitle, ${STATUS} as status,
      null::text as amount, null::text as currency
    from merchants where id = any (${ids}::uuid[])
  `,
  partner: (ids) => sql`
    select 'partner' as kind, id, name as title, null::text as subtitle, ${STATUS} as status,
      null::text as amount, null::text as currency
    from partners where id = any (${ids}::uuid[])
  `,
  offer: (ids) => sql`
    select 'offer' as kind, offers.id, ${MERCHANT_NAME} as title, start_date || ' to ' || end_date as subtitle,
      case when offers.active then 'active' else 'inactive' end as status, null::text as amount, null::text as currency
    from offers where offers.id = any (${ids}::uuid[])
  `,
};
