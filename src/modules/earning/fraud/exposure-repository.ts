import { sql } from 'kysely';
import { bulkInsert } from '../../../core/database/bulk.ts';
import { queueSql, type Trx } from '../../../core/database/index.ts';
import type { RowOf } from '../../../core/database/rows.ts';
import { formatMoney, moneyFromNumeric } from '../../../core/money.ts';
import type { Release, ReleaseQueue } from './model.ts';

export type ExposureRepository = ReturnType<typeof exposureRepository>;

/** Lock order: any total order, as long as all callers share it. */
const IN_ONE_ORDER = 'order by namespace, currency';

const queueOpen = bulkInsert<ReleaseQueue, string>(
  'exposure_days',
  {
    namespace: ['uuid', ({ namespace }) => namespace],
    currency: ['text', ({ currency }) => currency],
    day: ['date', (_, day) => day],
    released: ['numeric', () => '0'],
  },
  `${IN_ONE_ORDER} on conflict do nothing`,
);

export function exposureRepository() {
  /** Locks what became available on a day until the transaction ends, in one order. Opens the rows that are missing. */
  async function lockDays(
    trx: Trx,
    queues: readonly ReleaseQueue[],
    day: string,
  ): Promise<(ReleaseQueue & { readonly released: bigint })[]> {
    queueOpen(trx, queues, day);
    const { rows } = await sql<RowOf<'exposure_days'>>`
      select * from exposure_days
      where day = ${day} and (namespace, currency) in (
        select
          unnest(${queues.map(({ namespace }) => namespace)}::uuid[]),
          unnest(${queues.map(({ currency }) => currency)}::text[])
      )
      ${sql.raw(IN_ONE_ORDER)}
      for no key update
    `.execute(trx);
    return rows.map(({ namespace, currency, released }) => ({
      namespace,
      currency,
      released: moneyFromNumeric(released, currency),
    }));
  }

  /** Adds releases to days that the caller has locked. The sums follow from what is inserted. */
  function queueReleases(trx: Trx, releases: readonly Release[]): void {
    if (releases.length === 0) return;
    queueSql(trx)`
      with added as (
        insert into exposure_entries (source_id, purchase_id, namespace, currency, day, amount)
        select
          unnest(${releases.map(({ sourceId }) => sourceId)}::uuid[]),
          unnest(${releases.map(({ purchaseId }) => purchaseId)}::uuid[]),
          unnest(${releases.map(({ namespace }) => namespace)}::uuid[]),
          unnest(${releases.map(({ currency }) => currency)}::text[]),
          unnest(${releases.map(({ day }) => day)}::date[]),
          unnest(${releases.map(({ amount, currency }) => formatMoney(amount, currency))}::numeric[])
        returning namespace, currency, day, amount
      )
      update exposure_days set released = released + sums.amount
      from (select namespace, currency, day, sum(amount) as amount from added group by 1, 2, 3) as sums
      where exposure_days.namespace = sums.namespace and exposure_days.currency = sums.currency
        and exposure_days.day = sums.day
    `;
  }

  return { lockDays, queueReleases };
}
