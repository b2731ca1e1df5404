import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  acceptsPurchasesAt,
  inactiveSinceAfter,
} from '../../../../src/modules/catalogue/merchants/policies.ts';
import { assertEqual } from '../../../support/equality.ts';
import { aMerchant, NOW } from '../../../support/purchases-builders.ts';

const before = NOW.subtract({ microseconds: 1 });

describe('a merchant', () => {
  for (const [title, merchant, at, accepts] of [
    ['that is active accepts purchases at any time', aMerchant(), NOW, true],
    [
      'accepts those before it was deactivated',
      aMerchant({ active: false, inactiveSince: NOW }),
      before,
      true,
    ],
    ['accepts none from that instant on', aMerchant({ active: false, inactiveSince: NOW }), NOW, false],
    ['that never was active accepts none', aMerchant({ active: false }), before, false],
  ] as const) {
    test(title, () => assert.equal(acceptsPurchasesAt(merchant, at), accepts));
  }

  test('keeps the instant until it is active again', () => {
    const inactive = aMerchant({ active: false, inactiveSince: before });
    assertEqual(
      [
        inactiveSinceAfter(aMerchant(), false, NOW),
        inactiveSinceAfter(inactive, false, NOW),
        inactiveSinceAfter(inactive, undefined, NOW),
        inactiveSinceAfter(inactive, true, NOW),
      ],
      [NOW, before, before, null],
    );
  });
});
