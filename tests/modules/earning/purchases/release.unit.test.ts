import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { decide } from '../../../../src/modules/earning/purchases/decisions.ts';
import type { Source } from '../../../../src/modules/earning/purchases/fold.ts';
import {
  isAwaitingRelease,
  PLATFORM,
  type Purchase,
  type Reporter,
  type SettlementOfId,
} from '../../../../src/modules/earning/purchases/model.ts';
import { type QueueRoom, queueOf, roomBook } from '../../../../src/modules/earning/purchases/release.ts';
import type { Wallet } from '../../../../src/modules/money/wallets/index.ts';
import { SYSTEM } from '../../../../src/modules/platform/events/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import {
  adminActor,
  aPurchase,
  aReward,
  aWallet,
  NOW,
  partnerActor,
  STRANGER,
} from '../../../support/purchases-builders.ts';
import { codeOf } from '../../../support/rejections.ts';
import { ownSource } from '../../../support/witnesses.ts';

/* What becomes available on a day that has a limit. */

const ADMIN = adminActor(newId());
const PARTNER = partnerActor(newId());
const DAY = '2026-03-14';

const aRoom = (fields: Partial<QueueRoom> = {}): QueueRoom => ({
  namespace: String(PARTNER.id),
  currency: 'EUR',
  day: DAY,
  limit: 1_000n,
  released: 0n,
  isWaited: false,
  ...fields,
});

describe('the queue of a purchase', () => {
  const source = (fields: Partial<Source>): Source => ({
    namespace: 'n',
    kind: 'shopper',
    amount: 1n,
    ...fields,
  });
  const cases: [title: string, sources: Source[], queue: string][] = [
    ['is that of the platform for a shopper', [source({})], PLATFORM],
    ['is that of the platform for an administrator', [source({ kind: 'admin' })], PLATFORM],
    ['is that of the partner', [source({ kind: 'partner', partnerId: 'p' })], 'p'],
    ['is that of the partner that decides', [source({}), source({ kind: 'partner', partnerId: 'p' })], 'p'],
    [
      'is that of the first partner',
      [source({ kind: 'partner', partnerId: 'p' }), source({ kind: 'partner', partnerId: 'q' })],
      'p',
    ],
    ['is the namespace of a partner that older rows do not name', [source({ kind: 'partner' })], 'n'],
    ['is that of the platform without sources', [], PLATFORM],
  ];
  for (const [title, sources, queue] of cases) test(title, () => assert.equal(queueOf(sources), queue));
});

describe('the room of a day', () => {
  const queue = { namespace: String(PARTNER.id), currency: 'EUR' };

  test('is taken by whole rewards, to the last cent', () => {
    const rooms = roomBook([aRoom()]);
    assert.equal(rooms.admit(queue, 999n), true);
    assert.equal(rooms.admit(queue, 1n), true);
    assert.equal(rooms.admit(queue, 0n), true, 'nothing needs no room');
    assert.equal(rooms.admit(queue, 1n), false);
    assert.equal(rooms.find(queue)?.released, 1_000n);
  });

  test('is left to those that wait, also to one that is above the whole limit', () => {
    for (const amount of [600n, 1_001n]) {
      const rooms = roomBook([aRoom({ released: 500n })]);
      assertEqual([rooms.admit(queue, amount), rooms.admit(queue, 1n)], [false, false]);
    }
    assert.equal(roomBook([aRoom({ isWaited: true })]).admit(queue, 1n), false);
  });

  test('is given to the queue in its order; one above the whole limit is passed', () => {
    const rooms = roomBook([aRoom({ released: 500n })]);
    const given = [1_001n, 400n, 101n, 1n].map((amount) => rooms.admitNext(queue, amount));
    assertEqual(given, [false, true, false, false]);
  });

  test('may be less than nothing after the limit was lowered', () => {
    const rooms = roomBook([aRoom({ limit: 0n, released: 500n })]);
    assertEqual([rooms.fits(queue, 1n), rooms.fits(queue, 0n)], [false, true]);
  });

  test('is unlimited where no ceiling says anything, and another one in another currency', () => {
    const rooms = roomBook([aRoom({ limit: 0n })]);
    for (const other of [
      { ...queue, currency: 'USD' },
      { ...queue, namespace: PLATFORM },
    ]) {
      assertEqual([rooms.admit(other, 10n), rooms.admitNext(other, 10n)], [true, true]);
      assert.equal(rooms.find(other), undefined);
    }
  });

  test('of a copy is its own', () => {
    const rooms = roomBook([aRoom()]);
    rooms.copy().take(queue, 1_000n);
    assert.equal(rooms.fits(queue, 1_000n), true);
  });
});

/** Purchases of 80.00 with a reward of 4.00 each. */
function decideOn(
  purchases: readonly Purchase[],
  settlements: readonly SettlementOfId[],
  rooms: readonly QueueRoom[],
  wallets: readonly Wallet[] = [],
) {
  const { decisions, releases } = decide(
    settlements,
    {
      rewarded: purchases.map((purchase) => ({
        purchase,
        reward: aReward({
          purchaseId: purchase.id,
          userId: purchase.userId,
          uncappedAmount: 400n,
          amount: 400n,
          status: purchase.status === 'confirmed' && !isAwaitingRelease(purchase) ? 'available' : 'pending',
        }),
      })),
      revisionsOf: new Map(),
      sourcesOf: new Map(purchases.map((one) => [one.id, [ownSource(one)]])),
      reasonsOf: new Map(),
      refilling: new Set(),
      usages: [],
      rooms,
      wallets: [aWallet({ pending: 10_000n, available: 10_000n }), ...wallets],
    },
    { now: NOW, newId, requireMayRevise: () => undefined },
  );
  const results = decisions.map((decision) => {
    if (!decision.ok) return codeOf(decision.error);
    const { purchase, reward } = decision.value.result;
    return `${purchase.status} ${reward.status}${isAwaitingRelease(purchase) ? ' waits' : ''}`;
  });
  const steps = decisions.flatMap((decision) => (decision.ok ? decision.value.steps : []));
  return { results, releases, steps };
}

const ofPartner = (fields: Partial<Purchase> = {}) =>
  aPurchase({ partnerId: PARTNER.id, amount: 8_000n, ...fields });
const waiting = (fields: Partial<Purchase> = {}) =>
  ofPartner({ status: 'confirmed', confirmedAt: NOW, releaseQueue: PARTNER.id, ...fields });
const settle = (to: 'confirmed' | 'available', { id }: Purchase, actor: Reporter = SYSTEM) =>
  ({ actor, purchaseId: id, to }) as const;
const amend = ({ id }: Purchase, amount: string, actor: Reporter): SettlementOfId => ({
  actor,
  purchaseId: id,
  to: 'amended',
  amendment: { statement: { amount }, reason: 'a correction', version: newId() },
});

describe('a confirmation', () => {
  test('counts for the purchase, and the one beyond the room waits without a movement', () => {
    const [first, second] = [ofPartner(), ofPartner()];
    const settlements = [settle('confirmed', first, ADMIN), settle('confirmed', second, PARTNER)];
    const { results, releases, steps } = decideOn([first, second], settlements, [aRoom({ limit: 799n })]);
    assertEqual(results, ['confirmed available', 'confirmed pending waits']);
    assertEqual(releases, [
      {
        namespace: PARTNER.id,
        currency: 'EUR',
        day: DAY,
        sourceId: first.id,
        purchaseId: first.id,
        amount: 400n,
      },
    ]);
    assert.equal(steps[1]?.after.purchase.releaseQueue, PARTNER.id);
  });

  test('that is refused leaves the room as it was', () => {
    const [stranger, other] = [ofPartner({ userId: STRANGER }), ofPartner()];
    const settlements = [settle('confirmed', stranger, PARTNER), settle('confirmed', other, PARTNER)];
    const empty = aWallet({ id: newId(), userId: STRANGER });
    const { results } = decideOn([stranger, other], settlements, [aRoom({ limit: 400n })], [empty]);
    assertEqual(results, ['INSUFFICIENT_BALANCE', 'confirmed available']);
  });

  test('of a list that amends the purchase first counts what it is worth then', () => {
    const purchase = ofPartner();
    const settlements = [amend(purchase, '200.00', PARTNER), settle('confirmed', purchase, PARTNER)];
    assertEqual(decideOn([purchase], settlements, [aRoom({ limit: 999n })]).results, [
      'pending pending',
      'confirmed pending waits',
    ]);
  });
});

describe('a release', () => {
  test('is of what waits, once', () => {
    const [one, reversed, direct] = [
      waiting(),
      waiting({ status: 'reversed' }),
      ofPartner({ status: 'confirmed' }),
    ];
    const all = [one, reversed, direct];
    const settlements = [...all, one].map((purchase) => settle('available', purchase));
    const { steps, releases } = decideOn(all, settlements, [aRoom()]);
    assertEqual(
      steps.map(({ after }) => [after.purchase.id, after.purchase.releasedAt, after.reward.status]),
      [[one.id, NOW, 'available']],
    );
    assert.equal(releases.length, 1);
  });

  test('takes no step without room, and none behind one without room', () => {
    const [first, second] = [waiting(), waiting()];
    const settlements = [settle('available', first), settle('available', second)];
    assertEqual(decideOn([first, second], settlements, [aRoom({ limit: 400n, released: 1n })]).steps, []);
  });

  test('counts in the queue that the purchase joined', () => {
    const purchase = waiting({ releaseQueue: PLATFORM });
    const { releases } = decideOn(
      [purchase],
      [settle('available', purchase)],
      [aRoom({ limit: 0n }), aRoom({ namespace: PLATFORM })],
    );
    assertEqual(
      releases.map(({ namespace }) => namespace),
      [PLATFORM],
    );
  });

  test('without a limit counts nothing', () => {
    const purchase = waiting();
    const { results, releases } = decideOn([purchase], [settle('available', purchase)], []);
    assertEqual([results, releases], [['confirmed available'], []]);
  });
});

describe('a raise of an available reward', () => {
  const available = ofPartner({ status: 'confirmed', confirmedAt: NOW });

  test('by a partner is refused beyond the room, and counts for its revision within it', () => {
    const settlements = [amend(available, '100.20', PARTNER), amend(available, '100.00', PARTNER)];
    const { results, releases, steps } = decideOn([available], settlements, [aRoom({ limit: 100n })]);
    assertEqual(results, ['FORBIDDEN', 'confirmed available']);
    const [step] = steps;
    assert.ok(step?.cause.to === 'amended');
    assertEqual(
      releases.map(({ sourceId, purchaseId, amount }) => [sourceId, purchaseId, amount]),
      [[step.cause.revision.id, available.id, 100n]],
    );
  });

  test('leaves less room to the next one of the list', () => {
    const settlements = [amend(available, '90.00', PARTNER), amend(available, '101.00', PARTNER)];
    assertEqual(decideOn([available], settlements, [aRoom({ limit: 100n })]).results, [
      'confirmed available',
      'FORBIDDEN',
    ]);
  });

  test('by an administrator counts beyond the room', () => {
    const { results, releases } = decideOn(
      [available],
      [amend(available, '100.00', ADMIN)],
      [aRoom({ limit: 0n })],
    );
    assertEqual([results, releases.length], [['confirmed available'], 1]);
  });

  test('is none if the reward falls or waits', () => {
    const one = waiting();
    const settlements = [amend(available, '10.00', PARTNER), amend(one, '1000.00', PARTNER)];
    const { results, releases } = decideOn([available, one], settlements, [aRoom({ limit: 0n })]);
    assertEqual([results, releases], [['confirmed available', 'confirmed pending waits'], []]);
  });
});
