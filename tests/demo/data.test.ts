import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadDemoData } from '../../demo/data.ts';
import type { Platform } from '../../src/app.ts';
import { verifyLedger } from '../../src/modules/insight/proof/index.ts';
import { runSql } from '../support/database.ts';
import { startTestPlatform } from '../support/platform.ts';

const cutOff = () => Promise.reject(new Error('cut off'));

/** Platforms whose load ends half-way: while purchases are settled, payouts moved, and just before the last step. */
const INTERRUPTIONS: Record<string, (modules: Platform['modules']) => Partial<Platform['modules']>> = {
  'before purchases are settled': ({ purchases }) => ({
    purchases: { ...purchases, client: { ...purchases.client, settlePurchases: cutOff } },
  }),
  'before payouts are moved on': ({ payouts }) => ({
    payouts: { ...payouts, service: { ...payouts.service, movePayouts: cutOff } },
  }),
  'after the last step but one': ({ users }) => ({
    users: { ...users, service: { ...users.service, importUsers: cutOff } },
  }),
};

for (const [when, interrupt] of Object.entries(INTERRUPTIONS)) {
  test(`demo data whose load was interrupted ${when} is completed by the next load, and then not changed`, async () => {
    const { platform, database, clock, createMerchant } = await startTestPlatform({
      // As it is by default.
      environment: { VELOCITY_PURCHASES_PER_USER_DAY: '' },
    });
    // And earlier, between a merchant and its offer.
    await createMerchant({ name: 'Corner Books' });
    const interrupted = { ...platform, modules: { ...platform.modules, ...interrupt(platform.modules) } };
    await assert.rejects(loadDemoData(interrupted, clock, 'EUR'), /cut off/);

    await loadDemoData(platform, clock, 'EUR');

    const completed = await content(database.url);
    assert.deepEqual(completed, {
      merchants: 12,
      offers: 11,
      purchases: ['pending', 'confirmed', 'reversed'],
      amended: { pending: 11, confirmed: 23, reversed: 1 },
      alice_amended: { pending: 5, available: 3 },
      // And the one of the test.
      staff: 6,
      partners: 2,
      keys: 2,
      partner_purchases: 353,
      days: 92,
      holds: ['amount_above_merchant_usual', 'amount_above_user_usual', 'self_report'],
      overdue: 8,
      payouts: { requested: 2, processing: 1, completed: 2, returned: 1, failed: 1, cancelled: 1 },
      debts: 1,
      refusals: ['OFFER_NOT_AVAILABLE', 'USER_NOT_ELIGIBLE'],
      adjustments: 1,
      flags: 1,
    });
    assert.equal((await verifyLedger(database)).faultCount, 0);

    const rows = await countJournal(database.url);
    await loadDemoData(platform, clock, 'EUR');
    assert.deepEqual(await content(database.url), completed);
    assert.deepEqual(await countJournal(database.url), rows);
  });
}

async function content(url: string): Promise<unknown> {
  const [row] = await runSql(
    url,
    `select
      (select count(*)::int from merchants) as merchants,
      (select count(*)::int from offers) as offers,
      (select array_agg(distinct status)::text[] from purchases) as purchases,
      (select jsonb_object_agg(status, count) from (
         select status, count(*)::int from purchases where revision > 0 group by status
       ) as states) as amended,
      (select jsonb_object_agg(bucket, count) from (
         select bucket, count(*)::int from purchase_revisions
         join purchases on purchases.id = purchase_id join users on users.id = user_id
         where email = 'alice@clicknback.com' and reward < reward_before group by bucket
       ) as buckets) as alice_amended,
      (select count(*)::int from partners) as partners,
      (select count(*)::int from partner_keys) as keys,
      (select count(*)::int from purchases where partner_id is not null) as partner_purchases,
      (select count(*)::int from users where cardinality(staff_roles) > 0) as staff,
      (select count(distinct created_at::date)::int from purchases) as days,
      (select array_agg(distinct reason ->> 'rule') from purchase_holds, jsonb_array_elements(reasons) as reason
         where resolution is null) as holds,
      (select count(*)::int from purchases where status = 'pending' and created_at < '2026-02-11') as overdue,
      (select count(*)::int from wallets where available < 0) as debts,
      (select array_agg(distinct code) from refusals) as refusals,
      (select jsonb_object_agg(status, count) from (select status, count(*)::int from payouts group by status) as states)
        as payouts,
      (select count(*)::int from adjustments) as adjustments,
      (select count(*)::int from feature_flags) as flags`,
  );
  return row;
}

function countJournal(url: string) {
  return runSql(
    url,
    'select (select count(*)::int from wallet_entries) as entries, (select count(*)::int from audit_logs) as audit',
  );
}
