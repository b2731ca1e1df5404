import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestPlatform } from '../../../support/platform.ts';
import { openShop } from '../../../support/purchases-shop.ts';

/* Purchases that stay pending beyond their days, by what blocks them. */

const platform = await startTestPlatform({ environment: { DEFAULT_CONFIRMATION_DAYS: '30' } });
const { api, admin, passTime } = platform;
const [usual, closed, off, slow] = [
  await openShop(platform),
  await openShop(platform),
  await openShop(platform),
  await openShop(platform),
];
const leaver = await platform.registerUser();

async function change(method: 'PATCH' | 'PUT', path: string, body: object): Promise<void> {
  const answer = await api(method, path, { token: admin.token, body });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
}

const read = async (path: string) => (await api('GET', `/reports/${path}`, { token: admin.token })).body;

async function overdue() {
  await platform.untilFeedIsComplete();
  await platform.platform.reports.refresh();
  const { overdue } = await read('summary');
  const blocked = overdue.blocked_by.map(
    ({ reason, count, amount }: Record<string, unknown>) => `${count} ${reason} ${amount}`,
  );
  return { count: overdue.count, amount: overdue.amount, oldest: overdue.oldest_at, blocked };
}

test('overdue purchases are counted by what blocks them', async () => {
  const none = { count: 0, amount: '0.00', oldest: null, blocked: [] };
  await usual.buy({ amount: '10.00' });
  await passTime({ hours: 1 });
  const oldest = '2026-03-14T09:26:53Z';
  await closed.buy({ amount: '20.00' });
  await closed.buy({ amount: '20.00', user_id: leaver.id });
  await usual.buy({ amount: '40.00', user_id: leaver.id });
  await off.buy({ amount: '60.00' });
  const lines = [
    { line_id: 'a', amount: '30.00', status: 'pending' },
    { line_id: 'b', amount: '50.00', status: 'approved' },
  ];
  await usual.buy({ amount: '80.00', lines });
  const amended = await usual.buy({ amount: '200.00' });
  await usual.amend(amended.id, { amount: '100.00' });
  const held = await usual.buy({ amount: '1.00' });
  await usual.reverse((await usual.buy()).id);
  await usual.confirm((await usual.buy()).id);
  await change('PATCH', `/merchants/${slow.merchantId}`, { confirmation_days: 60 });
  await slow.buy();

  await change('PATCH', `/merchants/${closed.merchantId}/status`, { status: 'inactive' });
  await change('PATCH', `/users/${leaver.id}/status`, { status: 'inactive' });
  const flag = { enabled: false, scope_type: 'merchant', scope_id: off.merchantId };
  await change('PUT', '/feature-flags/purchase_auto_confirm', flag);
  const { database } = platform;
  await database.transaction(async (trx) => {
    await trx.updateTable('purchases').set({ held: true }).where('id', '=', held.id).execute();
  });

  await passTime({ hours: 30 * 24 - 2 });
  assert.deepEqual(await overdue(), none);
  await passTime({ hours: 1 });
  assert.deepEqual(await overdue(), { count: 1, amount: '0.50', oldest, blocked: ['1 none 0.50'] });
  await passTime({ hours: 1 });
  assert.deepEqual(await overdue(), {
    count: 7,
    amount: '16.50',
    oldest,
    blocked: [
      '2 merchant_inactive 2.00',
      '1 user_inactive 2.00',
      '1 switched_off 3.00',
      '1 pending_lines 4.00',
      '2 none 5.50',
    ],
  });
  const ages = (await read('pending-age')).data;
  assert.deepEqual(
    ages.map((row: Record<string, unknown>) => `${row.from_days}-${row.to_days} ${row.overdue_amount}`),
    ['0-7 0.00', '8-14 0.00', '15-30 16.50', '31-60 0.00', '61-90 0.00', '91-null 0.00'],
  );

  await platform.runJob('auto-confirmation');
  assert.deepEqual((await overdue()).blocked, [
    '2 merchant_inactive 2.00',
    '1 user_inactive 2.00',
    '1 switched_off 3.00',
    '1 pending_lines 4.00',
  ]);
});

test('a flag of a user or of all blocks like that of a merchant', async () => {
  const put = (body: object) => change('PUT', '/feature-flags/purchase_auto_confirm', body);
  const shopper = await platform.registerUser();
  await usual.buy({ user_id: shopper.id, amount: '2.00' });
  await usual.buy({ amount: '4.00' });
  await passTime({ hours: 30 * 24 });
  await put({ enabled: false, scope_type: 'global' });
  const ofShop = async () =>
    (await overdue()).blocked.filter((text: string) => /switched_off|none/.test(text));
  assert.deepEqual(await ofShop(), ['5 switched_off 12.30']);
  await put({ enabled: true, scope_type: 'user', scope_id: shopper.id });
  assert.deepEqual(await ofShop(), ['4 switched_off 12.20', '1 none 0.10']);
});
