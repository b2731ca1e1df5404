import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  formatTermsValue,
  type Offer,
  parseTermsValue,
} from '../../../../src/modules/catalogue/offers/index.ts';
import {
  continuedCaps,
  type OfferProposal,
  offerValidAt,
  reachesInto,
  requireSoundTerms,
} from '../../../../src/modules/catalogue/offers/policies.ts';
import { anOffer, MERCHANT, OFFER, STRANGER, someTerms } from '../../../support/purchases-builders.ts';

const LIMITS = { maxCashbackPercentage: 20, today: '2026-03-14' };

const proposal = (fields: Partial<OfferProposal> = {}): OfferProposal => ({
  merchantId: MERCHANT,
  cashbackType: 'percent',
  cashbackValue: 5,
  currency: 'EUR',
  monthlyCap: null,
  startDate: '2026-03-01',
  endDate: '2026-03-31',
  ...fields,
});

describe('sound terms', () => {
  const table: [string, Partial<OfferProposal>, { value: bigint; monthlyCap: bigint | null }][] = [
    ['five percent', {}, { value: 50_000n, monthlyCap: null }],
    ['a percentage that floats round', { cashbackValue: 4.35 }, { value: 43_500n, monthlyCap: null }],
    ['the highest percentage', { cashbackValue: 20 }, { value: 200_000n, monthlyCap: null }],
    [
      'a fixed value in cents',
      { cashbackType: 'fixed', cashbackValue: 0.29 },
      { value: 29n, monthlyCap: null },
    ],
    [
      'a fixed value in yen',
      { cashbackType: 'fixed', cashbackValue: 500, currency: 'JPY' },
      { value: 500n, monthlyCap: null },
    ],
    [
      'a fixed value in fils',
      { cashbackType: 'fixed', cashbackValue: 1.005, currency: 'KWD' },
      { value: 1_005n, monthlyCap: null },
    ],
    ['a cap', { monthlyCap: 1.1 }, { value: 50_000n, monthlyCap: 110n }],
    ['a cap in yen', { monthlyCap: 300, currency: 'JPY' }, { value: 50_000n, monthlyCap: 300n }],
    ['a last day that is today', { endDate: '2026-03-14' }, { value: 50_000n, monthlyCap: null }],
    ['one day', { startDate: '2026-03-14', endDate: '2026-03-14' }, { value: 50_000n, monthlyCap: null }],
  ];
  for (const [title, fields, expected] of table) {
    test(`are kept to the unit: ${title}`, () => {
      const { cashbackType, currency } = proposal(fields);
      const terms = requireSoundTerms(proposal(fields), LIMITS);
      assert.deepEqual(terms, { type: cashbackType, currency, ...expected });
    });
  }
});

describe('terms that break a rule', () => {
  const table: [string, Partial<OfferProposal>, readonly string[]][] = [
    ['a percentage above the maximum', { cashbackValue: 20.0001 }, ['cashback_value']],
    ['a percentage of zero', { cashbackValue: 0 }, ['cashback_value']],
    ['a negative percentage', { cashbackValue: -5 }, ['cashback_value']],
    ['a percentage of 11 digits', { cashbackValue: 1e10 }, ['cashback_value']],
    ['a fixed value of zero', { cashbackType: 'fixed', cashbackValue: 0 }, ['cashback_value']],
    ['a negative fixed value', { cashbackType: 'fixed', cashbackValue: -5 }, ['cashback_value']],
    ['a fixed value of 11 digits', { cashbackType: 'fixed', cashbackValue: 1e10 }, ['cashback_value']],
    ['a cap of zero', { monthlyCap: 0 }, ['monthly_cap']],
    ['a negative cap', { monthlyCap: -0.01 }, ['monthly_cap']],
    ['a cap of 11 digits', { monthlyCap: 1e10 }, ['monthly_cap']],
    ['half a yen', { cashbackType: 'fixed', cashbackValue: 0.5, currency: 'JPY' }, ['cashback_value']],
    ['half a cent', { cashbackType: 'fixed', cashbackValue: 1.005 }, ['cashback_value']],
    ['a cap of half a cent', { monthlyCap: 0.005 }, ['monthly_cap']],
    ['a cap of half a yen', { monthlyCap: 0.5, currency: 'JPY' }, ['monthly_cap']],
    ['dates in the wrong order', { startDate: '2026-04-01' }, ['start_date']],
    ['an end that was yesterday', { endDate: '2026-03-13' }, ['end_date']],
    ['an end that was last year', { startDate: '2025-01-01', endDate: '2025-12-31' }, ['end_date']],
    [
      'all of them',
      { cashbackValue: 100, monthlyCap: 0.001, startDate: '2026-03-13', endDate: '2026-03-12' },
      ['cashback_value', 'monthly_cap', 'start_date', 'end_date'],
    ],
  ];
  for (const [title, fields, violated] of table) {
    test(`are refused with ${violated.join(', ')}: ${title}`, () => {
      assert.throws(
        () => requireSoundTerms(proposal(fields), LIMITS),
        (error: { kind: string; code: string; details: { violations: { field: string }[] } }) => {
          assert.deepEqual([error.kind, error.code], ['invalid', 'VALIDATION_ERROR']);
          assert.deepEqual(
            error.details.violations.map(({ field }) => field),
            violated,
          );
          return true;
        },
      );
    });
  }

  test('depend on the maximum that the platform is configured with', () => {
    const terms = proposal({ cashbackValue: 30 });
    assert.equal(requireSoundTerms(terms, { ...LIMITS, maxCashbackPercentage: 30 }).value, 300_000n);
    assert.throws(() => requireSoundTerms(terms, LIMITS), { code: 'VALIDATION_ERROR' });
  });
});

describe('the offer that rewards an instant', () => {
  const april = anOffer({ id: 'next', validity: [period('2026-04-01T00:00:00Z', '2026-05-01T00:00:00Z')] });
  const paused = anOffer({
    validity: [
      period('2026-03-01T00:00:00Z', '2026-03-10T10:00:00Z'),
      period('2026-03-12T00:00:00Z', '2026-04-01T00:00:00Z'),
    ],
  });

  const table: [string, readonly Offer[], string, string | undefined][] = [
    ['rules from its first instant', [anOffer()], '2026-03-01T00:00:00Z', OFFER],
    ['rules until its last day is over', [anOffer()], '2026-03-31T23:59:59.999999Z', OFFER],
    ['does not rule before', [anOffer()], '2026-02-28T23:59:59.999999Z', undefined],
    ['does not rule after', [anOffer()], '2026-04-01T00:00:00Z', undefined],
    ['is the next one when the present one is over', [anOffer(), april], '2026-04-01T00:00:00Z', 'next'],
    ['rules until it was stopped', [paused], '2026-03-10T09:59:00Z', OFFER],
    ['does not rule from then on', [paused], '2026-03-10T10:00:00Z', undefined],
    ['rules again from its next start', [paused], '2026-03-12T00:00:00Z', OFFER],
    ['rules when it was valid, active or not', [anOffer({ active: false })], '2026-03-14T00:00:00Z', OFFER],
    ['is none that never ruled', [anOffer({ validity: [] })], '2026-03-14T00:00:00Z', undefined],
    [
      'is not that of another merchant',
      [anOffer({ merchantId: STRANGER })],
      '2026-03-14T00:00:00Z',
      undefined,
    ],
    ['is none where there is none', [], '2026-03-14T00:00:00Z', undefined],
  ];
  for (const [title, offers, at, expected] of table) {
    test(title, () => {
      assert.equal(offerValidAt(offers, MERCHANT, Temporal.Instant.from(at))?.id, expected);
    });
  }

  function period(from: string, until: string) {
    return { from: Temporal.Instant.from(from), until: Temporal.Instant.from(until) };
  }
});

describe('an offer that continues another one', () => {
  const continued = anOffer({ terms: someTerms({ capGroup: 'first' }) });

  for (const capRefill of [false, true]) {
    test(`has its group of caps, and refills by default as it does: ${capRefill}`, () => {
      assert.deepEqual(continuedCaps({ ...continued, capRefill }, proposal()), {
        capGroup: 'first',
        capRefill,
      });
      assert.deepEqual(
        continuedCaps({ ...continued, capRefill }, proposal({ capRefill })).capRefill,
        capRefill,
      );
    });
  }

  for (const [title, fields] of [
    ['merchant', { merchantId: STRANGER }],
    ['currency', { currency: 'JPY' }],
    ['way to fill room', { capRefill: true }],
  ] as const) {
    test(`is refused for another ${title}`, () => {
      assert.throws(() => continuedCaps(continued, proposal(fields)), { code: 'VALIDATION_ERROR' });
    });
  }
});

describe('an offer from 1 to 31 March', () => {
  const offer = anOffer({ startDate: '2026-03-01', endDate: '2026-03-31' });
  for (const [from, to, reaches] of [
    ['2026-03-10', '2026-03-20', true],
    ['2026-01-01', '2026-12-31', true],
    ['2026-02-01', '2026-03-01', true],
    ['2026-03-31', '2026-04-30', true],
    ['2026-02-01', '2026-02-28', false],
    ['2026-04-01', '2026-04-30', false],
  ] as const) {
    test(`${reaches ? 'reaches' : 'does not reach'} into ${from} to ${to}`, () => {
      assert.equal(reachesInto(offer, from, to), reaches);
    });
  }
});

describe('the value of terms', () => {
  const table: [type: 'percent' | 'fixed', currency: string, numeric: string, value: bigint, text: string][] =
    [
      ['percent', 'EUR', '5', 50_000n, '5.0000'],
      ['percent', 'EUR', '5.0000', 50_000n, '5.0000'],
      ['percent', 'JPY', '0.0001', 1n, '0.0001'],
      ['percent', 'EUR', '12.3456', 123_456n, '12.3456'],
      ['percent', 'EUR', '100', 1_000_000n, '100.0000'],
      ['fixed', 'EUR', '5.0000', 500n, '5.00'],
      ['fixed', 'JPY', '5.0000', 5n, '5'],
      ['fixed', 'KWD', '5.0050', 5_005n, '5.005'],
    ];
  for (const [type, currency, numeric, value, text] of table) {
    test(`${type} ${numeric} in ${currency} is ${value}, and back`, () => {
      assert.equal(parseTermsValue(type, numeric, currency), value);
      assert.equal(formatTermsValue({ type, value, currency }), text);
    });
  }
});
