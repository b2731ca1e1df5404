import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyLedger } from '../../src/modules/wallets/index.ts';
import { loadDemoData } from '../../src/startup/demo-data.ts';
import { runSql } from '../support/database.ts';
import { startTestPlatform } from '../support/platform.ts';

const { platform, database, clock, createMerchant } = await startTestPlatform();

test('demo data whose load was cut off is completed by the next one, and then left as it is', async () => {
  // A load that got as far as a merchant without its offer, and purchases that were not settled.
  await createMerchant({ name: 'Corner Books' });
  const { purchases } = platform.modules;
  const settlement = { ...purchases.settlement, submit: () => Promise.reject(new Error('cut off')) };
  const cutOff = { ...platform, modules: { ...platform.modules, purchases: { ...purchases, settlement } } };
  await assert.rejects(loadDemoData(cutOff, clock, 'EUR'), /cut off/);

  await loadDemoData(platform, clock, 'EUR');

  const completed = await content();
  assert.deepEqual(completed.offers, [{ merchants: 12, offers: 11 }]);
  assert.deepEqual(
    completed.purchases.map(({ status }) => status),
    ['pending', 'confirmed', 'reversed'],
  );
  assert.equal((await verifyLedger(database.db)).faultCount, 0);

  await loadDemoData(platform, clock, 'EUR');
  assert.deepEqual(await content(), completed);
});

async function content() {
  return {
    offers: await runSql(
      database.url,
      `select count(distinct merchants.id)::int as merchants, count(offers.id)::int as offers
       from merchants left join offers on offers.merchant_id = merchants.id`,
    ),
    purchases: await runSql(
      database.url,
      'select status::text, count(*)::int from purchases group by purchases.status order by purchases.status',
    ),
  };
}
