import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { MerchantClient } from '../../../../src/modules/catalogue/merchants/index.ts';
import type { PurchaseView } from '../../../../src/modules/earning/purchases/index.ts';
import type { PendingGroup } from '../../../../src/modules/insight/own-purchases/model.ts';
import type { OwnPurchasesRepository } from '../../../../src/modules/insight/own-purchases/repository.ts';
import { ownPurchasesService } from '../../../../src/modules/insight/own-purchases/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import { aMerchant, aPurchase, aReward, MERCHANT, SHOPPER } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

const PAGE = { offset: 0, limit: 20 };

function open(
  views: readonly PurchaseView[],
  given: {
    readonly repository?: Partial<OwnPurchasesRepository>;
    readonly merchant?: Parameters<typeof aMerchant>[0];
    readonly isSwitchedOn?: boolean;
  } = {},
) {
  const asked: unknown[] = [];
  const service = ownPurchasesService({
    ...fakeKernel().kernel,
    defaultConfirmationDays: 30,
    repository: fake<OwnPurchasesRepository>(given.repository),
    purchases: {
      listRewardedPurchases: async (...query) => {
        asked.push(...query);
        return { items: views, total: 41, nextKey: 'next' };
      },
    },
    merchants: fake<MerchantClient>({
      findMerchants: async () => new Map([[MERCHANT, aMerchant(given.merchant)]]),
    }),
    flags: {
      evaluateFlags: async (_db, key, subjects) => {
        asked.push(key, subjects);
        return subjects.map(() => given.isSwitchedOn ?? true);
      },
    },
  });
  return { ...service, asked };
}

function aView(status: 'pending' | 'available' | 'reversed', fields = {}): PurchaseView {
  return { purchase: aPurchase(fields), reward: aReward({ status }), merchantName: 'Corner Books' };
}

describe('a list of own purchases', () => {
  test('is that of the shopper, with the day of each pending one', async () => {
    const [one, held, reversed] = [aView('pending'), aView('pending'), aView('reversed')];
    const findBlocked: OwnPurchasesRepository['findBlocked'] = async () => new Set([held.purchase.id]);
    const { listOwnPurchases, asked } = open([one, held, reversed], { repository: { findBlocked } });
    const { items, total, nextKey } = await listOwnPurchases(SHOPPER, { statuses: ['pending'] }, PAGE);
    assertEqual([total, nextKey], [41, 'next']);
    assertEqual(items, [
      { ...one, expectedOn: '2026-04-13', isLate: false, paidAmount: 0n },
      { ...held, expectedOn: null, isLate: false, paidAmount: 0n },
      { ...reversed, expectedOn: null, isLate: false, paidAmount: 0n },
    ]);
    assertEqual(asked, [
      { statuses: ['pending'], userIds: [SHOPPER] },
      PAGE,
      'purchase_auto_confirm',
      [{ userId: SHOPPER, merchantId: MERCHANT }],
    ]);
  });

  for (const [title, given, expectedOn] of [
    ['the days of its merchant', { merchant: { confirmationDays: 1 } }, '2026-03-15'],
    ['no day at an inactive merchant', { merchant: { active: false } }, null],
    ['no day while the flag is off', { isSwitchedOn: false }, null],
  ] as const) {
    test(`has ${title}`, async () => {
      const repository = { findBlocked: async () => new Set<string>() };
      const { listOwnPurchases } = open([aView('pending')], { ...given, repository });
      assertEqual((await listOwnPurchases(SHOPPER, {}, PAGE)).items[0]?.expectedOn, expectedOn);
    });
  }

  test('has what payouts of the same currency paid', async () => {
    const [euros, yen] = [aView('available'), aView('available', { currency: 'JPY' })];
    const confirmation = { sequence: 2n, amount: 2_50n, availableAfter: 2_50n };
    const { listOwnPurchases } = open([euros, yen], {
      repository: {
        findPayouts: async () => [{ currency: 'EUR', amount: 1_00n, sequence: 3n }],
        findConfirmations: async (_db, purchases) => new Map(purchases.map(({ id }) => [id, confirmation])),
      },
    });
    const { items } = await listOwnPurchases(SHOPPER, {}, PAGE);
    assertEqual(
      items.map(({ paidAmount }) => paidAmount),
      [1_00n, 0n],
    );
  });

  test('asks the journal nothing where there was no payout, or nothing is available', async () => {
    const { listOwnPurchases } = open([aView('available')], { repository: { findPayouts: async () => [] } });
    assertEqual((await listOwnPurchases(SHOPPER, {}, PAGE)).items[0]?.paidAmount, 0n);
    await open([aView('reversed')]).listOwnPurchases(SHOPPER, {}, PAGE);
  });

  test('takes a reward without an entry in the journal, which is zero, as not paid', async () => {
    const { listOwnPurchases } = open([aView('available')], {
      repository: {
        findPayouts: async () => [{ currency: 'EUR', amount: 1_00n, sequence: 3n }],
        findConfirmations: async () => new Map(),
      },
    });
    assertEqual((await listOwnPurchases(SHOPPER, {}, PAGE)).items[0]?.paidAmount, 0n);
  });
});

describe('a forecast', () => {
  const owner = { userId: SHOPPER, currency: 'EUR' };
  const group: PendingGroup = {
    merchantId: MERCHANT,
    recordedOn: '2026-03-14',
    isBlocked: false,
    isAwaitingRelease: false,
    amount: 2_50n,
    purchases: 2,
  };

  test('groups what is pending by the rules of its merchants', async () => {
    const unknown = { ...group, merchantId: newId() };
    const { forecast } = open([], { repository: { findPending: async () => [group, unknown] } });
    assertEqual(await forecast(owner), {
      currency: 'EUR',
      dated: [{ on: '2026-04-13', amount: 2_50n, purchases: 2 }],
      byShop: { amount: 2_50n, purchases: 2 },
      late: { amount: 0n, purchases: 0 },
      total: 5_00n,
    });
  });

  test('of a currency without a wallet is NOT_FOUND', async () => {
    const { forecast } = open([], { repository: { findPending: async () => undefined } });
    await rejectsWith(forecast(owner), 'NOT_FOUND', { resource_type: 'wallet', resource_id: SHOPPER });
  });
});
