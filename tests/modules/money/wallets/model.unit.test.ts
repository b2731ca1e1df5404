import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { walletModel } from '../../../support/wallet-model.ts';

describe('wallets under random movements', () => {
  test('are what the model says, entry by entry, and a list that is not covered changes nothing', () => {
    const { property, seen } = walletModel();

    fc.assert(property, { numRuns: 2_000 });

    assert.ok(seen.refusals > 100, `only ${seen.refusals} refusals`);
    assert.ok(seen.debts > 100, `only ${seen.debts} debts`);
  });
});
