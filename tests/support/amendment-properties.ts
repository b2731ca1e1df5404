import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DomainError } from '../../src/core/errors.ts';
import { newId } from '../../src/core/id.ts';
import { formatMoney } from '../../src/core/money.ts';
import type { CapUsage } from '../../src/modules/earning/cashback/model.ts';
import { capUseOf, grantRewards, largestReward } from '../../src/modules/earning/cashback/policies.ts';
import { positionOf } from '../../src/modules/earning/purchases/amendments.ts';
import { decide } from '../../src/modules/earning/purchases/decisions.ts';
import {
  isAwaitingRelease,
  type Revision,
  type RewardedPurchase,
  type SettlementOfId,
} from '../../src/modules/earning/purchases/model.ts';
import { movesBetween, UNREWARDED } from '../../src/modules/earning/purchases/position.ts';
import { isCut } from '../../src/modules/earning/purchases/refill.ts';
import { movementsOf, revisionOf, type Step } from '../../src/modules/earning/purchases/steps.ts';
import type { Movement, Wallet, WalletEntry } from '../../src/modules/money/wallets/model.ts';
import { postMovements } from '../../src/modules/money/wallets/policies.ts';
import { SYSTEM } from '../../src/modules/platform/events/index.ts';
import {
  aCapUsage,
  aClaim,
  adminActor,
  aMovement,
  aPurchase,
  aWallet,
  NOW,
  OFFER,
  ONE_PERCENT,
  partnerActor,
  STRANGER,
  someTerms,
} from './purchases-builders.ts';
import { ownSource } from './witnesses.ts';

/*
 * What holds after every amendment, confirmation, reversal and payout, with the rules of the platform in memory. The tests
 * try some sequences, `make torture` a hundred thousand.
 */

const CAP = 1_500n;
const TERMS = someTerms({ value: 10n * ONE_PERCENT, monthlyCap: CAP });
const ADMIN = adminActor(STRANGER);
const PARTNER = partnerActor('01936f2e-8c1b-7c3a-9d55-000000000006');

/** The months of the purchases, each with a cap of its own. */
const MONTHS = [NOW, NOW.add({ hours: 24 * 30 })];

const cents = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 99 }));

const settlements = fc.array(
  fc.record({
    number: fc.nat(20),
    what: fc.oneof(
      fc.constantFrom('confirmed' as const, 'reversed' as const),
      fc.record({ cents }),
      fc.record({ cents }),
    ),
  }),
  { minLength: 1, maxLength: 3 },
);

const commands = (isLimited: boolean) =>
  fc.array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('buy' as const),
          cents: fc.integer({ min: 1, max: 20_000 }),
          month: fc.nat(1),
        }),
      },
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('settle' as const), list: settlements }) },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constant('withdraw' as const),
          cents: fc.integer({ min: 1, max: 2_000 }),
        }),
      },
      ...(isLimited
        ? [
            {
              weight: 3,
              arbitrary: fc.record({ kind: fc.constantFrom('release' as const, 'next day' as const) }),
            },
          ]
        : []),
    ),
    { minLength: 3, maxLength: 25 },
  );

/**
 * `seen` counts the hard cases. A run proves something only if it came to them.
 * @param limit what may become available on a day. Then a partner settles, otherwise an administrator.
 */
export function amendmentsKeepTheBooks({
  refills,
  limit,
}: {
  readonly refills: boolean;
  readonly limit?: bigint;
}) {
  const seen = { cuts: 0, refills: 0, debts: 0, refusals: 0, waits: 0, releases: 0 };
  const property = fc.property(commands(limit !== undefined), (sequence) => {
    const programme = openProgramme(refills, seen, limit);
    for (const command of sequence) {
      if (command.kind === 'buy') programme.buy(BigInt(command.cents), MONTHS[command.month] ?? NOW);
      else if (command.kind === 'settle') programme.settle(command.list);
      else if (command.kind === 'withdraw') programme.withdraw(BigInt(command.cents));
      else if (command.kind === 'release') programme.release();
      else programme.nextDay();
      programme.check();
    }
  });
  return { property, seen };
}

function openProgramme(
  refills: boolean,
  seen: ReturnType<typeof amendmentsKeepTheBooks>['seen'],
  limit: bigint | undefined,
) {
  const actor = limit === undefined ? ADMIN : PARTNER;
  let now = NOW;
  let released = 0n;
  let wallet: Wallet = aWallet();
  const usages = new Map<string, CapUsage>();
  const purchases = new Map<string, RewardedPurchase>();
  const revisionsOf = new Map<string, Revision[]>();
  const journal: WalletEntry[] = [];
  const refilling = new Set(refills ? [OFFER] : []);

  function buy(amount: bigint, purchasedAt: Temporal.Instant): void {
    const month = purchasedAt.toString().slice(0, 8).concat('01');
    const purchase = aPurchase({ amount, purchasedAt, partnerId: limit === undefined ? null : PARTNER.id });
    const usage = usages.get(month) ?? aCapUsage({ cap: CAP, month });
    const grant = grantRewards(
      [aClaim({ purchaseId: purchase.id, amount, terms: TERMS, purchasedAt })],
      [usage],
    );
    usages.set(month, grant.usages[0] ?? usage);
    for (const reward of grant.rewards) {
      purchases.set(purchase.id, { purchase, reward });
      const source = { type: 'purchase', id: purchase.id } as const;
      post(movesBetween(UNREWARDED, positionOf(reward)).map((move) => aMovement({ ...move, source })));
      if (isCut(reward)) seen.cuts += 1;
    }
  }

  function settle(list: Extract<Command, { kind: 'settle' }>['list']): void {
    const all = [...purchases.values()];
    if (all.length === 0) return;
    const orders = list.map(({ number, what }): SettlementOfId => {
      const { purchase } = all[number % all.length] as RewardedPurchase;
      const order = { actor, purchaseId: purchase.id };
      if (what === 'confirmed') return { ...order, to: what };
      if (what === 'reversed') return { ...order, to: what, reason: 'returned' };
      const amount = formatMoney(BigInt(what.cents), 'EUR');
      return {
        ...order,
        to: 'amended',
        amendment: { statement: { amount }, reason: 'a return', version: newId() },
      };
    });
    decideAll(orders);
  }

  /** As the job does: all that waits, the oldest first. */
  function release(): void {
    const orders = waiting().map(({ purchase }) => ({ actor: SYSTEM, purchaseId: purchase.id }));
    decideAll(orders.map((order) => ({ ...order, to: 'available' as const })));
  }

  function nextDay(): void {
    now = now.add({ hours: 24 });
    released = 0n;
  }

  function waiting(): RewardedPurchase[] {
    return [...purchases.values()]
      .filter(({ purchase }) => isAwaitingRelease(purchase))
      .toSorted(inOrderOfQueue);
  }

  function decideAll(orders: readonly SettlementOfId[]): void {
    now = now.add({ seconds: 1 });
    const all = [...purchases.values()];
    const named = new Set(orders.map(({ purchaseId }) => purchaseId));
    const isOfJob = orders.every(({ to }) => to === 'available');
    const { decisions, caps, releases } = decide(
      orders,
      {
        // As the use case reads them: what is settled, and what freed room could top up.
        rewarded: all.filter(({ purchase, reward }) => named.has(purchase.id) || (refills && isCut(reward))),
        revisionsOf,
        sourcesOf: new Map(all.map(({ purchase }) => [purchase.id, [ownSource(purchase)]])),
        reasonsOf: new Map(),
        refilling,
        usages: [...usages.values()],
        rooms:
          limit === undefined
            ? []
            : [{ ...QUEUE, day: DAY, limit, released, isWaited: !isOfJob && waiting().length > 0 }],
        wallets: [wallet],
      },
      { now, newId, requireMayRevise: () => undefined },
    );
    const entriesBefore = journal.length;
    for (const usage of caps) usages.set(usage.month, usage);
    for (const decision of decisions) {
      if (!decision.ok) {
        assert.ok(decision.error instanceof DomainError, String(decision.error));
        seen.refusals += 1;
        continue;
      }
      for (const step of decision.value.steps) {
        const { id } = step.after.purchase;
        checkOrder(step);
        purchases.set(id, step.after);
        const revision = revisionOf(step);
        if (revision !== undefined) revisionsOf.set(id, [...(revisionsOf.get(id) ?? []), revision]);
        if (step.cause.to === 'refilled') seen.refills += 1;
        post(movementsOf(step));
      }
    }
    if (limit === undefined) return;
    const entered = journal.slice(entriesBefore).filter(({ type }) => type === 'cashback_confirmation');
    const bySource = (list: readonly { sourceId: string; amount: bigint }[]) =>
      list.map(({ sourceId, amount }) => `${sourceId} ${amount}`);
    assert.deepEqual(
      bySource(releases),
      bySource(entered.map(({ source, amount }) => ({ sourceId: source.id, amount }))),
      'what counts in the day is what became available',
    );
    released += releases.reduce((sum, { amount }) => sum + amount, 0n);
  }

  /** Nothing is released before an older one that a day could hold. */
  function checkOrder({ after, cause }: Step): void {
    if (isAwaitingRelease(after.purchase) && cause.to === 'confirmed') seen.waits += 1;
    if (limit === undefined || (cause.to !== 'confirmed' && cause.to !== 'available')) return;
    if (after.reward.status !== 'available' || after.reward.amount === 0n) return;
    if (cause.to === 'available') seen.releases += 1;
    const overtaken = waiting().filter(
      (one) =>
        one.purchase.id !== after.purchase.id &&
        inOrderOfQueue(one, after) < 0 &&
        one.reward.amount > 0n &&
        (cause.to === 'confirmed' || one.reward.amount <= limit),
    );
    assert.deepEqual(overtaken, []);
  }

  function withdraw(amount: bigint): void {
    if (amount > wallet.available) return;
    const source = { type: 'payout', id: newId() } as const;
    post([aMovement({ type: 'payout', from: 'available', to: 'paid', amount, source })]);
  }

  function post(movements: readonly Movement[]): void {
    const { entries, wallets } = postMovements([wallet], movements, NOW);
    journal.push(...entries.map((entry) => ({ ...entry, id: newId() })));
    wallet = wallets[0] ?? wallet;
    if (wallet.available < 0n) seen.debts += 1;
  }

  function check(): void {
    for (const { purchase, reward } of purchases.values()) {
      const sources = new Set([purchase.id, ...(revisionsOf.get(purchase.id) ?? []).map(({ id }) => id)]);
      const entries = journal.filter(({ source }) => sources.has(source.id));
      const { reward: due, bucket } = positionOf(reward);
      for (const each of ['pending', 'available'] as const)
        assert.equal(balanceOf(entries, each), bucket === each ? due : 0n, `${each} of a purchase`);
      assert.ok(reward.amount >= 0n && reward.amount <= largestReward(purchase.amount, TERMS));
      assert.equal(purchase.revision, revisionsOf.get(purchase.id)?.length ?? 0);
    }
    assert.ok(wallet.pending >= 0n);
    if (limit !== undefined) assert.ok(released <= limit, `${released} released under a limit of ${limit}`);
    for (const usage of usages.values()) {
      const live = [...purchases.values()].filter(
        ({ reward }) => reward.capMonth === usage.month && reward.status !== 'reversed',
      );
      const given = live.reduce((sum, { reward }) => sum + capUseOf(reward), 0n);
      assert.equal(usage.used, given, 'cap use');
      assert.ok(given <= CAP);
      // An available reward is topped up only within the room of the day.
      if (!refills || limit !== undefined) continue;
      const uncapped = live.reduce((sum, { reward }) => sum + reward.uncappedAmount, 0n);
      assert.equal(given, uncapped < CAP ? uncapped : CAP, 'rewards under a cap that refills');
    }
  }

  return { buy, settle, release, nextDay, withdraw, check };
}

type Command = ReturnType<typeof commands> extends fc.Arbitrary<(infer One)[]> ? One : never;

const DAY = '2026-03-14';
const QUEUE = { namespace: String(PARTNER.id), currency: 'EUR' };

function inOrderOfQueue({ purchase: one }: RewardedPurchase, { purchase: other }: RewardedPurchase): number {
  const order = Temporal.Instant.compare(one.confirmedAt ?? NOW, other.confirmedAt ?? NOW);
  return order === 0 ? (one.id < other.id ? -1 : 1) : order;
}

/** What entries have left in a bucket. */
function balanceOf(entries: readonly WalletEntry[], bucket: 'pending' | 'available'): bigint {
  return entries.reduce(
    (sum, { from, to, amount }) => sum + (to === bucket ? amount : 0n) - (from === bucket ? amount : 0n),
    0n,
  );
}
