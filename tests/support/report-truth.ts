import assert from 'node:assert/strict';
import { runSql } from './database.ts';
import { untilFeedIsComplete } from './feed.ts';
import type { startTestPlatform } from './platform.ts';

type TestPlatform = Awaited<ReturnType<typeof startTestPlatform>>;

/** The present reward of `purchases`, as the tables have it. */
const REWARD = `coalesce(
  (select reward from purchase_revisions where purchase_id = purchases.id order by seq desc limit 1),
  (select amount from cashback_transactions where purchase_id = purchases.id)
)`;

const REWARD_STATUS = '(select status from cashback_transactions where purchase_id = purchases.id)';

/** What the tables of purchases, wallets, journal and payouts say, without any sum that the platform keeps. */
const TRUTHS = {
  daily: `
    select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD') as day,
      coalesce(sum(amount) filter (where type = 'cashback_credit'), 0) as recorded,
      coalesce(sum(amount) filter (where type = 'cashback_confirmation'), 0) as confirmed,
      coalesce(sum(amount) filter (where type = 'cashback_reversal'), 0) as reversed
    from wallet_entries
    where wallet_id in (select id from wallets where currency = 'EUR')
      and type in ('cashback_credit', 'cashback_confirmation', 'cashback_reversal')
    group by 1 order by 1`,
  merchants: `
    select merchant_id, count(*)::int as purchases,
      coalesce(sum(${REWARD}) filter (where ${REWARD_STATUS} <> 'reversed'), 0) as cashback,
      round(
        coalesce(sum(${REWARD}) filter (where ${REWARD_STATUS} = 'available'), 0)
          / nullif(sum(${REWARD}) filter (where ${REWARD_STATUS} in ('available', 'reversed')), 0),
        4
      )::float8 as share
    from purchases where currency = 'EUR' group by 1 order by 3 desc, 1 limit 10`,
  pending: `
    select coalesce(sum(${REWARD}), 0) as amount, count(*)::int as count
    from purchases where currency = 'EUR' and ${REWARD_STATUS} = 'pending'`,
  books: `
    select
      (select coalesce(sum(case when from_bucket = 'platform' then -amount when to_bucket = 'platform' then amount else 0 end), 0)
        from wallet_entries where wallet_id in (select id from wallets where currency = 'EUR')) as platform,
      sum(pending) as pending, sum(available) as available, sum(paid) as paid, 0 as difference,
      (select count(*)::int from wallet_entries where wallet_id in (select id from wallets where currency = 'EUR')) as entries
    from wallets where currency = 'EUR'`,
  figures: `
    select
      (select sum(pending) from wallets where currency = 'EUR')
        + (select coalesce(sum(available), 0) from wallets where currency = 'EUR' and available > 0)
        + (select coalesce(sum(amount), 0) from payouts where currency = 'EUR' and status in ('requested', 'processing')) as owed,
      (select count(*)::int from wallets where currency = 'EUR' and (pending > 0 or available > 0)) as owed_count,
      (select coalesce(sum(available), 0) from wallets where currency = 'EUR' and available >= 10) as withdrawable,
      (select count(*)::int from wallets where currency = 'EUR' and available >= 10) as withdrawable_count,
      (select coalesce(-sum(available), 0) from wallets where currency = 'EUR' and available < 0) as owed_to_us,
      (select count(*)::int from wallets where currency = 'EUR' and available < 0) as owed_to_us_count,
      (select coalesce(sum(amount), 0) from payouts where currency = 'EUR' and status in ('requested', 'processing')) as payouts_due,
      (select count(*)::int from payouts where currency = 'EUR' and status in ('requested', 'processing')) as payouts_due_count,
      (select coalesce(sum(${REWARD}), 0) from purchases where currency = 'EUR' and held) as held,
      (select count(*)::int from purchases where currency = 'EUR' and held) as held_count,
      (select coalesce(sum(${REWARD}), 0) from purchases where currency = 'EUR' and ${REWARD_STATUS} = 'available') as converted,
      (select count(*)::int from purchases where currency = 'EUR' and status in ('confirmed', 'reversed')) as converted_count`,
} as const;

/** The days of all that a test does. */
const RANGE = 'from=2025-06-01&to=2027-12-31';

/** Brings the reports up to date, and asserts that each is what plain SQL over the tables says. */
export async function assertReportsAreTrue(platform: TestPlatform): Promise<void> {
  await untilFeedIsComplete(platform.database.url);
  await platform.platform.reports.refresh();
  assert.deepEqual(await reported(platform), await truth(platform));
}

export async function truth(platform: TestPlatform) {
  const read = async (name: keyof typeof TRUTHS) =>
    (await runSql(platform.database.url, TRUTHS[name])).map(withMoney);
  const [figures] = await read('figures');
  const [books] = await read('books');
  const [pending] = await read('pending');
  return { daily: await read('daily'), merchants: await read('merchants'), pending, books, figures };
}

/** Sums are decimals of four digits, and amounts have two. */
function withMoney(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'string' && /^-?\d+(\.\d{4})?$/.test(value)
        ? Number(value).toFixed(2)
        : value === 0 && name === 'difference'
          ? '0.00'
          : value,
    ]),
  );
}

/** The same from the reports of the API. */
export async function reported(platform: TestPlatform) {
  const read = async (path: string) => {
    const answer = await platform.api('GET', `/reports/${path}`, { token: platform.admin.token });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body;
  };
  const daily = (await read(`daily?${RANGE}`)).data.filter(
    ({ recorded, confirmed, reversed }: Record<string, string>) =>
      [recorded, confirmed, reversed].some((amount) => amount !== '0.00'),
  );
  const merchants = (await read(`merchants?${RANGE}`)).data.map((row: Record<string, unknown>) => ({
    merchant_id: row.merchant_id,
    purchases: row.purchases,
    cashback: row.cashback,
    share: row.confirmed_share,
  }));
  const ages: { amount: string; count: number }[] = (await read('pending-age')).data;
  const cents = ages.reduce((sum, { amount }) => sum + Math.round(Number(amount) * 100), 0);
  const pending = {
    amount: (cents / 100).toFixed(2),
    count: ages.reduce((sum, { count }) => sum + count, 0),
  };
  const { platform: given, available, paid, difference, entries, ...rest } = await read('books');
  const books = { platform: given, pending: rest.pending, available, paid, difference, entries };
  const summary = await read(`summary?${RANGE}`);
  const names = ['owed', 'withdrawable', 'owed_to_us', 'payouts_due', 'held', 'converted'];
  const figures = Object.fromEntries(
    names.flatMap((name) => [
      [name, summary[name].amount],
      [`${name}_count`, summary[name].count],
    ]),
  );
  return { daily, merchants, pending, books, figures };
}
