import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { MerchantClient } from '../../../../src/modules/catalogue/merchants/index.ts';
import { ceilingBook } from '../../../../src/modules/earning/fraud/ceiling-policies.ts';
import type { CeilingRepository } from '../../../../src/modules/earning/fraud/ceiling-repository.ts';
import type { ExposureRepository } from '../../../../src/modules/earning/fraud/exposure-repository.ts';
import type { Hold, NewPurchase, Rule } from '../../../../src/modules/earning/fraud/model.ts';
import { emptyHistory, type Questions } from '../../../../src/modules/earning/fraud/policies.ts';
import type { HoldRepository } from '../../../../src/modules/earning/fraud/repository.ts';
import type {
  Past,
  ScreeningRepository,
} from '../../../../src/modules/earning/fraud/screening-repository.ts';
import { fraudService } from '../../../../src/modules/earning/fraud/service.ts';
import type { UserClient } from '../../../../src/modules/identity/users/index.ts';
import { aCeiling } from '../../../support/ceiling-builders.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel, fakeTransaction } from '../../../support/fakes.ts';
import {
  adminActor,
  aMerchant,
  aPurchase,
  aReward,
  aUser,
  MERCHANT,
  NOW,
  partnerActor,
  SHOPPER,
  STRANGER,
} from '../../../support/purchases-builders.ts';

const LIMITS = {
  purchasesPerUserDay: 3,
  timesUserUsual: 0,
  timesMerchantUsual: 20,
  usersPerOrder: 0,
  floorAmount: 100,
};
const trx = fakeTransaction();
const REWARD = aReward();
const defaultCeilings = { amount: new Map([['EUR', 600_00n]]), reward: new Map([['EUR', 10_00n]]) };
const small = (fields: Partial<NewPurchase> = {}) => ({ ...large(), amount: 1_00n, ...fields });
const large = (fields: Partial<NewPurchase> = {}): NewPurchase => ({
  ...aPurchase({ amount: 500_00n }),
  isSelfReported: false,
  reward: 5n,
  ceilings: ceilingBook([]),
  ...fields,
});

/** `past` completes what the database answers to the questions of a list. */
function openFraud(
  past: (questions: Questions) => Partial<Past> = () => ({}),
  holds: Partial<HoldRepository> = {},
) {
  const { kernel, ...seen } = fakeKernel();
  const asked: Questions[] = [];
  const counted: Rule[] = [];
  const service = fraudService({
    ...kernel,
    countHeld: (rule) => void counted.push(rule),
    holds: fake<HoldRepository>(holds),
    screening: fake<ScreeningRepository>({
      readPast: async (_trx, questions) => {
        asked.push(questions);
        return { history: emptyHistory(questions), latestOfMerchant: new Map(), ...past(questions) };
      },
    }),
    users: fake<UserClient>({ findUsers: async () => new Map([[SHOPPER, aUser()]]) }),
    merchants: fake<MerchantClient>({ findMerchants: async () => new Map([[MERCHANT, aMerchant()]]) }),
    cashback: {
      findRewards: async (_db, ids) => new Map(ids.map((id) => [id, REWARD])),
    },
    limits: LIMITS,
    ceilings: fake<CeilingRepository>(),
    exposure: fake<ExposureRepository>(),
    supportedCurrencies: ['EUR'],
    defaultCeilings,
  });
  return { ...service, kernel, asked, counted, ...seen };
}

describe('screening', () => {
  test('holds what exceeds the purchases of a day, within one list and across lists', async () => {
    const { screenPurchases, asked } = openFraud((questions) => {
      const history = emptyHistory(questions);
      if (asked.length > 1) for (const id of questions.countedUserIds) history.purchasesOfToday.set(id, 2);
      return { history };
    });
    const [first, second] = [
      [small(), small()],
      [small(), small()],
    ];

    assertEqual(await screenPurchases(trx, first), new Map());
    const held = await screenPurchases(trx, second);

    const evidence = { day: '2026-03-14', more_than: 3 };
    assertEqual(held, new Map([[second[1]?.id, [{ rule: 'purchases_per_user_day', evidence }]]]));
  });

  test('does not ask again until the next day once the limit is reached, and holds each further purchase', async () => {
    const { screenPurchases, asked, clock } = openFraud((questions) => {
      const history = emptyHistory(questions);
      for (const id of questions.countedUserIds) history.purchasesOfToday.set(id, 3);
      return { history };
    });

    await screenPurchases(trx, [small()]);
    const held = await screenPurchases(trx, [small()]);

    assertEqual(
      asked.map(({ countedUserIds }) => countedUserIds.length),
      [1, 0],
    );
    assert.equal(held.size, 1);
    clock.advance({ hours: 24 });
    await screenPurchases(trx, [small()]);
    assertEqual(asked.at(-1)?.countedUserIds, [SHOPPER]);
  });

  test('keeps what is usual at a merchant for five minutes', async () => {
    const latest = Array.from({ length: 20 }, () => ({ amount: 10_00n, currency: 'EUR' }));
    const { screenPurchases, asked, clock } = openFraud(({ merchantIds }) => ({
      latestOfMerchant: new Map(merchantIds.map((id) => [id, latest])),
    }));
    const purchases = Array.from({ length: 3 }, () => large({ userId: newId() }));
    const rules: (string | undefined)[] = [];

    for (const [index, purchase] of purchases.entries()) {
      if (index > 0) clock.advance({ seconds: 150 });
      rules.push((await screenPurchases(trx, [purchase])).get(purchase.id)?.[0]?.rule);
    }

    assertEqual(rules, Array(3).fill('amount_above_merchant_usual'));
    assertEqual(
      asked.map(({ merchantIds }) => merchantIds),
      [[MERCHANT], [], [MERCHANT]],
    );
  });

  test('holds what a shopper reports, beside what other rules say', async () => {
    const purchase = small({ isSelfReported: true });
    const held = await openFraud().screenPurchases(trx, [purchase, small()]);
    assertEqual(held, new Map([[purchase.id, [{ rule: 'self_report', evidence: { reported_by: 'user' } }]]]));
  });

  for (const [title, fields, evidence] of [
    [
      'a purchase',
      { amount: 600_01n },
      { amount: '600.01', max_amount: '600.00', max_amount_scope: 'platform' },
    ],
    [
      'a reward',
      { reward: 10_01n },
      {
        cashback_amount: '10.01',
        max_cashback_amount: '10.00',
        max_cashback_amount_scope: 'platform',
      },
    ],
  ] as const) {
    test(`holds ${title} above its ceiling, and not one at it`, async () => {
      const [above, at] = [small(fields), small({ amount: 99_00n, reward: 10_00n })];
      const held = await openFraud().screenPurchases(trx, [above, at]);
      assertEqual(
        held,
        new Map([[above.id, [{ rule: 'above_ceiling', evidence: { ...evidence, currency: 'EUR' } }]]]),
      );
    });
  }

  test('knows no ceiling for a currency without one', async () => {
    const purchase = small({ amount: 10n ** 12n, reward: 10n ** 11n, currency: 'JPY' });
    const held = await openFraud().screenPurchases(trx, [purchase]);
    assert.ok(!held.get(purchase.id)?.some(({ rule }) => rule === 'above_ceiling'));
  });

  test('holds what exceeds the rewards of a day, and begins with nothing on the next day', async () => {
    const { screenPurchases, clock } = openFraud();
    const ceilings = ceilingBook([
      aCeiling({ scope: { type: 'partner', id: STRANGER }, dailyPending: 10_00n }),
      aCeiling({ scope: { type: 'merchant', id: MERCHANT }, dailyPending: 1000_00n }),
    ]);
    const of = (partnerId: string | null, reward: bigint) =>
      small({ userId: newId(), partnerId, reward, ceilings });
    const evidence = (daily_pending: string) => ({
      day: '2026-03-14',
      daily_pending,
      max_daily_pending: '10.00',
      max_daily_pending_scope: 'partner',
      currency: 'EUR',
    });

    const list = [of(STRANGER, 6_00n), of(STRANGER, 4_00n), of(STRANGER, 1n), of(SHOPPER, 9_00n)];
    const held = await screenPurchases(trx, list);
    const later = of(STRANGER, 1n);
    const heldLater = await screenPurchases(trx, [later]);
    clock.advance({ hours: 24 });
    const heldNextDay = await screenPurchases(trx, [of(STRANGER, 10_00n)]);

    const reasons = (sum: string) => [{ rule: 'above_ceiling', evidence: evidence(sum) }];
    assertEqual(held, new Map([[list[2]?.id, reasons('10.01')]]));
    assertEqual(heldLater, new Map([[later.id, reasons('10.02')]]));
    assertEqual(heldNextDay, new Map());
  });

  test('of an ordinary purchase holds nothing', async () => {
    assertEqual(await openFraud().screenPurchases(trx, [small()]), new Map());
  });
});

describe('holds', () => {
  const held = {
    purchaseId: newId(),
    reasons: [
      { rule: 'repeated_order', evidence: {} },
      { rule: 'purchases_per_user_day', evidence: {} },
    ],
    requestId: 'request-1',
  } as const;

  test('are opened with an event of the platform, in the request of the purchase', async () => {
    const inserted: unknown[] = [];
    const { queueHolds, events, kernel } = openFraud(undefined, {
      queueInsert: (_trx, ...row) => void inserted.push(...row),
    });

    await kernel.database.transaction(async (trx) => queueHolds(trx, [held]));

    assertEqual(inserted, [[held], NOW.toString()]);
    assertEqual(events, [
      {
        type: 'purchase.held',
        actor: { type: 'system', id: null, requestId: 'request-1' },
        resourceType: 'purchase',
        resourceId: held.purchaseId,
        outcome: 'success',
        details: { rules: 'repeated_order, purchases_per_user_day' },
      },
    ]);
  });

  test('are logged once and counted for each of their rules', () => {
    const { announceHolds, logged, counted } = openFraud();
    announceHolds([held]);
    assertEqual(logged, [
      {
        level: 30,
        request_id: 'request-1',
        purchase_id: held.purchaseId,
        rules: 'repeated_order, purchases_per_user_day',
        msg: 'purchase held for review',
      },
    ]);
    assertEqual(counted, ['repeated_order', 'purchases_per_user_day']);
  });

  test('are resolved by an administrator by name, and by a partner without one', () => {
    const resolved: unknown[] = [];
    const { queueResolveHolds } = openFraud(undefined, {
      queueResolve: (_trx, ...row) => void resolved.push(...row),
    });
    queueResolveHolds(trx, [
      { purchaseId: 'a', resolution: 'released', actor: adminActor(STRANGER) },
      { purchaseId: 'b', resolution: 'reversed', actor: partnerActor(STRANGER) },
    ]);
    assertEqual(resolved, [
      [
        { purchaseId: 'a', resolution: 'released', resolvedBy: STRANGER },
        { purchaseId: 'b', resolution: 'reversed', resolvedBy: null },
      ],
      NOW.toString(),
    ]);
  });

  test('that are none write nothing', () => {
    const { queueHolds, queueResolveHolds } = openFraud();
    queueHolds(trx, []);
    queueResolveHolds(trx, []);
  });
});

describe('the list of holds', () => {
  const hold: Hold = {
    purchase: aPurchase({ held: true }),
    reasons: [],
    heldAt: NOW,
    status: 'open',
    resolvedAt: null,
    resolvedBy: null,
  };
  const page = { offset: 0, limit: 20 };
  const listing = (found: Hold) =>
    openFraud(undefined, {
      list: async (_db, ...query) => {
        assertEqual(query, [{ statuses: ['open'] }, page]);
        return { items: [found], total: 41, nextKey: 'next' };
      },
    }).listHolds({ statuses: ['open'] }, page);

  test('names the user, the merchant and the reward of each', async () => {
    assertEqual(await listing(hold), {
      items: [{ hold, userEmail: 'shopper@example.com', merchantName: 'Corner Books', reward: REWARD }],
      total: 41,
      nextKey: 'next',
    });
  });

  test('with a user who is missing is a fault', async () => {
    await assert.rejects(listing({ ...hold, purchase: aPurchase({ userId: STRANGER }) }), /has no user/);
  });
});
