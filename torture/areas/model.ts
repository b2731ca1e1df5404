import fc from 'fast-check';
import { amendmentsKeepTheBooks } from '../../tests/support/amendment-properties.ts';
import {
  capIsExact,
  rewardIsThatOfDinero,
  rewardIsWithinHalfAMinorUnit,
  rewardNeverFalls,
} from '../../tests/support/money-properties.ts';
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
  const violations: string[] = [];

  const properties = await tryAll('money properties', scaled(context, 100_000, 1_000), [
    rewardIsThatOfDinero,
    rewardIsWithinHalfAMinorUnit,
    rewardNeverFalls,
    capIsExact,
  ]);
  const amendments = await tryAll('amendments', scaled(context, 100_000, 1_000), [
    leaving.property,
    refilling.property,
  ]);
  const sequences = await tryAll('command sequences', scaled(context, 20_000, 400), [
    programme.property,
    programme.property,
    programme.property,
    wallets.property,
  ]);
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
      { name: 'money properties', value: properties, goal: { atLeast: scaled(context, 100_000, 1_000) } },
      { name: 'amendments', value: amendments, goal: { atLeast: scaled(context, 100_000, 1_000) } },
      { name: 'rewards topped up', value: refilling.seen.refills, goal: { atLeast: 1 } },
      { name: 'command sequences', value: sequences, goal: { atLeast: scaled(context, 20_000, 400) } },
      { name: 'commands', value: [...programme.seen.values()].reduce((sum, count) => sum + count, 0) },
      { name: 'refused movements', value: wallets.seen.refusals },
      { name: 'interleavings', value: interleavings, goal: { atLeast: scaled(context, 5_000, 100) } },
    ],
    violations,
  };

  /** Distributes the runs evenly, and returns their number. */
  async function tryAll(what: string, count: number, all: readonly unknown[]): Promise<number> {
    say(`${count} ${what}`);
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
