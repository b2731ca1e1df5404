import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { CapUsage, Reward } from '../../../../src/modules/earning/cashback/model.ts';
import type { CashbackRepository } from '../../../../src/modules/earning/cashback/repository.ts';
import { cashbackService } from '../../../../src/modules/earning/cashback/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeTransaction } from '../../../support/fakes.ts';
import {
  aCapUsage,
  aClaim,
  aReward,
  NOW,
  OFFER,
  SHOPPER,
  someTerms,
} from '../../../support/purchases-builders.ts';

const CAPPED = someTerms({ monthlyCap: 1_000n });
const KEY = { userId: SHOPPER, offerId: OFFER, month: '2026-03-01', currency: 'EUR' };
const trx = fakeTransaction();

/** `recorded` are the usages of caps that the database has. */
function openCashback(recorded: readonly CapUsage[] = [], replaced: Partial<CashbackRepository> = {}) {
  const calls: [name: string, ...asked: unknown[]][] = [];
  const service = cashbackService({
    clock: () => NOW,
    repository: fake<CashbackRepository>({
      isLostRace: () => false,
      lockCapUsages: async (_trx, keys) => {
        calls.push([
          'lock',
          ...keys.map(({ userId, offerId, month, currency }) => ({ userId, offerId, month, currency })),
        ]);
        return [...recorded];
      },
      queueInsertRewards: (_trx, rewards, now) => void calls.push(['insert rewards', rewards, now]),
      queueInsertCapUsages: (_trx, usages) => void calls.push(['insert usages', ...usages]),
      queueUpdateCapUsages: (_trx, usages) => void calls.push(['update usages', ...usages]),
      queueUpdateStatuses: (_trx, settlements) => void calls.push(['update statuses', ...settlements]),
      ...replaced,
    }),
  });
  return { ...service, calls };
}

describe('locking caps', () => {
  test('locks each cap once, and finds it unused where nothing is recorded', async () => {
    const { lockCaps, calls } = openCashback();
    const locked = await lockCaps(trx, [aClaim({ terms: CAPPED }), aClaim({ terms: CAPPED }), aClaim()]);
    assertEqual(locked, [aCapUsage({ used: 0n, isRecorded: false })]);
    assertEqual(calls, [['lock', KEY]]);
  });

  test('finds the recorded usage where there is one, with the cap as it was then', async () => {
    const recorded = aCapUsage({ cap: 500n, used: 400n });
    const { lockCaps } = openCashback([recorded]);
    assertEqual(await lockCaps(trx, [aClaim({ terms: CAPPED })]), [recorded]);
  });

  test('keeps the months of purchases apart, in UTC', async () => {
    const { lockCaps, calls } = openCashback();
    await lockCaps(
      trx,
      ['2026-02-28T23:59:59Z', '2026-03-01T00:30:00+01:00', '2026-03-01T00:00:00Z'].map((time) =>
        aClaim({ terms: CAPPED, purchasedAt: Temporal.Instant.from(time) }),
      ),
    );
    assertEqual(calls, [['lock', { ...KEY, month: '2026-02-01' }, KEY]]);
  });

  test('of claims without a cap reads nothing', async () => {
    const { lockCaps, calls } = openCashback();
    assertEqual([await lockCaps(trx, [aClaim()]), calls], [[], []]);
  });
});

test('a grant inserts the first usages of caps, and updates recorded ones', () => {
  const { queueGrant, calls } = openCashback();
  const rewards = [aReward()];
  const [opened, recorded] = [
    aCapUsage({ isRecorded: false, used: 5n }),
    aCapUsage({ userId: newId(), used: 7n }),
  ];

  queueGrant(trx, { rewards, usages: [opened, recorded] });

  assertEqual(calls, [
    ['insert rewards', rewards, NOW.toString()],
    ['insert usages', opened],
    ['update usages', recorded],
  ]);
});

describe('settling rewards', () => {
  const capped = (fields: Partial<Reward> = {}) => aReward({ terms: CAPPED, capMonth: KEY.month, ...fields });

  test('makes confirmed ones available, and locks no cap', async () => {
    const { settleRewards, calls } = openCashback();
    const settlement = { reward: capped(), to: 'available' } as const;
    await settleRewards(trx, [settlement]);
    assertEqual(calls, [['update statuses', settlement]]);
  });

  test('gives the room of reversed ones back to their cap', async () => {
    const { settleRewards, calls } = openCashback([aCapUsage({ used: 900n })]);
    const settlements = [
      { reward: capped({ amount: 300n }), to: 'reversed' },
      { reward: capped({ amount: 100n }), to: 'reversed' },
      { reward: capped({ amount: 200n }), to: 'available' },
    ] as const;

    await settleRewards(trx, settlements);

    assertEqual(calls, [
      ['update statuses', ...settlements],
      ['lock', KEY],
      ['update usages', aCapUsage({ used: 500n })],
    ]);
  });

  for (const [title, reward] of [
    ['without a cap', aReward()],
    ['of zero', capped({ amount: 0n })],
  ] as const) {
    test(`reverses a reward ${title} without a lock`, async () => {
      const { settleRewards, calls } = openCashback();
      await settleRewards(trx, [{ reward, to: 'reversed' }]);
      assertEqual(
        calls.map(([name]) => name),
        ['update statuses'],
      );
    });
  }

  test('of an empty list writes nothing', async () => {
    const { settleRewards, calls } = openCashback();
    await settleRewards(trx, []);
    assertEqual(calls, []);
  });
});

describe('finding rewards', () => {
  test('gives them by their purchase', async () => {
    const reward = aReward();
    const { findRewards } = openCashback([], { findByPurchases: async () => [reward] });
    assertEqual(await findRewards(trx, [reward.purchaseId]), new Map([[reward.purchaseId, reward]]));
  });

  test('of no purchase reads nothing', async () => {
    assertEqual(await openCashback().findRewards(trx, []), new Map());
  });
});
