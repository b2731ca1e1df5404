import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { MerchantClient } from '../../../../src/modules/catalogue/merchants/index.ts';
import type { CashbackClient } from '../../../../src/modules/earning/cashback/index.ts';
import type { DetailsRepository } from '../../../../src/modules/earning/purchases/details-repository.ts';
import type { Purchase, PurchaseLine } from '../../../../src/modules/earning/purchases/model.ts';
import { purchaseReading } from '../../../../src/modules/earning/purchases/reading.ts';
import type { PurchaseRepository } from '../../../../src/modules/earning/purchases/repository.ts';
import type { RevisionRepository } from '../../../../src/modules/earning/purchases/revision-repository.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import {
  adminActor,
  aLine,
  aMerchant,
  aPurchase,
  aReward,
  MERCHANT,
  partnerActor,
  SHOPPER,
  STRANGER,
  userActor,
} from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';
import { fakeWitnesses } from '../../../support/witnesses.ts';

const PARTNER = partnerActor(newId());
const PAGE = { offset: 0, limit: 20 };

/** Purchases that exist, each with a reward, at one merchant. */
function openReading(purchases: readonly Purchase[], lines: readonly PurchaseLine[] = []) {
  const { kernel } = fakeKernel();
  const asked: unknown[] = [];
  const rewards = new Map(purchases.map(({ id }) => [id, aReward({ purchaseId: id })]));
  const reading = purchaseReading({
    ...kernel,
    repository: fake<PurchaseRepository>({
      find: async (_db, id) => purchases.find((purchase) => purchase.id === id),
      list: async (_db, filter, page) => {
        asked.push(filter, page);
        return { items: purchases, total: 41, nextKey: 'next' };
      },
    }),
    details: fake<DetailsRepository>({
      findLines: async (_db, ids) => new Map(lines.length === 0 ? [] : ids.map((id) => [id, lines])),
    }),
    revisions: fake<RevisionRepository>({ findOf: async () => new Map() }),
    witnesses: fakeWitnesses(),
    merchants: fake<MerchantClient>({
      findMerchants: async (_db, ids) => {
        asked.push(ids);
        return new Map([[MERCHANT, aMerchant()]]);
      },
    }),
    cashback: fake<CashbackClient>({
      findRewards: async (_db, ids) => {
        asked.push(ids);
        return rewards;
      },
    }),
  });
  return { ...reading, asked, rewards };
}

describe('a purchase', () => {
  const purchase = aPurchase({ partnerId: PARTNER.id });
  for (const [title, actor] of [
    ['an administrator', adminActor(STRANGER)],
    ['its shopper', userActor(SHOPPER)],
    ['the partner that reported it', PARTNER],
  ] as const) {
    test(`is shown to ${title}, with its reward and the name of its merchant`, async () => {
      const { getPurchase, rewards } = openReading([purchase]);
      assertEqual(await getPurchase(purchase.id, actor), {
        purchase,
        reward: rewards.get(purchase.id),
        merchantName: 'Corner Books',
        lines: null,
      });
    });
  }

  test('has the lines with which it was recorded', async () => {
    const { getPurchase } = openReading([purchase], [aLine()]);
    assertEqual((await getPurchase(purchase.id, adminActor(STRANGER))).lines, [aLine()]);
  });

  for (const [title, actor, id, code] of [
    ['that does not exist is NOT_FOUND', adminActor(STRANGER), newId(), 'NOT_FOUND'],
    ['is NOT_FOUND for another partner', partnerActor(newId()), purchase.id, 'NOT_FOUND'],
    ['is FORBIDDEN for another user', userActor(STRANGER), purchase.id, 'FORBIDDEN'],
  ] as const) {
    test(title, async () => {
      await rejectsWith(openReading([purchase]).getPurchase(id, actor), code);
    });
  }

  test('without a reward is a fault', async () => {
    const { getPurchase, rewards } = openReading([purchase]);
    rewards.clear();
    await assert.rejects(getPurchase(purchase.id, adminActor(STRANGER)), /has no reward or no merchant/);
  });
});

describe('a list of purchases', () => {
  const purchases = [aPurchase(), aPurchase()];

  test('with rewards keeps order and page, and reads each merchant once', async () => {
    const { listRewardedPurchases, asked, rewards } = openReading(purchases);

    const page = await listRewardedPurchases({ userIds: [SHOPPER] }, PAGE);

    assertEqual(page, {
      items: purchases.map((purchase) => ({
        purchase,
        reward: rewards.get(purchase.id),
        merchantName: 'Corner Books',
      })),
      total: 41,
      nextKey: 'next',
    });
    assertEqual(asked, [{ userIds: [SHOPPER] }, PAGE, [MERCHANT], purchases.map(({ id }) => id)]);
  });
});
