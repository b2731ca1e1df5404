import { sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import type { IdRange, WitnessMismatch } from './model.ts';
import { within } from './ranges-repository.ts';

/* Several sources of one purchase: each witness is a revision, and a duplicate is reversed for a witness. */

/** Witnesses without their revision, matched revisions without their witness, and duplicates that are no witness. */
export async function findWitnessMismatches(db: Db, range: IdRange): Promise<WitnessMismatch[]> {
  const { rows } = await sql<{ purchase_id: string; currency: string; problem: WitnessMismatch['problem'] }>`
    with
    told as (select * from purchase_witnesses where ${within('purchase_id', range)}),
    matched as (
      select
        purchase_revisions.*, purchases.currency,
        coalesce(lag(purchase_revisions.amount) over chain, purchases.amount) as amount_before
      from purchase_revisions join purchases on purchases.id = purchase_id
      where ${within('purchase_id', range)}
      window chain as (partition by purchase_id order by seq)
    ),
    compared as (
      select
        purchase_id,
        coalesce(told.currency, revision.currency) as currency,
        case
          when revision.id is null then 'witness without revision'
          when told.external_id is null then 'revision without witness'
          when revision.amount not in (revision.amount_before, told.amount) then 'amount of no source'
        end as problem
      from told
      full join (select *, version as external_id from matched where cause = 'matched') as revision
        using (purchase_id, namespace, external_id)
      union all
      select id, currency, 'duplicate of nothing'
      from purchases
      where ${within('id', range)} and reversal_reason = 'duplicate'
        and not exists (
          select from purchase_witnesses
          where purchase_witnesses.namespace
              = coalesce(purchases.namespace, partner_id, '00000000-0000-0000-0000-000000000000')
            and purchase_witnesses.external_id = purchases.external_id
        )
    )
    select * from compared where problem is not null order by purchase_id, problem
  `.execute(db);
  return rows.map(({ purchase_id, currency, problem }) => ({ purchaseId: purchase_id, currency, problem }));
}
