import { describe, test } from 'node:test';
import type { FraudClient } from '../../../../src/modules/earning/fraud/index.ts';
import type { Purchase } from '../../../../src/modules/earning/purchases/model.ts';
import type { PurchaseRepository } from '../../../../src/modules/earning/purchases/repository.ts';
import { purchaseReview } from '../../../../src/modules/earning/purchases/review.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import { adminActor, aPurchase, STRANGER } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

const ADMIN = adminActor(STRANGER);

function openReview(purchase: Purchase) {
  const { kernel, ...seen } = fakeKernel();
  const written: unknown[] = [];
  const releasePurchase = purchaseReview({
    ...kernel,
    repository: fake<PurchaseRepository>({
      lock: async (_trx, ids) => (ids.includes(purchase.id) ? [purchase] : []),
      endHold: async (_trx, id) => void written.push(['purchase', id]),
    }),
    users: { requireActiveSender: async () => undefined },
    fraud: fake<FraudClient>({ queueResolveHolds: (_trx, list) => void written.push(...list) }),
  });
  return { releasePurchase, written, ...seen };
}

describe('releasing a purchase', () => {
  test('ends its hold and leaves it pending, with an event and a line in the log', async () => {
    const purchase = aPurchase({ held: true });
    const { releasePurchase, written, events, logged } = openReview(purchase);

    assertEqual(await releasePurchase(purchase.id, ADMIN), { ...purchase, held: false });

    assertEqual(written, [
      ['purchase', purchase.id],
      { purchaseId: purchase.id, resolution: 'released', actor: ADMIN },
    ]);
    assertEqual(
      events.map(({ type, actor, resourceId }) => [type, actor, resourceId]),
      [['purchase.released', ADMIN, purchase.id]],
    );
    assertEqual(logged, [
      { level: 30, request_id: 'test', purchase_id: purchase.id, msg: 'purchase released' },
    ]);
  });

  for (const [title, purchase, id, code] of [
    ['that does not exist', aPurchase(), STRANGER, 'NOT_FOUND'],
    ['that is not held', aPurchase(), undefined, 'PURCHASE_NOT_HELD'],
    ['that a settlement has resolved', aPurchase({ status: 'reversed' }), undefined, 'PURCHASE_NOT_HELD'],
  ] as const) {
    test(`refuses one ${title}, as ${code}, and writes nothing`, async () => {
      const { releasePurchase, written, events, logged } = openReview(purchase);
      await rejectsWith(releasePurchase(id ?? purchase.id, ADMIN), code);
      assertEqual([written, events, logged], [[], [], []]);
    });
  }
});
