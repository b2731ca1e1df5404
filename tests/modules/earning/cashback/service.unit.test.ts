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
const KEY = { userId: SHOPPER, capGroup: OFFER, month: '2026-03-01', currency: 'EUR' };
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
          ...keys.map(({ userId, capGroup, month, currency }) => ({ userId, capGroup, month, currency })),
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

  test('finds the recorded usage where there is one, with the larger of its cap and that of the claim', async () => {
    for (const [cap, expected] of [
      [500n, 1000n],
      [2000n, 2000n],
    ] as const) {
      const recorded = aCapUsage({ cap, used: 400n });
      const { lockCaps } = openCashback([recorded]);
      assertEqual(await lockCaps(trx, [aClaim({ terms: CAPPED })]), [{ ...recorded, cap: expected }]);
    }
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

describe('locking the caps of rewards', () => {
  const capped = (fields: Partial<Reward> = {}) => aReward({ terms: CAPPED, capMonth: KEY.month, ...fields });

  test('locks each cap once', async () => {
    const usage = aCapUsage({ used: 900n });
    const { lockCapsOf, calls } = openCashback([usage]);
    assertEqual(await lockCapsOf(trx, [capped(), capped(), aReward()]), [usage]);
    assertEqual(calls, [['lock', KEY]]);
  });

  test('of rewards without a cap reads nothing', async () => {
    const { lockCapsOf, calls } = openCashback();
    assertEqual([await lockCapsOf(trx, [aReward()]), calls], [[], []]);
  });
});

test('settling writes the states of rewards and the usages of their caps', () => {
  const { queueSettle, calls } = openCashback();
  const [reward, usage] = [aReward({ status: 'available' }), aCapUsage({ used: 500n })];
  queueSettle(trx, [reward], [usage]);
  assertEqual(calls, [
    ['update statuses', reward],
    ['update usages', usage],
  ]);
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
