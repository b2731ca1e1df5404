import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { amendmentsKeepTheBooks } from '../../../support/amendment-properties.ts';

describe('after any amendments, confirmations, reversals and payouts', () => {
  test('the entries of a purchase are its position, and a cap counts the live rewards', () => {
    const { property, seen } = amendmentsKeepTheBooks({ refills: false });
    fc.assert(property, { numRuns: 1_000 });
    assert.ok(
      seen.cuts > 0 && seen.debts > 0 && seen.refusals > 0 && seen.refills === 0,
      JSON.stringify(seen),
    );
  });

  test('an offer that refills gives as much as its cap allows, whatever their order', () => {
    const { property, seen } = amendmentsKeepTheBooks({ refills: true });
    fc.assert(property, { numRuns: 1_000 });
    assert.ok(seen.cuts > 0 && seen.debts > 0 && seen.refusals > 0 && seen.refills > 0, JSON.stringify(seen));
  });

  for (const refills of [false, true])
    test(`a day releases no more than its limit, and in the order of the queue${refills ? ', also with refills' : ''}`, () => {
      const { property, seen } = amendmentsKeepTheBooks({ refills, limit: 900n });
      fc.assert(property, { numRuns: 1_000 });
      assert.ok(seen.waits > 0 && seen.releases > 0 && seen.refusals > 0, JSON.stringify(seen));
    });
});
