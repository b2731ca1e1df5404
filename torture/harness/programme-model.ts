import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DomainError } from '../../src/core/errors.ts';
import { newId } from '../../src/core/id.ts';
import { formatMoney } from '../../src/core/money.ts';
import type { CapUsage } from '../../src/modules/earning/cashback/model.ts';
import {
  capBook,
  capUseOf,
  grantRewards,
  rewardCapKey,
} from '../../src/modules/earning/cashback/policies.ts';
import { positionOf, revise, revised } from '../../src/modules/earning/purchases/amendments.ts';
import type { RewardedPurchase } from '../../src/modules/earning/purchases/model.ts';
import { requireTransition } from '../../src/modules/earning/purchases/policies.ts';
import { movesBetween } from '../../src/modules/earning/purchases/position.ts';
import type { Payout, PayoutMove } from '../../src/modules/money/payouts/model.ts';
import {
  moved,
  movementOf as movementOfPayout,
  newPayout,
  requireWithinLimits,
} from '../../src/modules/money/payouts/policies.ts';
import type { Movement, Wallet } from '../../src/modules/money/wallets/model.ts';
import { type Posting, postMovements } from '../../src/modules/money/wallets/policies.ts';
import {
  aCapUsage,
  aClaim,
  adminActor,
  aMovement,
  aPurchase,
  aWallet,
  NOW,
  ONE_PERCENT,
  SHOPPER,
  someTerms,
  userActor,
} from '../../tests/support/purchases-builders.ts';
import { rewardOf } from './operations.ts';

/*
 * Runs random commands for the purchases, payouts and adjustments of a shopper. Compares the rules of the platform, combined
 * in memory, with a model of a few numbers.
 */

const PERCENT = 10;
const CAP = 3_000;
const MINIMUM = 500;
const MONTHLY = 6_000;
const TERMS = someTerms({ value: BigInt(PERCENT) * ONE_PERCENT, monthlyCap: BigInt(CAP) });
const LIMITS = { minimum: new Map([['EUR', BigInt(MINIMUM)]]), monthly: new Map([['EUR', BigInt(MONTHLY)]]) };
const BANK_DETAILS = { iban: 'DE89370400440532013000', accountHolder: 'Erika Mustermann' };

const commands = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('buy' as const), cents: fc.integer({ min: 1, max: 20_000 }) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('settle' as const),
        number: fc.nat(20),
        to: fc.constantFrom('confirmed' as const, 'reversed' as const),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('amend' as const),
        number: fc.nat(20),
        cents: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20_000 })),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('withdraw' as const),
        cents: fc.integer({ min: 1, max: 2_500 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('move' as const),
        number: fc.nat(10),
        to: fc.constantFrom('processing', 'completed', 'failed', 'cancelled' as const),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('adjust' as const),
        cents: fc.integer({ min: 1, max: 3_000 }),
        isCredit: fc.boolean(),
      }),
    },
  ),
  { minLength: 5, maxLength: 40 },
);

/** `seen` counts the outcomes of each command. A run proves something only if all outcomes occurred. */
export function programmeModel() {
  const seen = new Map<string, number>();
  const property = fc.property(commands, (sequence) => {
    const programme = openProgramme();
    const model = openModel();
    for (const command of sequence) {
      const expected = model.apply(command);
      assert.equal(
        outcomeOf(() => programme.apply(command)),
        expected,
        JSON.stringify(command),
      );
      assert.deepEqual(programme.state(), model.state(), JSON.stringify(command));
      seen.set(`${command.kind} ${expected}`, (seen.get(`${command.kind} ${expected}`) ?? 0) + 1);
    }
    assert.deepEqual(replayed(programme.journal()), programme.state().wallet);
  });
  return { property, seen };
}

type Command = typeof commands extends fc.Arbitrary<(infer One)[]> ? One : never;

/** The rules of the platform, with memory instead of the database. */
function openProgramme() {
  let wallet: Wallet = aWallet();
  let usage: CapUsage = aCapUsage({ cap: BigInt(CAP) });
  const purchases: RewardedPurchase[] = [];
  const payouts: Payout[] = [];
  const journal: Posting['entries'][number][] = [];

  function apply(command: Command): void {
    if (command.kind === 'buy') buy(BigInt(command.cents));
    else if (command.kind === 'settle') settle(command.number, command.to);
    else if (command.kind === 'amend') amend(command.number, BigInt(command.cents));
    else if (command.kind === 'withdraw') withdraw(BigInt(command.cents));
    else if (command.kind === 'move') move(command.number, command.to);
    else adjust(BigInt(command.cents), command.isCredit);
  }

  function buy(amount: bigint): void {
    const purchase = aPurchase({ amount });
    const grant = grantRewards([aClaim({ purchaseId: purchase.id, amount, terms: TERMS })], [usage]);
    const [reward] = grant.rewards;
    if (reward === undefined) throw new Error('a claim was not rewarded');
    usage = grant.usages[0] ?? usage;
    purchases.push({ purchase, reward });
    if (reward.amount > 0n) post([aMovement({ amount: reward.amount })]);
  }

  function settle(number: number, to: 'confirmed' | 'reversed'): void {
    const index = number % purchases.length;
    const before = purchases[index];
    if (before === undefined) return;
    const { purchase, reward } = before;
    requireTransition(purchase, to);
    const status = to === 'confirmed' ? 'available' : 'reversed';
    step(index, before, { purchase: { ...purchase, status: to }, reward: { ...reward, status } });
  }

  function amend(number: number, amount: bigint): void {
    const index = number % purchases.length;
    const before = purchases[index];
    if (before === undefined) return;
    const statement = { amount: formatMoney(amount, 'EUR') };
    const amendment = { statement, reason: 'amended', version: newId() };
    const room = capBook([usage]).room(rewardCapKey(before.reward));
    const revision = revise(
      before,
      { actor: adminActor(SHOPPER), amendment },
      { id: newId(), now: NOW, room },
    );
    step(index, before, revised(before, revision));
  }

  function step(index: number, before: RewardedPurchase, after: RewardedPurchase): void {
    const caps = capBook([usage]);
    caps.use(rewardCapKey(after.reward), capUseOf(after.reward) - capUseOf(before.reward));
    usage = caps.touched()[0] ?? usage;
    purchases[index] = after;
    post(movesBetween(positionOf(before.reward), positionOf(after.reward)).map(aMovement));
  }

  function withdraw(amount: bigint): void {
    const order = {
      actor: userActor(SHOPPER),
      userId: SHOPPER,
      amount,
      currency: 'EUR',
      method: 'bank_transfer' as const,
      request: undefined,
    };
    const payout = newPayout(newId(), order, BANK_DETAILS, NOW);
    // As in the use case: first the balance, then the limits.
    const posting = postMovements([wallet], movementOfPayout(payout), NOW);
    const used = payouts
      .filter(({ status }) => status !== 'failed' && status !== 'cancelled')
      .reduce((sum, other) => sum + other.amount, 0n);
    requireWithinLimits(order, used, LIMITS);
    payouts.push(payout);
    accept(posting);
  }

  function move(number: number, to: PayoutMove['to']): void {
    const index = number % payouts.length;
    const payout = payouts[index];
    if (payout === undefined) return;
    const after = moved(payout, { actor: adminActor(SHOPPER), payoutId: payout.id, to }, NOW);
    payouts[index] = after;
    post(movementOfPayout(after));
  }

  function adjust(amount: bigint, isCredit: boolean): void {
    const [from, to] = isCredit ? (['platform', 'available'] as const) : (['available', 'platform'] as const);
    post([aMovement({ type: 'adjustment', from, to, amount })]);
  }

  function post(movements: readonly Movement[]): void {
    accept(postMovements([wallet], movements, NOW));
  }

  function accept({ entries, wallets }: ReturnType<typeof postMovements>): void {
    journal.push(...entries);
    wallet = wallets[0] ?? wallet;
  }

  return {
    apply,
    journal: () => journal,
    state: () => ({
      wallet: {
        pending: Number(wallet.pending),
        available: Number(wallet.available),
        paid: Number(wallet.paid),
      },
      used: Number(usage.used),
      entries: journal.length,
    }),
  };
}

/** The model: a few numbers, without code of the platform. */
function openModel() {
  const wallet = { pending: 0, available: 0, paid: 0 };
  const purchases: { uncapped: number; reward: number; status: string }[] = [];
  const payouts: { cents: number; status: string }[] = [];
  let used = 0;
  let entries = 0;

  function apply(command: Command): string {
    switch (command.kind) {
      case 'buy': {
        const uncapped = rewardOf(command.cents, PERCENT);
        const reward = Math.min(uncapped, CAP - used);
        purchases.push({ uncapped, reward, status: 'pending' });
        used += reward;
        wallet.pending += reward;
        entries += reward > 0 ? 1 : 0;
        return 'ok';
      }
      case 'settle': {
        const purchase = purchases[command.number % purchases.length];
        if (purchase === undefined) return 'ok';
        const { status, reward } = purchase;
        if (command.to === 'confirmed' && status !== 'pending') return 'PURCHASE_NOT_PENDING';
        if (status === 'reversed') return 'PURCHASE_ALREADY_REVERSED';
        purchase.status = command.to;
        wallet[status === 'pending' ? 'pending' : 'available'] -= reward;
        if (command.to === 'confirmed') wallet.available += reward;
        else used -= reward;
        entries += reward > 0 ? 1 : 0;
        return 'ok';
      }
      case 'amend': {
        const purchase = purchases[command.number % purchases.length];
        if (purchase === undefined) return 'ok';
        if (purchase.status === 'reversed') return 'PURCHASE_ALREADY_REVERSED';
        const uncapped = rewardOf(command.cents, PERCENT);
        const most = purchase.reward + (uncapped > purchase.uncapped ? CAP - used : 0);
        const change = Math.min(uncapped, most) - purchase.reward;
        purchase.uncapped = uncapped;
        purchase.reward += change;
        used += change;
        const isAvailable = purchase.status === 'confirmed';
        wallet[isAvailable ? 'available' : 'pending'] += change;
        // What is added to an available reward passes through pending.
        entries += change === 0 ? 0 : isAvailable && change > 0 ? 2 : 1;
        return 'ok';
      }
      case 'withdraw': {
        const { cents } = command;
        if (cents > wallet.available) return 'INSUFFICIENT_BALANCE';
        const month = payouts.reduce((sum, { status, cents }) => sum + (isRefunded(status) ? 0 : cents), 0);
        if (cents < MINIMUM || month + cents > MONTHLY) return 'PAYOUT_POLICY_VIOLATION';
        payouts.push({ cents, status: 'requested' });
        wallet.available -= cents;
        wallet.paid += cents;
        entries += 1;
        return 'ok';
      }
      case 'move': {
        const payout = payouts[command.number % payouts.length];
        if (payout === undefined) return 'ok';
        const isLegal =
          payout.status === 'requested' ||
          (payout.status === 'processing' && (command.to === 'completed' || command.to === 'failed'));
        if (!isLegal) return 'PAYOUT_INVALID_TRANSITION';
        payout.status = command.to;
        if (!isRefunded(command.to)) return 'ok';
        wallet.paid -= payout.cents;
        wallet.available += payout.cents;
        entries += 1;
        return 'ok';
      }
      case 'adjust': {
        if (!command.isCredit && command.cents > wallet.available) return 'INSUFFICIENT_BALANCE';
        wallet.available += command.isCredit ? command.cents : -command.cents;
        entries += 1;
        return 'ok';
      }
    }
  }

  return { apply, state: () => ({ wallet: { ...wallet }, used, entries }) };
}

function isRefunded(status: string): boolean {
  return status === 'failed' || status === 'cancelled';
}

function outcomeOf(work: () => void): string {
  try {
    work();
    return 'ok';
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

function replayed(journal: Posting['entries']) {
  const balances = { platform: 0, pending: 0, available: 0, paid: 0 };
  for (const [index, { from, to, amount, sequence }] of journal.entries()) {
    assert.equal(sequence, BigInt(index + 1));
    balances[from] -= Number(amount);
    balances[to] += Number(amount);
  }
  const { platform: _, ...wallet } = balances;
  return wallet;
}
