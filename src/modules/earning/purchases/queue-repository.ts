import { sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import type { ReleaseQueue } from '../fraud/index.ts';
import type { Purchase } from './model.ts';
import { columnsOf, NO_ID, type PurchaseRow, toPurchase } from './repository.ts';

/* Confirmed purchases that await the release of their reward. */

export type QueueRepository = ReturnType<typeof queueRepository>;

/** The condition of the index `purchases_awaiting_release`. */
const AWAITING_RELEASE = sql`release_queue is not null and released_at is null and status = 'confirmed'`;

export function queueRepository() {
  /** Those of the queues in which purchases wait. Each lookup reads one row of their index. */
  async function findWaitedQueues(db: Db, queues: readonly ReleaseQueue[]): Promise<ReleaseQueue[]> {
    const { rows } = await sql<ReleaseQueue>`
      select namespace, currency
      from (
        select
          unnest(${queues.map(({ namespace }) => namespace)}::uuid[]) as namespace,
          unnest(${queues.map(({ currency }) => currency)}::text[]) as currency
      ) as queue
      where exists (
        select from purchases where ${AWAITING_RELEASE} and release_queue = queue.namespace and currency = queue.currency
      )
    `.execute(db);
    return rows;
  }

  /** The queues in which purchases wait, from one to the next by their index. */
  async function findQueues(db: Db): Promise<ReleaseQueue[]> {
    const { rows } = await sql<ReleaseQueue>`
      with recursive queue (namespace, currency) as (
        (
          select release_queue, currency from purchases where ${AWAITING_RELEASE}
          order by release_queue, currency limit 1
        )
        union all
        select following.release_queue, following.currency
        from queue cross join lateral (
          select release_queue, currency from purchases
          where ${AWAITING_RELEASE} and (release_queue, currency) > (queue.namespace, queue.currency)
          order by release_queue, currency limit 1
        ) as following
      )
      select namespace, currency from queue
    `.execute(db);
    return rows;
  }

  /** The purchases that wait in a queue, in the order of their confirmation. */
  async function findWaiting(
    db: Db,
    { namespace, currency }: ReleaseQueue,
    { after, limit }: { readonly after: Purchase | undefined; readonly limit: number },
  ): Promise<Purchase[]> {
    const { rows } = await sql<PurchaseRow>`
      select ${columnsOf('purchases')} from purchases
      where ${AWAITING_RELEASE} and release_queue = ${namespace} and currency = ${currency}
        and (confirmed_at, id) > (${after?.confirmedAt?.toString() ?? '-infinity'}, ${after?.id ?? NO_ID})
      order by confirmed_at, id
      limit ${limit}
    `.execute(db);
    return rows.map(toPurchase);
  }

  return { findWaitedQueues, findQueues, findWaiting };
}
