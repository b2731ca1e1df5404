import { kindOfRow, type Purchase } from '../../src/modules/earning/purchases/model.ts';
import type { WitnessRepository } from '../../src/modules/earning/purchases/witness-repository.ts';
import { fake } from './fakes.ts';

/** Purchases that their own source alone has told of, where a test does not say otherwise. */
export function fakeWitnesses(witnesses: Partial<WitnessRepository> = {}): WitnessRepository {
  return fake<WitnessRepository>({
    findByKeys: async () => [],
    findOrders: async () => [],
    findTwins: async () => new Map(),
    findSources: async (_db, purchases) => new Map(purchases.map((one) => [one.id, [ownSource(one)]])),
    queueInsert: () => undefined,
    isLostRace: () => false,
    ...witnesses,
  });
}

export function ownSource(purchase: Purchase) {
  const { namespace, originalAmount, partnerId } = purchase;
  return { namespace, kind: kindOfRow(purchase), amount: originalAmount, partnerId };
}

/** Finds nothing to doubt. */
export const noDoubts = {
  holdDoubtful: async (_trx: unknown, purchases: readonly Purchase[]) => ({ purchases, holds: [] }),
};
