import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepBooks } from '../../../support/altered-books.ts';
import { openPartner } from '../../../support/partners.ts';
import { openPayoutDesk } from '../../../support/payouts.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { openShop } from '../../../support/purchases-shop.ts';
import { assertReportsAreTrue } from '../../../support/report-truth.ts';

/* The list behind each figure has as many rows as the figure counts. */

const platform = await startTestPlatform();
const { api, admin } = platform;
await keepBooks(platform);
const shop = await openShop(platform);
const debtor = await openPayoutDesk(platform, 0n);
const { id: earned } = await shop.buy({ user_id: debtor.user.id, amount: '400.00' });
await shop.confirm(earned);
await debtor.requested({ amount: '20.00' });
await shop.reverse(earned);
const selfReport = await shop.report({ user_id: debtor.user.id, amount: '12.00' }, debtor.user.token);
assert.equal(selfReport.status, 201);
await platform.passTime({ hours: 24 * 40 });
await shop.buy();
const network = await openPartner(platform);
for (const amount of ['10.00', '-1', '20.00', 'much']) await shop.report({ amount }, network.token);
await platform.platform.refusals.settle();
await assertReportsAreTrue(platform);

const range = 'start_date=2026-01-01&end_date=2026-12-31';
const { body: summary } = await api('GET', '/reports/summary?from=2026-01-01&to=2026-12-31', {
  token: admin.token,
});
const LISTS: Readonly<Record<string, string>> = {
  payouts_due: '/payouts?status=requested&status=processing',
  overdue: '/purchases?overdue=true',
  held: '/purchase-holds?status=open',
  converted: `/purchases?status=confirmed&status=reversed&${range}`,
  refused: `/refusals?from=${summary.refused.since}`,
};

for (const [figure, list] of Object.entries(LISTS))
  test(`${figure} counts the rows of ${list.replace(/=.*/, '=…')}`, async () => {
    const { status, body } = await api('GET', list, { token: admin.token });
    assert.equal(status, 200, JSON.stringify(body));
    assert.ok(body.pagination.total > 0, 'a figure of nothing shows nothing');
    assert.equal(summary[figure].count, body.pagination.total);
  });
