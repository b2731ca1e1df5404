import fc from 'fast-check';
import { amendmentsKeepTheBooks } from '../../tests/support/amendment-properties.ts';
import {
  capIsExact,
  positionIsReached,
  rewardIsThatOfDinero,
  rewardIsWithinHalfAMinorUnit,
  rewardNeverFalls,
} from '../../tests/support/money-properties.ts';
import {
  amountIsThatOfTheDecidingSource,
  matchIsTheClosest,
  ofTwinsOneIsDoubted,
  oneOfTwoIsDoubted,
  orderIsRewardedOnce,
} from '../../tests/support/order-properties.ts';
import { walletModel } from '../../tests/support/wallet-model.ts';
import { type Area, type AreaContext, scaled } from '../area.ts';
import { repeatsGetTheFirstAnswer } from '../harness/idempotency-interleavings.ts';
import { batchesKeepTheirPromises, cachesForget } from '../harness/interleavings.ts';
import { programmeModel } from '../harness/programme-model.ts';

/** Checks properties of amounts, sequences of commands and orders of events with random values. */
export const model: Area = {
  name: 'model',
  title: 'money properties, amendments, command sequences and interleavings',
  run: tryAtRandom,
};

type Property = fc.IRawProperty<unknown>;

async function tryAtRandom(context: AreaContext) {
  const { seed, say } = context;
  const wallets = walletModel();
  const programme = programmeModel();
  const leaving = amendmentsKeepTheBooks({ refills: false });
  const refilling = amendmentsKeepTheBooks({ refills: true });
  const limited = amendmentsKeepTheBooks({ refills: true, limit: 900n });
  const violations: string[] = [];

  say('money properties');
  const cases = await tryEach('money properties', scaled(context, 100_000, 1_000), MONEY_PROPERTIES);
  say('amendments');
  const amendments = await tryAll('amendments', scaled(context, 100_000, 10_000), [
    leaving.property,
    refilling.property,
    limited.property,
  ]);
  say('command sequences');
  const programmes = await tryAll('programmes', scaled(context, 100_000, 1_500), [programme.property]);
  const sequences = await tryAll('wallet sequences', scaled(context, 20_000, 100), [wallets.property]);
  say('interleavings');
  const interleavings = await tryAll('interleavings', scaled(context, 5_000, 100), [
    batchesKeepTheirPromises,
    cachesForget,
    repeatsGetTheFirstAnswer,
  ]);
  for (const outcome of OUTCOMES) {
    if (!programme.seen.has(outcome)) violations.push(`no command sequence came to "${outcome}"`);
  }

  return {
    figures: [
      { name: 'money properties', value: MONEY_PROPERTIES.length },
      { name: 'cases of each', value: cases, goal: { atLeast: scaled(context, 100_000, 1_000) } },
      { name: 'amendments', value: amendments, goal: { atLeast: scaled(context, 100_000, 10_000) } },
      { name: 'rewards topped up', value: refilling.seen.refills, goal: { atLeast: 1 } },
      { name: 'rewards that waited', value: limited.seen.releases, goal: { atLeast: 1 } },
      { name: 'programmes', value: programmes, goal: { atLeast: scaled(context, 100_000, 1_500) } },
      { name: 'wallet sequences', value: sequences, goal: { atLeast: scaled(context, 20_000, 100) } },
      { name: 'commands', value: [...programme.seen.values()].reduce((sum, count) => sum + count, 0) },
      { name: 'refused movements', value: wallets.seen.refusals },
      { name: 'interleavings', value: interleavings, goal: { atLeast: scaled(context, 5_000, 100) } },
    ],
    violations,
  };

  /** Returns the number of runs of the property that had the fewest. */
  async function tryEach(what: string, count: number, all: readonly unknown[]): Promise<number> {
    const runs: number[] = [];
    for (const property of all) runs.push(await tryAll(what, count, [property]));
    return Math.min(...runs);
  }

  /** Distributes the runs evenly, and returns their number. */
  async function tryAll(what: string, count: number, all: readonly unknown[]): Promise<number> {
    let runs = 0;
    for (const [index, property] of all.entries()) {
      const numRuns = Math.ceil(count / all.length);
      const outcome = await fc.check(property as Property, { numRuns, seed: seed + index });
      runs += outcome.numRuns;
      if (outcome.failed)
        violations.push(`${what}: ${outcome.errorInstance}\n${fc.defaultReportMessage(outcome)}`);
    }
    return runs;
  }
}

/** The same that the tests try, with fewer cases. */
const MONEY_PROPERTIES = [
  rewardIsThatOfDinero,
  rewardIsWithinHalfAMinorUnit,
  rewardNeverFalls,
  capIsExact,
  positionIsReached,
  amountIsThatOfTheDecidingSource,
  orderIsRewardedOnce,
  matchIsTheClosest,
  ofTwinsOneIsDoubted,
  oneOfTwoIsDoubted,
];

/** A run proves something only if it reached the hard cases. */
const OUTCOMES = [
  'buy ok',
  'settle ok',
  'settle PURCHASE_NOT_PENDING',
  'settle PURCHASE_ALREADY_REVERSED',
  'amend ok',
  'amend PURCHASE_ALREADY_REVERSED',
  'withdraw ok',
  'withdraw INSUFFICIENT_BALANCE',
  'withdraw PAYOUT_POLICY_VIOLATION',
  'move ok',
  'move PAYOUT_INVALID_TRANSITION',
  'adjust ok',
  'adjust INSUFFICIENT_BALANCE',
];
