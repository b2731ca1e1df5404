import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { success } from '../../../../src/core/outcome.ts';
import { ceilingBook } from '../../../../src/modules/earning/fraud/ceiling-policies.ts';
import type { FraudClient, ReleaseQueue } from '../../../../src/modules/earning/fraud/index.ts';
import type { Purchase } from '../../../../src/modules/earning/purchases/model.ts';
import { purchaseReleasing } from '../../../../src/modules/earning/purchases/releasing.ts';
import type { PurchaseRepository } from '../../../../src/modules/earning/purchases/repository.ts';
import type { PurchaseSettlement } from '../../../../src/modules/earning/purchases/settlement.ts';
import { aCeiling } from '../../../support/ceiling-builders.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import { aPurchase, aReward, NOW } from '../../../support/purchases-builders.ts';

/** Queues of 500 and more purchases, released unless the test says otherwise. The limit is 10.00. */
function openQueues(
  queues: Readonly<Record<string, readonly Purchase[]>>,
  { amount = 500n, isReleased = true } = {},
) {
  const { kernel, ...seen } = fakeKernel();
  const tried: string[][] = [];
  const all = Object.values(queues).flat();
  const releaseDue = purchaseReleasing({
    ...kernel,
    repository: fake<PurchaseRepository>({
      lock: async (_trx, ids) => all.filter(({ id }) => ids.includes(id)),
    }),
    queues: {
      findQueues: async () => Object.keys(queues).map((namespace) => ({ namespace, currency: 'EUR' })),
      findWaiting: async (_trx, { namespace }: ReleaseQueue, { after, limit }) => {
        const list = queues[namespace] ?? [];
        const start = after === undefined ? 0 : list.findIndex(({ id }) => id === after.id) + 1;
        return list.slice(start, start + limit);
      },
    },
    settlement: fake<PurchaseSettlement>({
      settleLocked: async (_trx, settlements, purchases) => {
        tried.push(settlements.map(({ purchaseId }) => purchaseId));
        return purchases.map((purchase) => {
          if (purchase.externalId === 'broken') throw new Error('broken');
          return success({
            purchase: isReleased ? { ...purchase, releasedAt: NOW } : purchase,
            reward: aReward({ amount }),
          });
        });
      },
    }),
    fraud: fake<FraudClient>({
      findCeilings: async () => ceilingBook([aCeiling({ dailyReleased: 1_000n })]),
    }),
  });
  return { run: () => Array.fromAsync(releaseDue()), tried, ...seen };
}

const waiting = (count: number, fields: Partial<Purchase> = {}) =>
  Array.from({ length: count }, () =>
    aPurchase({ status: 'confirmed', confirmedAt: NOW, releaseQueue: newId(), ...fields }),
  );

describe('a run of the job release-due', () => {
  test('does nothing if nothing waits', async () => {
    assertEqual(await openQueues({}).run(), []);
  });

  test('goes through each queue, in transactions of 500', async () => {
    const [one, other] = [waiting(1_001), waiting(1)];
    const { run, tried } = openQueues({ one, other });
    assertEqual(await run(), [500, 500, 1, 1]);
    assertEqual(
      tried.flat(),
      [...one, ...other].map(({ id }) => id),
    );
  });

  test('ends a queue at one that could fit a day, and passes those that fit no day', async () => {
    const list = waiting(600);
    const none = { isReleased: false };
    assertEqual(await openQueues({ list }, none).run(), [0]);
    assertEqual(await openQueues({ list }, { ...none, amount: 1_001n }).run(), [0, 0]);
  });

  test('continues with the other queues after an error, and fails at the end', async () => {
    const { run, logged } = openQueues({ broken: waiting(1, { externalId: 'broken' }), sound: waiting(1) });
    await assert.rejects(run, /some rewards could not be released/);
    assertEqual(
      logged.map(({ msg }) => msg),
      ['rewards could not be released', 'reward released'],
    );
  });
});
