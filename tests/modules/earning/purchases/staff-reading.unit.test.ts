import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { MerchantClient } from '../../../../src/modules/catalogue/merchants/index.ts';
import type { Purchase } from '../../../../src/modules/earning/purchases/model.ts';
import { staffReading } from '../../../../src/modules/earning/purchases/staff-reading.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import {
  aMerchant,
  aPurchase,
  aReward,
  aUser,
  MERCHANT,
  NOW,
  SHOPPER,
  STRANGER,
} from '../../../support/purchases-builders.ts';

const PARTNER = newId();
const OTHER = newId();
const PAGE = { offset: 0, limit: 20 };

/** Purchases of one shopper, at a merchant that confirms after 30 days and one that confirms after 7. */
function openReading(purchases: readonly Purchase[]) {
  const { kernel } = fakeKernel();
  const asked: unknown[] = [];
  const views = purchases.map((purchase) => ({ purchase, reward: aReward(), merchantName: 'Corner Books' }));
  const merchants = [aMerchant(), aMerchant({ id: OTHER, confirmationDays: 7, active: false })];
  const reading = staffReading({
    ...kernel,
    defaultConfirmationDays: 30,
    users: {
      findUsers: async (_db, ids) => {
        asked.push(ids);
        return new Map([[SHOPPER, aUser()]]);
      },
    },
    partners: {
      findPartnerNames: async (_db, ids) => {
        asked.push(ids);
        return new Map(ids.map((id) => [id, 'Northwind']));
      },
    },
    merchants: fake<MerchantClient>({
      findMerchantIds: async () => [MERCHANT, OTHER],
      findMerchants: async (_db, ids) =>
        new Map(merchants.filter(({ id }) => ids.includes(id)).map((merchant) => [merchant.id, merchant])),
    }),
    listRewardedPurchases: async (filter, page) => {
      asked.push(filter, page);
      return { items: views, total: 41, nextKey: 'next' };
    },
  });
  return { ...reading, asked, views };
}

test('names shoppers and partners, each read once', async () => {
  const reported = [aPurchase({ partnerId: PARTNER }), aPurchase(), aPurchase({ partnerId: PARTNER })];
  const { listForStaff, asked, views } = openReading(reported);
  const filter = { userIds: [SHOPPER], statuses: ['pending'] } as const;

  const page = await listForStaff(filter, PAGE);

  assertEqual(page, {
    items: views.map((view) => ({
      ...view,
      userEmail: 'shopper@example.com',
      partnerName: view.purchase.partnerId && 'Northwind',
      overdueSince: null,
    })),
    total: 41,
    nextKey: 'next',
  });
  assertEqual(asked, [filter, PAGE, [SHOPPER], [PARTNER]]);
});

test('a user who is missing is a fault', async () => {
  await assert.rejects(openReading([aPurchase({ userId: STRANGER })]).listForStaff({}, PAGE), /has no user/);
});

describe('overdue purchases', () => {
  const days = (count: number) => ({ hours: 24 * count });

  test('are those of every merchant, with the days of each, or of the merchants of the filter', async () => {
    const { listForStaff, asked } = openReading([]);
    const windows = [
      { merchantId: MERCHANT, recordedUntil: NOW.subtract(days(30)) },
      { merchantId: OTHER, recordedUntil: NOW.subtract(days(7)) },
    ].toSorted((one, other) => (one.merchantId < other.merchantId ? -1 : 1));

    await listForStaff({ isOverdue: true }, PAGE);
    assertEqual(asked[0], { due: windows });
    await listForStaff({ isOverdue: true, merchantIds: [OTHER] }, PAGE);
    assertEqual(asked[4], {
      merchantIds: [OTHER],
      due: windows.filter(({ merchantId }) => merchantId === OTHER),
    });
    await listForStaff({ isOverdue: undefined }, PAGE);
    assertEqual(asked[8], {});
  });

  test('say since when, unless they are held or settled', async () => {
    const createdAt = NOW.subtract(days(31));
    const cases: readonly (readonly [Purchase, Temporal.Instant | null])[] = [
      [aPurchase({ createdAt }), NOW.subtract(days(1))],
      [aPurchase({ createdAt, merchantId: OTHER }), NOW.subtract(days(24))],
      [aPurchase({ createdAt: NOW.subtract(days(30)) }), NOW],
      [aPurchase({ createdAt: NOW.subtract(days(29)) }), null],
      [aPurchase({ createdAt, held: true }), null],
      [aPurchase({ createdAt, status: 'confirmed' }), null],
    ];
    const { items } = await openReading(cases.map(([purchase]) => purchase)).listForStaff({}, PAGE);
    assertEqual(
      items.map(({ overdueSince }) => overdueSince),
      cases.map(([, since]) => since),
    );
  });
});
