import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { firstIdAt } from '../../../../src/core/id.ts';
import type { FraudClient } from '../../../../src/modules/earning/fraud/index.ts';
import type { FoundHold } from '../../../../src/modules/earning/fraud/model.ts';
import { purchaseDoubts } from '../../../../src/modules/earning/purchases/doubts.ts';
import type { Purchase } from '../../../../src/modules/earning/purchases/model.ts';
import type { PurchaseRepository } from '../../../../src/modules/earning/purchases/repository.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel, fakeTransaction } from '../../../support/fakes.ts';
import { aPurchase, NOW } from '../../../support/purchases-builders.ts';
import { fakeWitnesses, ownSource } from '../../../support/witnesses.ts';

/** The purchases exist and have one earlier twin of the platform, of the same amount. */
function openDoubts(purchases: readonly Purchase[], holdOf: ReadonlyMap<string, FoundHold> = new Map()) {
  const { kernel } = fakeKernel();
  const [held, holds, announced, asked] = [[], [], [], []] as unknown[][];
  const twin = aPurchase({ id: '0', externalId: 'twin' });
  const doubts = purchaseDoubts({
    ...kernel,
    repository: fake<PurchaseRepository>({
      queueHold: (_trx, rows) => void held?.push(...rows),
      findPending: async (_db, page) => {
        asked?.push(page);
        return [...purchases];
      },
      lockDue: async (_trx, ids) => purchases.filter(({ id }) => ids.includes(id)),
    }),
    witnesses: fakeWitnesses({
      findTwins: async (_db, list) =>
        new Map(list.map(({ id }) => [id, [{ purchase: twin, sources: [ownSource(twin)] }]])),
    }),
    fraud: fake<FraudClient>({
      findHolds: async () => holdOf,
      queueHolds: (_trx, list) => void holds?.push(...list),
      announceHolds: (list) => void announced?.push(...list),
    }),
  });
  return { ...doubts, held, holds, announced, asked };
}

const holdsOf = ({ id: purchaseId }: Purchase, status: FoundHold['status']) =>
  new Map([[purchaseId, { purchaseId, reasons: [], status }]]);

const doubtful = () => aPurchase({ partnerId: 'a partner', externalId: 'mine' });

describe('purchases about to be confirmed', () => {
  test('are held if another source seems to have reported them, and returned as they are then', async () => {
    const [one, known] = [doubtful(), aPurchase()];
    const { holdDoubtful, held, holds } = openDoubts([one, known]);

    const { purchases } = await holdDoubtful(fakeTransaction(), [one, known]);

    assertEqual(purchases, [{ ...one, held: true }, known]);
    assertEqual(held, [{ ...one, held: true }]);
    assertEqual(holds, [
      {
        purchaseId: one.id,
        requestId: null,
        reasons: [
          { rule: 'similar_order', evidence: { purchase_id: '0', amount: '49.90', currency: 'EUR' } },
        ],
      },
    ]);
  });

  test('are not asked about if they are held or settled', async () => {
    const list = [{ ...doubtful(), held: true }, doubtful()].map((one, index) =>
      index === 0 ? one : { ...one, status: 'confirmed' as const },
    );
    const { holdDoubtful, holds } = openDoubts(list);
    assertEqual((await holdDoubtful(fakeTransaction(), list)).purchases, list);
    assertEqual(holds, []);
  });

  for (const status of ['released', 'confirmed', 'reversed', 'open'] as const) {
    test(`are not held once more if their hold is ${status}`, async () => {
      const one = doubtful();
      const { holdDoubtful, holds } = openDoubts([one], holdsOf(one, status));
      assertEqual((await holdDoubtful(fakeTransaction(), [one])).purchases, [one]);
      assertEqual(holds, []);
    });
  }

  test('are held once more if their hold ended by a match', async () => {
    const one = doubtful();
    const { holdDoubtful, holds } = openDoubts([one], holdsOf(one, 'matched'));
    await holdDoubtful(fakeTransaction(), [one]);
    assert.equal(holds?.length, 1);
  });
});

describe('the job', () => {
  test('holds what came within the last hour, then what came since its last run', async () => {
    const one = doubtful();
    const { holdDoubtfulOnes, announced, asked } = openDoubts([one]);

    assertEqual(await Array.fromAsync(holdDoubtfulOnes()), [1]);
    await Array.fromAsync(holdDoubtfulOnes());

    assertEqual(asked, [
      { after: firstIdAt(NOW.subtract({ hours: 1 })), limit: 5_000 },
      { after: one.id, limit: 5_000 },
    ]);
    assert.equal(announced?.length, 2);
  });

  test('does nothing if nothing is doubtful', async () => {
    const { holdDoubtfulOnes, announced } = openDoubts([aPurchase()]);
    assertEqual(await Array.fromAsync(holdDoubtfulOnes()), []);
    assertEqual(announced, []);
  });
});
