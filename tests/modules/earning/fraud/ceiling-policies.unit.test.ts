import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DomainError } from '../../../../src/core/errors.ts';
import {
  ceilingBook,
  ceilingsOf,
  readLimits,
  requireCeilingScope,
  statesNothing,
} from '../../../../src/modules/earning/fraud/ceiling-policies.ts';
import type { CeilingSubject } from '../../../../src/modules/earning/fraud/model.ts';
import { aCeiling } from '../../../support/ceiling-builders.ts';
import { assertEqual } from '../../../support/equality.ts';
import { PARTNER } from '../../../support/partner-builders.ts';
import { MERCHANT, SHOPPER } from '../../../support/purchases-builders.ts';

const DEFAULTS = { amount: new Map([['EUR', 10_000_00n]]), reward: new Map([['EUR', 500_00n]]) };
const byPartner = { partnerId: PARTNER, namespace: PARTNER, merchantId: MERCHANT, currency: 'EUR' };
const byShopper = { ...byPartner, partnerId: null, namespace: SHOPPER };

const ofPlatform = (fields: Parameters<typeof aCeiling>[0]) => aCeiling(fields);
const ofPartner = (fields: Parameters<typeof aCeiling>[0]) =>
  aCeiling({ scope: { type: 'partner', id: PARTNER }, ...fields });
const ofMerchant = (fields: Parameters<typeof aCeiling>[0]) =>
  aCeiling({ scope: { type: 'merchant', id: MERCHANT }, ...fields });

describe('the largest purchase', () => {
  for (const [title, ceilings, subject, expected] of [
    ['is that of the settings without a ceiling', [], byPartner, [10_000_00n, 'platform']],
    [
      'is that of the platform before the settings, also if it is larger',
      [ofPlatform({ maxAmount: 20_000_00n })],
      byPartner,
      [20_000_00n, 'platform'],
    ],
    [
      'is that of the settings if the platform states only something else',
      [ofPlatform({ maxReward: 1n })],
      byPartner,
      [10_000_00n, 'platform'],
    ],
    [
      'is that of the partner before the platform, also if it is larger',
      [ofPlatform({ maxAmount: 1_00n }), ofPartner({ maxAmount: 30_000_00n })],
      byPartner,
      [30_000_00n, 'partner'],
    ],
    [
      'is the smaller one of partner and merchant: the merchant',
      [ofPartner({ maxAmount: 3_00n }), ofMerchant({ maxAmount: 2_00n })],
      byPartner,
      [2_00n, 'merchant'],
    ],
    [
      'is the smaller one of partner and merchant: the partner',
      [ofPartner({ maxAmount: 2_00n }), ofMerchant({ maxAmount: 3_00n })],
      byPartner,
      [2_00n, 'partner'],
    ],
    ['may be zero', [ofMerchant({ maxAmount: 0n })], byPartner, [0n, 'merchant']],
    [
      'of a shopper is not that of a partner',
      [ofPartner({ maxAmount: 2_00n })],
      byShopper,
      [10_000_00n, 'platform'],
    ],
    [
      'is not that of another currency',
      [ofMerchant({ maxAmount: 2_00n, currency: 'USD' })],
      byPartner,
      [10_000_00n, 'platform'],
    ],
  ] as const) {
    test(title, () => {
      const [max, scope] = expected;
      assertEqual(ceilingsOf(ceilingBook(ceilings), DEFAULTS, subject).amount, { max, scope });
    });
  }

  test('is unlimited in a currency without any', () => {
    const { amount, reward } = ceilingsOf(ceilingBook([]), DEFAULTS, { ...byPartner, currency: 'JPY' });
    assertEqual([amount, reward], [undefined, undefined]);
  });
});

test('the largest reward is decided like the largest purchase', () => {
  const book = ceilingBook([
    ofPartner({ maxReward: 3_00n, maxAmount: 1n }),
    ofMerchant({ maxReward: 2_00n }),
    ofPlatform({ maxReward: 1_00n }),
  ]);
  assertEqual(ceilingsOf(book, DEFAULTS, byPartner).reward, { max: 2_00n, scope: 'merchant' });
  assertEqual(ceilingsOf(ceilingBook([]), DEFAULTS, byPartner).reward, { max: 500_00n, scope: 'platform' });
});

describe('the rewards of a day', () => {
  const dailyOf = (ceilings: Parameters<typeof ceilingBook>[0], subject: CeilingSubject = byPartner) =>
    ceilingsOf(ceilingBook(ceilings), DEFAULTS, subject).dailyPending.map(({ max, scope, total }) => [
      max,
      scope,
      JSON.parse(total),
    ]);

  test('have no limit without a ceiling', () => assertEqual(dailyOf([]), []));

  test('are limited by partner and merchant at once, each with a total of its own', () => {
    assertEqual(
      dailyOf([
        ofPlatform({ dailyPending: 1n }),
        ofPartner({ dailyPending: 3n }),
        ofMerchant({ dailyPending: 2n }),
      ]),
      [
        [3n, 'partner', [PARTNER, 'EUR']],
        [2n, 'merchant', [MERCHANT, 'EUR']],
      ],
    );
  });

  test('are limited by the platform for each source where neither states a limit', () => {
    const ceilings = [ofPlatform({ dailyPending: 1n }), ofPartner({ maxAmount: 5n })];
    assertEqual(dailyOf(ceilings), [[1n, 'platform', [PARTNER, 'EUR']]]);
    assertEqual(dailyOf(ceilings, byShopper), [[1n, 'platform', [SHOPPER, 'EUR']]]);
  });

  test('of a partner whose ids are per shop have one total', () => {
    const subject = { ...byPartner, namespace: SHOPPER };
    assertEqual(dailyOf([ofPlatform({ dailyPending: 1n })], subject), [[1n, 'platform', [PARTNER, 'EUR']]]);
  });
});

describe('the scope of a ceiling', () => {
  test('names a partner or merchant, and nothing for the platform', () => {
    assertEqual(requireCeilingScope('platform', null), { type: 'platform', id: null });
    assertEqual(requireCeilingScope('partner', PARTNER), { type: 'partner', id: PARTNER });
    assertEqual(requireCeilingScope('merchant', MERCHANT), { type: 'merchant', id: MERCHANT });
  });

  for (const [type, id] of [
    ['platform', PARTNER],
    ['partner', null],
    ['merchant', null],
  ] as const) {
    test(`${type} refuses the id ${id}`, () => {
      assertRefused(() => requireCeilingScope(type, id), 'invalid', 'VALIDATION_ERROR', ['scope_id']);
    });
  }
});

describe('the limits of a ceiling', () => {
  const nothing = { maxAmount: null, maxReward: null, dailyPending: null, dailyReleased: null };
  const platform = { type: 'platform' } as const;

  test('are read as money of the currency, zero included', () => {
    const sent = { maxAmount: '10.5', maxReward: 0, dailyPending: '0.00', dailyReleased: null };
    const read = readLimits(sent, platform, 'EUR', ['EUR']);
    assertEqual(read, { maxAmount: 10_50n, maxReward: 0n, dailyPending: 0n, dailyReleased: null });
    assert.equal(statesNothing(read), false);
    assert.equal(statesNothing(readLimits(nothing, platform, 'EUR', ['EUR'])), true);
  });

  test('must have the decimals of the currency, and all faults are named', () => {
    const sent = { maxAmount: '1.5', maxReward: '0.001', dailyPending: 1, dailyReleased: '12345678901' };
    assertRefused(() => readLimits(sent, platform, 'JPY', ['JPY']), 'unprocessable', 'VALIDATION_ERROR', [
      'max_amount',
      'max_reward',
      'daily_released',
    ]);
  });

  test('must be in a supported currency', () => {
    for (const currency of ['USD', 'XYZ'])
      assertRefused(
        () => readLimits(nothing, platform, currency, ['EUR']),
        'unprocessable',
        'UNSUPPORTED_CURRENCY',
      );
  });

  test('of a merchant do not limit what is released', () => {
    const sent = { ...nothing, dailyReleased: '5.00' };
    const attempt = () => readLimits(sent, { type: 'merchant' }, 'EUR', ['EUR']);
    assertRefused(attempt, 'invalid', 'VALIDATION_ERROR', ['daily_released']);
    assertEqual(readLimits(sent, { type: 'partner' }, 'EUR', ['EUR']).dailyReleased, 5_00n);
  });
});

function assertRefused(attempt: () => unknown, kind: string, code: string, fields?: readonly string[]): void {
  assert.throws(attempt, (error) => {
    assert.ok(error instanceof DomainError);
    assertEqual([error.kind, error.code], [kind, code]);
    const { violations } = error.details as { violations?: { field: string }[] };
    assertEqual(
      violations?.map(({ field }) => field),
      fields,
    );
    return true;
  });
}
