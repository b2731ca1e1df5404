import { describe, test } from 'node:test';
import type { HoldView } from '../../../../src/modules/earning/fraud/model.ts';
import { fraudRoutes } from '../../../../src/modules/earning/fraud/routes.ts';
import type { FraudService } from '../../../../src/modules/earning/fraud/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeCalls } from '../../../support/fakes.ts';
import { aPurchase, aReward, MERCHANT, NOW, SHOPPER, STRANGER } from '../../../support/purchases-builders.ts';
import { assertViolations, serveRoutes, testAccess } from '../../../support/routes.ts';

const purchase = aPurchase({ held: true });
const evidence = { day: '2026-03-14', more_than: 50 };
const open: HoldView = {
  hold: {
    purchase,
    reasons: [{ rule: 'purchases_per_user_day', evidence }],
    heldAt: NOW,
    status: 'open',
    resolvedAt: null,
    resolvedBy: null,
  },
  userEmail: 'shopper@example.com',
  merchantName: 'Corner Books',
  reward: aReward(),
};
const resolved: HoldView = {
  ...open,
  hold: {
    ...open.hold,
    purchase: { ...purchase, status: 'reversed' },
    status: 'reversed',
    resolvedAt: NOW.add({ hours: 1 }),
    resolvedBy: STRANGER,
  },
};
const shown = {
  purchase_id: purchase.id,
  external_id: 'order-1',
  user_id: SHOPPER,
  user_email: 'shopper@example.com',
  merchant_id: MERCHANT,
  merchant_name: 'Corner Books',
  amount: '49.90',
  currency: 'EUR',
  cashback_amount: '2.50',
  purchased_at: '2026-03-14T09:26:53Z',
  purchase_status: 'pending',
  status: 'open',
  reasons: [{ rule: 'purchases_per_user_day', evidence }],
  held_at: '2026-03-14T09:26:53Z',
  resolved_at: null,
  resolved_by: null,
};
const cursor = Buffer.from(purchase.id).toString('base64url');

const { calls, called } = fakeCalls();
const service = fake<FraudService>({
  listHolds: (...query) => called({ items: [open, resolved], total: 41, nextKey: purchase.id }, ...query),
});
const api = await serveRoutes(fraudRoutes(service));
const list = (query = '') => api('GET', `/purchase-holds?${query}`, { token: 'admin' });

testAccess(api, 'GET', '/purchase-holds', ['admin']);

describe('GET /purchase-holds', () => {
  test('answers each hold with its purchase, its reasons and its resolution', async () => {
    assertEqual((await list()).body, {
      data: [
        shown,
        {
          ...shown,
          purchase_status: 'reversed',
          status: 'reversed',
          resolved_at: '2026-03-14T10:26:53Z',
          resolved_by: STRANGER,
        },
      ],
      pagination: { offset: 0, limit: 20, total: 41, next_cursor: cursor },
    });
  });

  test('reads filters and page from the query', async () => {
    await list(`status=released&merchant_id=${MERCHANT}&user_id=${SHOPPER}&limit=1&cursor=${cursor}`);
    assertEqual(calls.at(-1), [
      { statuses: ['released'], merchantIds: [MERCHANT], userIds: [SHOPPER] },
      { offset: 0, limit: 1, after: purchase.id },
    ]);
  });

  for (const [query, field] of [
    ['status=held', 'status'],
    ['merchant_id=1', 'merchant_id'],
    ['user_id=me', 'user_id'],
    ['cursor=abc', 'cursor'],
    ['rule=repeated_order', 'rule'],
  ] as const) {
    test(`refuses ?${query}`, async () => {
      assertViolations(await list(query), [field]);
    });
  }
});
