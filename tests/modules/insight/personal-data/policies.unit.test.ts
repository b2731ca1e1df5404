import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { requireForfeited, requireSettled } from '../../../../src/modules/insight/personal-data/policies.ts';
import { assertEqual } from '../../../support/equality.ts';
import { aWallet, NOW } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

const refusal = (check: () => void, code: string, details: object) =>
  rejectsWith(Promise.resolve().then(check), code, details);

describe('an erasure', () => {
  test('waits for payouts that are under way, and names them', async () => {
    const payouts = [
      { id: 'paid', settledAt: NOW },
      { id: 'open', settledAt: null },
    ];
    await refusal(() => requireSettled(payouts), 'PAYOUT_UNDER_WAY', { payout_ids: ['open'] });
    assert.doesNotThrow(() => requireSettled(payouts.slice(0, 1)));
  });

  for (const [bucket, wallet] of [
    ['available', aWallet({ available: 5n })],
    ['pending', aWallet({ pending: 5n })],
  ] as const) {
    test(`needs consent to forfeit what is ${bucket}`, async () => {
      const balances = [
        {
          currency: 'EUR',
          pending_balance: '0.00',
          available_balance: '0.00',
          [`${bucket}_balance`]: '0.05',
        },
      ];
      await refusal(() => requireForfeited([aWallet(), wallet], false), 'ACCOUNT_HAS_MONEY', { balances });
      assert.doesNotThrow(() => requireForfeited([wallet], true));
    });
  }

  test('needs none for an empty wallet, and for a debt', () => {
    assertEqual(requireForfeited([aWallet(), aWallet({ available: -5n, paid: 5n })], false), undefined);
  });
});
