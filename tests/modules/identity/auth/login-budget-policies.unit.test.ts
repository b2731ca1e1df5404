import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  afterFailure,
  afterLogin,
  type BudgetKind,
  requireBudget,
  withoutFailure,
} from '../../../../src/modules/identity/auth/login-budget-policies.ts';
import type { LoginBudget } from '../../../../src/modules/identity/auth/model.ts';
import { assertEqual } from '../../../support/equality.ts';
import { NOW } from '../../../support/purchases-builders.ts';

const FREE = 3;
const empty: LoginBudget = { subject: 's', failures: 0, waitsUntil: null, expiresAt: NOW };
const later = (seconds: number) => NOW.add({ milliseconds: seconds * 1000 });

/** The waits in seconds after each of several failures, each of which happens as soon as it may. */
function waits(kind: BudgetKind, count: number): number[] {
  let budget = empty;
  let now = NOW;
  return Array.from({ length: count }, () => {
    budget = afterFailure(budget, kind, FREE, now);
    const wait_ms = Math.max(0, (budget.waitsUntil?.epochMilliseconds ?? 0) - now.epochMilliseconds);
    now = now.add({ milliseconds: wait_ms });
    return wait_ms / 1000;
  });
}

describe('the wait after a failure', () => {
  for (const kind of ['account', 'device'] as const) {
    test(`doubles for ${kind === 'account' ? 'an account' : 'a device'}, from a minute up to an hour`, () => {
      assert.deepEqual(waits(kind, 11), [0, 0, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
    });
  }

  test('stays an hour after any number of failures', () => {
    assert.equal(waits('account', 2_000).at(-1), 3600);
  });

  test('lets through fewer than fifty guesses a day', () => {
    let spent_s = 0;
    const guesses = waits('account', 100).filter((wait_s) => {
      spent_s += wait_s;
      return spent_s <= 24 * 3600;
    });
    assert.ok(guesses.length < 50, String(guesses.length));
  });

  test('of an address ends a minute after the first failure', () => {
    let budget = afterFailure(empty, 'address', FREE, NOW);
    budget = afterFailure(budget, 'address', FREE, later(20));
    budget = afterFailure(budget, 'address', FREE, later(40));
    assertEqual(budget, { subject: 's', failures: 3, waitsUntil: later(60), expiresAt: later(60) });
    assertEqual(afterFailure(budget, 'address', FREE, later(60)), {
      subject: 's',
      failures: 1,
      waitsUntil: null,
      expiresAt: later(120),
    });
  });
});

describe('failures', () => {
  test('of an account are forgotten a day after the last one', () => {
    const budget = afterFailure({ ...empty, failures: 9, expiresAt: later(1) }, 'account', FREE, NOW);
    assert.equal(budget.failures, 10);
    assertEqual(budget.expiresAt, later(24 * 3600));
    assert.equal(afterFailure(budget, 'account', FREE, later(24 * 3600)).failures, 1);
  });

  test('of a device do not shorten the time for which it is known', () => {
    const known = afterLogin(empty, NOW);
    assertEqual(afterFailure(known, 'device', FREE, NOW).expiresAt, later(180 * 24 * 3600));
    assertEqual(afterFailure(empty, 'device', FREE, NOW).expiresAt, later(24 * 3600));
  });
});

describe('a budget', () => {
  const waiting = { ...empty, failures: 3, waitsUntil: later(59.5), expiresAt: later(3600) };

  test('refuses until its wait is over, with the longest wait in full seconds', () => {
    const refusal = { code: 'RATE_LIMITED', details: { retry_after_seconds: 60 } };
    assert.throws(() => requireBudget([{ ...waiting, waitsUntil: later(1) }, waiting], NOW), refusal);
    requireBudget([waiting], later(59.5));
  });

  test('that is expired refuses nothing', () => {
    requireBudget([{ ...waiting, expiresAt: NOW }], NOW);
  });
});

describe('a failure that was counted too much', () => {
  const before = { ...empty, failures: 3, waitsUntil: later(-1), expiresAt: later(3600) };
  const after = afterFailure(before, 'account', FREE, NOW);

  test('is taken back with its wait', () => {
    assertEqual(withoutFailure(after, { before, after }), { ...after, failures: 3, waitsUntil: later(-1) });
  });

  test('leaves the wait of another failure that was counted meanwhile', () => {
    const other = afterFailure(after, 'account', FREE, later(1));
    assertEqual(withoutFailure(other, { before, after }), { ...other, failures: 4 });
  });

  test('is no less than none', () => {
    assert.equal(withoutFailure(empty, { before, after }).failures, 0);
  });
});

test('a login forgets the failures of its device, and makes it known for half a year', () => {
  const budget = { ...empty, failures: 7, waitsUntil: later(60) };
  assertEqual(afterLogin(budget, NOW), { ...empty, expiresAt: later(180 * 24 * 3600) });
});
