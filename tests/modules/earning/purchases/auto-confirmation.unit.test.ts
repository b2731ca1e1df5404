import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LostConnection } from '../../../../src/core/database/errors.ts';
import { newId } from '../../../../src/core/id.ts';
import { failure, success } from '../../../../src/core/outcome.ts';
import type { Merchant, MerchantClient } from '../../../../src/modules/catalogue/merchants/index.ts';
import { revise } from '../../../../src/modules/earning/purchases/amendments.ts';
import { autoConfirmation } from '../../../../src/modules/earning/purchases/auto-confirmation.ts';
import type { DetailsRepository } from '../../../../src/modules/earning/purchases/details-repository.ts';
import type { PurchaseDoubts } from '../../../../src/modules/earning/purchases/doubts.ts';
import { purchaseAlreadyReversed } from '../../../../src/modules/earning/purchases/errors.ts';
import type {
  DueWindow,
  Purchase,
  PurchaseLine,
  Revision,
  Settlement,
} from '../../../../src/modules/earning/purchases/model.ts';
import type { PurchaseRepository } from '../../../../src/modules/earning/purchases/repository.ts';
import type { RevisionRepository } from '../../../../src/modules/earning/purchases/revision-repository.ts';
import type { PurchaseSettlement } from '../../../../src/modules/earning/purchases/settlement.ts';
import type { User, UserClient } from '../../../../src/modules/identity/users/index.ts';
import { SYSTEM } from '../../../../src/modules/platform/events/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import {
  adminActor,
  aLine,
  aMerchant,
  aPurchase,
  aReward,
  aUser,
  MERCHANT,
  NOW,
  SHOPPER,
  STRANGER,
} from '../../../support/purchases-builders.ts';
import { noDoubts } from '../../../support/witnesses.ts';

const DAYS = 30;

type DueOptions = Parameters<PurchaseRepository['findDue']>[2];

type World = {
  readonly users?: readonly User[];
  readonly merchants?: readonly Merchant[];
  /** The positions of the purchases for which auto-confirmation is switched off. */
  readonly switchedOff?: readonly number[];
  readonly revisions?: ReadonlyMap<string, readonly Revision[]>;
  /** The lines with which the purchases were recorded. */
  readonly lines?: ReadonlyMap<string, readonly PurchaseLine[]>;
  readonly repository?: Partial<PurchaseRepository>;
  readonly settleLocked?: PurchaseSettlement['settleLocked'];
  readonly doubts?: Partial<PurchaseDoubts>;
};

/** Purchases that are due, of an active user at an active merchant. */
function openAutoConfirmation(due: readonly Purchase[], world: World = {}) {
  const { kernel, ...seen } = fakeKernel();
  const { users = [aUser()], merchants = [aMerchant()], switchedOff = [] } = world;
  const settled: Settlement[] = [];
  const announced: unknown[] = [];
  const reported: Parameters<PurchaseSettlement['logOutcomes']>[] = [];
  const asked: { windows: readonly DueWindow[]; options: DueOptions }[] = [];
  const lineLookups: number[] = [];
  const isActive = ({ active }: Merchant) => active;
  const confirmation = autoConfirmation({
    ...kernel,
    repository: fake<PurchaseRepository>({
      findDue: async (_db, windows, options) => {
        asked.push({ windows, options });
        const start = due.findIndex(({ id }) => id === options.after?.id) + 1;
        return due.slice(start, start + options.limit);
      },
      lockDue: async (_trx, ids) => due.filter(({ id }) => ids.includes(id)),
      ...world.repository,
    }),
    revisions: fake<RevisionRepository>({ findOf: async () => world.revisions ?? new Map() }),
    doubts: { ...noDoubts, ...world.doubts },
    fraud: {
      findCeilings: async () => new Map(),
      announceHolds: (holds) => void announced.push(...holds),
    },
    details: fake<DetailsRepository>({
      findLines: async (_db, ids) => {
        lineLookups.push(ids.length);
        return world.lines ?? new Map();
      },
    }),
    users: fake<UserClient>({ findUsers: async () => new Map(users.map((user) => [user.id, user])) }),
    merchants: fake<MerchantClient>({
      findMerchants: async () => new Map(merchants.map((merchant) => [merchant.id, merchant])),
      findActiveMerchants: async () => merchants.filter(isActive),
    }),
    flags: {
      evaluateFlags: async (_db, key, purchases) => {
        assert.equal(key, 'purchase_auto_confirm');
        return purchases.map((_, position) => !switchedOff.includes(position));
      },
    },
    settlement: {
      settleLocked: async (trx, settlements, purchases, ceilings) => {
        if (world.settleLocked !== undefined)
          return world.settleLocked(trx, settlements, purchases, ceilings);
        settled.push(...settlements);
        return purchases.map((purchase) => success({ purchase, reward: aReward() }));
      },
      logOutcomes: (settlements, outcomes) => void reported.push([settlements, outcomes]),
    },
    defaultConfirmationDays: DAYS,
  });
  const run = () => Array.fromAsync(confirmation.confirmDuePurchases());
  return { ...confirmation, run, settled, reported, asked, lineLookups, ...seen };
}

describe('a run', () => {
  test('confirms what is due as the platform, and logs it', async () => {
    const due = [aPurchase(), aPurchase()];
    const { run, settled, reported, transactions } = openAutoConfirmation(due);

    assertEqual(await run(), [2]);

    const settlements = due.map(({ id }) => ({ actor: SYSTEM, purchaseId: id, to: 'confirmed' }));
    assertEqual(settled, settlements);
    assertEqual(
      reported.map(([list]) => list),
      [settlements],
    );
    assert.equal(transactions(), 1);
  });

  test('counts the days of each merchant, or those of the platform', async () => {
    const quick = aMerchant({ id: STRANGER, confirmationDays: 3 });
    const inactive = aMerchant({ id: newId(), active: false });
    const { run, asked } = openAutoConfirmation([], { merchants: [aMerchant(), quick, inactive] });

    assertEqual(await run(), [0]);

    const windows = [
      { merchantId: STRANGER, recordedUntil: NOW.subtract({ hours: 3 * 24 }) },
      { merchantId: MERCHANT, recordedUntil: NOW.subtract({ hours: DAYS * 24 }) },
    ];
    assertEqual(asked, [{ windows, options: { after: undefined, limit: 500 } }]);
  });

  test('continues behind the last purchase of a full batch, in one transaction per batch', async () => {
    const due = Array.from({ length: 1_001 }, () => aPurchase());
    const { run, asked, settled, transactions } = openAutoConfirmation(due);

    assertEqual(await run(), [500, 500, 1]);

    assert.equal(
      new Set(settled.map((settlement) => 'purchaseId' in settlement && settlement.purchaseId)).size,
      1_001,
    );
    assert.equal(transactions(), 3);
    assertEqual(
      asked.map(({ options }) => options.after?.id),
      [undefined, due[499]?.id, due[999]?.id],
    );
  });

  const left: [title: string, world: World][] = [
    ['of an inactive user', { users: [aUser({ active: false })] }],
    ['of an unknown user', { users: [] }],
    ['at an inactive merchant', { merchants: [aMerchant({ active: false })] }],
    ['for which the flag is off', { switchedOff: [0] }],
    ['that another transaction has locked or settled', { repository: { lockDue: async () => [] } }],
  ];
  for (const [title, world] of left) {
    test(`leaves a purchase ${title} pending, which is no failure`, async () => {
      const { run, settled } = openAutoConfirmation([aPurchase()], world);
      assertEqual(await run(), [0]);
      assertEqual(settled, []);
    });
  }

  test('leaves a purchase pending that was recorded with a pending line, by one query for the batch', async () => {
    const due = [aPurchase(), aPurchase(), aPurchase()];
    const lines = new Map([
      [due[0]?.id ?? '', [aLine(), aLine({ lineId: 'b', status: 'pending' })]],
      [due[1]?.id ?? '', [aLine()]],
    ]);
    const { run, settled, lineLookups } = openAutoConfirmation(due, { lines });
    assertEqual(await run(), [2]);
    assertEqual(
      settled.map((settlement) => 'purchaseId' in settlement && settlement.purchaseId),
      [due[1]?.id, due[2]?.id],
    );
    assertEqual(lineLookups, [3]);
  });

  test('goes by the lines of the latest revision, not by those of the recording', async () => {
    const due = [aPurchase({ revision: 1 }), aPurchase({ revision: 1 })];
    const [decided, undecided] = due as [Purchase, Purchase];
    const { run, settled } = openAutoConfirmation(due, {
      revisions: new Map([
        [decided.id, [withLine(decided, 'approved')]],
        [undecided.id, [withLine(undecided, 'pending')]],
      ]),
      lines: new Map([
        [decided.id, [aLine({ status: 'pending' })]],
        [undecided.id, [aLine()]],
      ]),
    });
    assertEqual(await run(), [1]);
    assertEqual(
      settled.map((settlement) => 'purchaseId' in settlement && settlement.purchaseId),
      [decided.id],
    );
  });

  test('confirms the purchases around one for which the flag is off', async () => {
    const due = [aPurchase(), aPurchase(), aPurchase()];
    const { run, settled } = openAutoConfirmation(due, { switchedOff: [1] });
    assertEqual(await run(), [2]);
    assertEqual(
      settled.map((settlement) => 'purchaseId' in settlement && settlement.purchaseId),
      [due[0]?.id, due[2]?.id],
    );
  });
});

describe('a purchase that cannot be confirmed', () => {
  const due = [aPurchase(), aPurchase(), aPurchase()];
  const broken = due[1]?.id ?? '';
  const isBroken = ({ id }: Purchase) => id === broken;

  test('because of a fault fails alone; the run fails at its end, and the fault is logged', async () => {
    const confirmed: string[] = [];
    const counts: number[] = [];
    const { confirmDuePurchases, logged } = openAutoConfirmation(due, {
      settleLocked: async (_trx, _settlements, purchases) => {
        if (purchases.some(isBroken)) throw new Error('it has no cashback transaction');
        confirmed.push(...purchases.map(({ id }) => id));
        return purchases.map((purchase) => success({ purchase, reward: aReward() }));
      },
    });

    await assert.rejects(async () => {
      for await (const count of confirmDuePurchases()) counts.push(count);
    }, /^Error: 1 purchases could not be confirmed$/);

    assertEqual(counts, [2]);
    assertEqual(confirmed, [due[0]?.id, due[2]?.id]);
    assertEqual(
      logged.map(({ level, purchase_id, msg }) => [level, purchase_id, msg]),
      [[50, broken, 'purchase could not be confirmed']],
    );
  });

  test('because of a refusal is counted as failed too', async () => {
    const refusal = purchaseAlreadyReversed({
      purchase_id: broken,
      status: 'reversed',
      allowed_transitions: [],
    });
    const { run, logged } = openAutoConfirmation(due, {
      settleLocked: async (_trx, _settlements, purchases) =>
        purchases.map((purchase) =>
          isBroken(purchase) ? failure(refusal) : success({ purchase, reward: aReward() }),
        ),
    });
    await assert.rejects(run(), /1 purchases could not be confirmed/);
    assertEqual(
      logged.map(({ purchase_id }) => purchase_id),
      [broken],
    );
  });

  test('because the database is gone ends the run at once', async () => {
    let attempts = 0;
    const { run } = openAutoConfirmation(due, {
      settleLocked: async () => {
        attempts += 1;
        throw new LostConnection(new Error('reset'));
      },
    });
    await assert.rejects(run(), LostConnection);
    assert.equal(attempts, 1);
  });
});

describe('the seconds behind', () => {
  const recorded = (seconds: number) => aPurchase({ createdAt: NOW.subtract({ hours: DAYS * 24, seconds }) });

  test('are the time for which the oldest purchase has been due, of one of each merchant', async () => {
    const { secondsBehind, asked } = openAutoConfirmation([recorded(90), recorded(5)], {
      merchants: [aMerchant(), aMerchant({ id: STRANGER })],
    });
    assert.equal(await secondsBehind(), 90);
    assertEqual(
      asked.map(({ options }) => options),
      [{ limit: 2, perMerchant: 1 }],
    );
  });

  test('are 0 where nothing is due, or what is due stays pending on purpose', async () => {
    assert.equal(await openAutoConfirmation([]).secondsBehind(), 0);
    const inactive = [aUser({ id: SHOPPER, active: false })];
    assert.equal(await openAutoConfirmation([recorded(90)], { users: inactive }).secondsBehind(), 0);
    const undecided = { ...recorded(90), revision: 1 };
    const revisions = new Map([[undecided.id, [withLine(undecided, 'pending')]]]);
    assert.equal(await openAutoConfirmation([undecided], { revisions }).secondsBehind(), 0);
    revisions.set(undecided.id, [withLine(undecided, 'approved')]);
    assert.equal(await openAutoConfirmation([undecided], { revisions }).secondsBehind(), 90);
    const recent = recorded(90);
    const lines = new Map([[recent.id, [aLine({ status: 'pending' })]]]);
    assert.equal(await openAutoConfirmation([recent], { lines }).secondsBehind(), 0);
  });
});

/** The revision of a purchase that consists of one line. */
function withLine(purchase: Purchase, status: PurchaseLine['status']): Revision {
  const line = { lineId: 'a', amount: '49.90', category: null, status };
  return revise(
    { purchase: { ...purchase, revision: 0 }, reward: aReward({ purchaseId: purchase.id }) },
    { actor: adminActor(STRANGER), amendment: { statement: { lines: [line] }, reason: 'a', version: 'a' } },
    { id: newId(), now: NOW, room: undefined },
  );
}
