import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Caller } from '../../../../src/core/caller.ts';
import {
  acceptsPurchasesAt,
  inactiveSinceAfter,
  permittedMerchants,
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

describe('the merchants that a caller may list', () => {
  const partner = (merchantIds: readonly string[] | null) =>
    ({ type: 'partner', merchantIds }) as unknown as Caller;
  const [one, other, foreign] = ['one', 'other', 'foreign'];

  for (const [title, caller, asked, permitted] of [
    ['are all for an administrator', { type: 'admin' } as Caller, undefined, undefined],
    ['are those that an administrator asks for', { type: 'admin' } as Caller, [foreign], [foreign]],
    ['are all for a partner without a limit', partner(null), undefined, undefined],
    ['are those that such a partner asks for', partner(null), [foreign], [foreign]],
    ['are those of a limited partner', partner([one, other]), undefined, [one, other]],
    ['are its own among those that it asks for', partner([one, other]), [foreign, one], [one]],
    ['are none if it asks for others', partner([one]), [foreign], []],
  ] as const)
    test(title, () => {
      assertEqual(permittedMerchants(caller, asked), permitted);
    });
});
