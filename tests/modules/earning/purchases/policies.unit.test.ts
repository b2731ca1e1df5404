import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Offer } from '../../../../src/modules/catalogue/offers/index.ts';
import type {
  PurchaseLine,
  PurchaseStatus,
  PurchaseSubmission,
} from '../../../../src/modules/earning/purchases/model.ts';
import {
  isSelected,
  offerFor,
  refuseDuplicate,
  requireAcceptableTerms,
  requireEligibleMerchant,
  requireEligibleUser,
  requireMayRead,
  requireMayReport,
  requireMayReportSelf,
  requireOffer,
  requireOwnMerchant,
  requirePurchaseStatus,
  requireRecent,
  requireTransition,
} from '../../../../src/modules/earning/purchases/policies.ts';
import type { Actor } from '../../../../src/modules/platform/events/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import {
  adminActor,
  aLine,
  aMerchant,
  anOffer,
  aPurchase,
  aReward,
  aSubmission,
  aUser,
  MERCHANT,
  NOW,
  OFFER,
  partnerActor,
  SHOPPER,
  STRANGER,
  someTerms,
  userActor,
} from '../../../support/purchases-builders.ts';
import { refusalOf } from '../../../support/rejections.ts';

describe('the state machine of purchases', () => {
  type Verdict = 'allowed' | 'PURCHASE_NOT_PENDING' | 'PURCHASE_ALREADY_REVERSED';
  const table: [
    from: PurchaseStatus,
    to: 'confirmed' | 'reversed',
    verdict: Verdict,
    then: PurchaseStatus[],
  ][] = [
    ['pending', 'confirmed', 'allowed', []],
    ['pending', 'reversed', 'allowed', []],
    ['confirmed', 'confirmed', 'PURCHASE_NOT_PENDING', ['reversed']],
    ['confirmed', 'reversed', 'allowed', []],
    ['reversed', 'confirmed', 'PURCHASE_NOT_PENDING', []],
    ['reversed', 'reversed', 'PURCHASE_ALREADY_REVERSED', []],
  ];

  for (const [from, to, verdict, allowedTransitions] of table) {
    test(`from ${from} to ${to}: ${verdict}`, () => {
      const { id } = aPurchase();
      const attempt = () => requireTransition({ id, status: from }, to);

      if (verdict === 'allowed') return assert.doesNotThrow(attempt);
      const refusal = refusalOf(attempt);
      assert.equal(refusal.code, verdict);
      assert.equal(refusal.kind, 'invalid');
      assertEqual(refusal.details, {
        purchase_id: id,
        status: from,
        allowed_transitions: allowedTransitions,
      });
    });
  }
});

describe('whose purchases a partner may report and settle', () => {
  const other = '01936f2e-8c1b-7c3a-9d55-000000000099';
  for (const [title, actor, isAllowed] of [
    ['a partner without a limit', partnerActor(STRANGER), true],
    ['a partner of all merchants', { ...partnerActor(STRANGER), merchantIds: null }, true],
    ['a partner of this merchant', { ...partnerActor(STRANGER), merchantIds: [other, MERCHANT] }, true],
    ['a partner of another merchant', { ...partnerActor(STRANGER), merchantIds: [other] }, false],
    ['a partner of no merchant', { ...partnerActor(STRANGER), merchantIds: [] }, false],
    ['an administrator', adminActor(STRANGER), true],
    ['a user', userActor(SHOPPER), true],
  ] as const) {
    test(`${title}: ${isAllowed ? 'allowed' : 'refused'}`, () => {
      const attempt = () => requireOwnMerchant(actor, { merchantId: MERCHANT });
      if (isAllowed) return assert.doesNotThrow(attempt);
      const { code, details } = refusalOf(attempt);
      assertEqual([code, details], ['FORBIDDEN', { reason: 'This merchant is not one of yours.' }]);
    });
  }
});

describe('who may report and read', () => {
  test('a user reports only their own purchases', () => {
    const own = aSubmission({ actor: userActor(SHOPPER) });
    const foreign = aSubmission({ actor: userActor(STRANGER) });

    assert.doesNotThrow(() => requireMayReport(own));
    assert.equal(refusalOf(() => requireMayReport(foreign)).code, 'FORBIDDEN');
  });

  test('an administrator reports for any user', () => {
    assert.doesNotThrow(() => requireMayReport(aSubmission({ actor: adminActor(STRANGER) })));
  });

  test('a user reads their own purchase, an administrator every one, and a stranger none', () => {
    const purchase = aPurchase({ userId: SHOPPER });

    assert.doesNotThrow(() => requireMayRead(userActor(SHOPPER), purchase));
    assert.doesNotThrow(() => requireMayRead(adminActor(STRANGER), purchase));
    assert.equal(refusalOf(() => requireMayRead(userActor(STRANGER), purchase)).code, 'FORBIDDEN');
  });
});

describe('acceptable terms', () => {
  const limits = { supportedCurrencies: ['EUR', 'JPY'], now: NOW };

  test('a currency the platform does not work in is refused with those it does', () => {
    const refusal = refusalOf(() => requireAcceptableTerms(aSubmission({ currency: 'USD' }), limits));

    assert.equal(refusal.code, 'UNSUPPORTED_CURRENCY');
    assert.equal(refusal.kind, 'unprocessable');
    assertEqual(refusal.details, { currency: 'USD', supported: ['EUR', 'JPY'] });
  });

  test('every supported currency is accepted, not only the first', () => {
    assert.doesNotThrow(() => requireAcceptableTerms(aSubmission({ currency: 'JPY' }), limits));
  });

  test('a purchase may be up to 60 seconds in the future, as clocks differ', () => {
    const skewed = aSubmission({ purchasedAt: NOW.add({ seconds: 60 }) });
    const future = aSubmission({ purchasedAt: NOW.add({ seconds: 60, microseconds: 1 }) });

    assert.doesNotThrow(() => requireAcceptableTerms(skewed, limits));
    const refusal = refusalOf(() => requireAcceptableTerms(future, limits));
    assert.equal(refusal.code, 'VALIDATION_ERROR');
    assert.equal(refusal.kind, 'unprocessable');
    assertEqual(refusal.details, {
      violations: [{ field: 'purchased_at', reason: 'must not be more than 60 seconds in the future' }],
    });
  });
});

describe('the lines of a purchase', () => {
  const limits = { supportedCurrencies: ['EUR'], now: NOW };
  const submit = (...lines: PurchaseLine[]) => requireAcceptableTerms(aSubmission({ lines }), limits);

  test('add up to its amount without those that are rejected', () => {
    assert.doesNotThrow(() =>
      submit(
        aLine({ amount: 4_000n }),
        aLine({ lineId: 'b', amount: 990n, status: 'pending' }),
        aLine({ lineId: 'c', amount: 1n, status: 'rejected' }),
      ),
    );
  });

  const wrong: [title: string, lines: PurchaseLine[], reason: string][] = [
    [
      'that add up to less',
      [aLine({ amount: 4_989n })],
      'must add up to 49.90 without those that are rejected',
    ],
    [
      'that add up with a rejected one',
      [aLine({ amount: 4_989n }), aLine({ lineId: 'b', amount: 1n, status: 'rejected' })],
      'must add up to 49.90 without those that are rejected',
    ],
    [
      'of the same id',
      [aLine({ amount: 4_989n }), aLine({ amount: 1n })],
      'must have distinct values of `line_id`',
    ],
  ];
  for (const [title, lines, reason] of wrong) {
    test(`${title} are refused`, () => {
      const refusal = refusalOf(() => submit(...lines));
      assert.equal(refusal.code, 'VALIDATION_ERROR');
      assertEqual(refusal.details, { violations: [{ field: 'lines', reason }] });
    });
  }
});

describe('the age of a purchase', () => {
  const joined = NOW.subtract({ hours: 24 * 100 });
  const days = (count: number, seconds = 0) => NOW.subtract({ hours: 24 * count, seconds });
  const attempt = (
    actor: Actor,
    purchasedAt: Temporal.Instant,
    { maxEventAgeDays = 0, createdAt = joined } = {},
  ) =>
    requireRecent(aSubmission({ actor }), purchasedAt, aUser({ createdAt }), { now: NOW, maxEventAgeDays });

  test('of a report by its shopper is at most 28 days', () => {
    assert.doesNotThrow(() => attempt(userActor(SHOPPER), days(28)));
    const refusal = refusalOf(() => attempt(userActor(SHOPPER), days(28, 1)));
    assertEqual(
      [refusal.code, refusal.details],
      ['EVENT_TOO_OLD', { purchased_at: '2026-02-14T09:26:52Z', earliest: '2026-02-14T09:26:53Z' }],
    );
  });

  test('of a report by its shopper does not go back before joining', () => {
    const createdAt = days(3);
    assert.doesNotThrow(() => attempt(userActor(SHOPPER), createdAt, { createdAt }));
    const refusal = refusalOf(() => attempt(userActor(SHOPPER), days(3, 1), { createdAt }));
    assertEqual([refusal.code, refusal.details.earliest], ['EVENT_TOO_OLD', '2026-03-11T09:26:53Z']);
  });

  for (const actor of [adminActor(STRANGER), partnerActor(STRANGER)]) {
    test(`of a report by the ${actor.type} has a limit only if the operator sets one`, () => {
      assert.doesNotThrow(() => attempt(actor, days(3_000)));
      assert.doesNotThrow(() => attempt(actor, days(7), { maxEventAgeDays: 7, createdAt: NOW }));
      assert.equal(refusalOf(() => attempt(actor, days(7, 1), { maxEventAgeDays: 7 })).code, 'EVENT_TOO_OLD');
    });
  }
});

describe('reports of shoppers', () => {
  test('are refused if the operator says so, and no other reports', () => {
    const byUser = aSubmission({ actor: userActor(SHOPPER) });
    assert.equal(refusalOf(() => requireMayReportSelf(byUser, 'refuse')).code, 'FORBIDDEN');
    assert.doesNotThrow(() => requireMayReportSelf(byUser, 'hold'));
    assert.doesNotThrow(() => requireMayReportSelf(aSubmission(), 'refuse'));
  });
});

describe('eligibility', () => {
  const byId = { userId: SHOPPER };

  test('a user who was named by a reference is refused by that reference, without an id', () => {
    const byReference = { ...byId, userReference: 'c-1' };
    for (const [user, why] of [
      [undefined, 'unknown'],
      [aUser({ active: false }), 'inactive'],
    ] as const) {
      const { details, message } = refusalOf(() => requireEligibleUser(user, byReference));
      assertEqual(details, { user_reference: 'c-1', reason: why });
      assert.equal(message, `The user with the reference "c-1" is ${why}.`);
    }
  });

  test('an active user and an active merchant are eligible', () => {
    assert.doesNotThrow(() => requireEligibleUser(aUser(), byId));
    assert.doesNotThrow(() => requireEligibleMerchant(aMerchant(), MERCHANT, NOW));
  });

  test('an unknown and an inactive user are refused, each for its reason', () => {
    const unknown = refusalOf(() => requireEligibleUser(undefined, byId));
    const inactive = refusalOf(() => requireEligibleUser(aUser({ active: false }), byId));

    assertEqual([unknown.code, unknown.details], ['USER_NOT_ELIGIBLE', reason('user', 'unknown')]);
    assertEqual([inactive.code, inactive.details], ['USER_NOT_ELIGIBLE', reason('user', 'inactive')]);
    assert.equal(unknown.kind, 'unprocessable');
  });

  test('an unknown and an inactive merchant are refused, each for its reason', () => {
    const unknown = refusalOf(() => requireEligibleMerchant(undefined, MERCHANT, NOW));
    const merchant = aMerchant({ active: false, inactiveSince: NOW });
    const inactive = refusalOf(() => requireEligibleMerchant(merchant, MERCHANT, NOW));
    assert.doesNotThrow(() => requireEligibleMerchant(merchant, MERCHANT, NOW.subtract({ microseconds: 1 })));

    assertEqual([unknown.code, unknown.details], ['MERCHANT_NOT_ELIGIBLE', reason('merchant', 'unknown')]);
    assertEqual([inactive.code, inactive.details], ['MERCHANT_NOT_ELIGIBLE', reason('merchant', 'inactive')]);
    assert.equal(unknown.kind, 'unprocessable');
  });

  function reason(of: 'user' | 'merchant', why: string) {
    return { [`${of}_id`]: of === 'user' ? SHOPPER : MERCHANT, reason: why };
  }
});

describe('the offer of a purchase', () => {
  const days: [moment: string, available: boolean][] = [
    ['2026-02-28T23:59:59.999999Z', false],
    ['2026-03-01T00:00:00Z', true],
    ['2026-03-31T23:59:59.999999Z', true],
    ['2026-04-01T00:00:00Z', false],
    // The day is that of UTC, whatever the offset it was written with.
    ['2026-04-01T01:30:00+02:00', true],
    ['2026-03-01T00:30:00+01:00', false],
  ];
  for (const [moment, available] of days) {
    test(`is ${available ? 'available' : 'not available'} at ${moment}, for the days 1 to 31 March`, () => {
      const find = () => offerOn([anOffer()], aSubmission(), Temporal.Instant.from(moment));

      if (available) assert.equal(find().id, OFFER);
      else assert.equal(refusalOf(find).code, 'OFFER_NOT_AVAILABLE');
    });
  }

  test('says for which day and currency there is none', () => {
    const refusal = refusalOf(() => offerOn([], aSubmission(), NOW));

    assert.equal(refusal.kind, 'unprocessable');
    assertEqual(refusal.details, {
      merchant_id: MERCHANT,
      purchased_on: '2026-03-14',
      currency: 'EUR',
    });
  });

  test('is neither one that never ruled nor one of another merchant', () => {
    const offers = [anOffer({ validity: [] }), anOffer({ merchantId: STRANGER })];

    assert.equal(refusalOf(() => offerOn(offers, aSubmission(), NOW)).code, 'OFFER_NOT_AVAILABLE');
  });

  test('is the one of the day, where campaigns follow each other', () => {
    const day = Temporal.Instant.from('2026-04-02T12:00:00Z');
    const april = anOffer({ id: STRANGER, validity: [{ from: day, until: day.add({ hours: 1 }) }] });

    assert.equal(offerOn([anOffer(), april], aSubmission(), day).id, STRANGER);
  });

  const currencies: [title: string, terms: Parameters<typeof someTerms>[0], available: boolean][] = [
    ['a percentage without a cap rewards every currency', {}, true],
    ['a fixed value rewards its own currency only', { type: 'fixed', value: 500n }, false],
    ['a cap makes a percentage one of its own currency only', { monthlyCap: 1000n }, false],
  ];
  for (const [title, terms, available] of currencies) {
    test(title, () => {
      const offers = [anOffer({ terms: someTerms(terms) })];
      const inYen = () => offerOn(offers, aSubmission({ currency: 'JPY' }), NOW);

      assert.equal(offerOn(offers, aSubmission({ currency: 'EUR' }), NOW).id, OFFER);
      if (available) assert.equal(inYen().id, OFFER);
      else assert.equal(refusalOf(inYen).code, 'OFFER_NOT_AVAILABLE');
    });
  }
});

describe('the refusal of a repeat', () => {
  const purchase = aPurchase();
  const reward = aReward({ purchaseId: purchase.id });

  test('contains the first purchase', () => {
    const refusal = refuseDuplicate(aSubmission(), { purchase, reward }, undefined);

    assert.equal(refusal.code, 'DUPLICATE_PURCHASE');
    assert.equal(refusal.kind, 'conflict');
    assertEqual(refusal.details, {
      external_id: 'order-1',
      purchase: {
        id: purchase.id,
        status: 'pending',
        user_id: SHOPPER,
        merchant_id: MERCHANT,
        amount: '49.90',
        currency: 'EUR',
        purchased_at: '2026-03-14T09:26:53Z',
        cashback_amount: '2.50',
        created_at: '2026-03-14T09:26:53Z',
      },
      differences: [],
    });
  });

  const differences: [fields: Parameters<typeof aSubmission>[0], expected: string[]][] = [
    [{ userId: STRANGER }, ['user_id']],
    [{ userId: STRANGER, userReference: 'c-1' }, ['user_reference']],
    [{ userReference: 'c-1' }, []],
    [{ merchantId: STRANGER }, ['merchant_id']],
    [{ amount: 4991n }, ['amount']],
    [{ currency: 'USD' }, ['currency']],
    [{ purchasedAt: NOW }, []],
    [{ purchasedAt: undefined }, []],
    [{ lines: [aLine()] }, ['lines']],
    [{ purchasedAt: NOW.add({ microseconds: 1 }) }, ['purchased_at']],
    [
      { amount: 1n, currency: 'JPY', purchasedAt: NOW.subtract({ hours: 1 }) },
      ['amount', 'currency', 'purchased_at'],
    ],
  ];
  for (const [fields, expected] of differences) {
    test(`that differs in ${JSON.stringify(fields, showBigint)} names [${expected}]`, () => {
      const refusal = refuseDuplicate(aSubmission(fields), { purchase, reward }, undefined);

      assertEqual(refusal.details.differences, expected);
    });
  }

  test('shows everything to the owner', () => {
    const refusal = refuseDuplicate(
      aSubmission({ actor: userActor(SHOPPER) }),
      { purchase, reward },
      undefined,
    );

    assert.equal((refusal.details.purchase as { id: string }).id, purchase.id);
  });
});

describe('a status to filter by', () => {
  test('is one of the three', () => {
    for (const status of ['pending', 'confirmed', 'reversed'])
      assert.equal(requirePurchaseStatus(status), status);
  });

  for (const status of ['', 'PENDING', 'available', 'toString', '__proto__', 'constructor']) {
    test(`is not ${JSON.stringify(status)}`, () => {
      const refusal = refusalOf(() => requirePurchaseStatus(status));

      assert.equal(refusal.code, 'INVALID_PURCHASE_STATUS');
      assert.equal(refusal.kind, 'unprocessable');
      assertEqual(refusal.details, { status, allowed: ['pending', 'confirmed', 'reversed'] });
    });
  }
});

function showBigint(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

function offerOn(offers: readonly Offer[], submission: PurchaseSubmission, moment: Temporal.Instant): Offer {
  return requireOffer(submission, offerFor(submission, offers, moment), moment);
}

describe('a filter of a partner', () => {
  const purchase = aPurchase({ status: 'confirmed', orderKey: '1001' });
  const { userId, merchantId, externalId } = purchase;
  const all = {
    statuses: ['confirmed'],
    userIds: [userId],
    merchantIds: [merchantId],
    externalIds: [externalId],
    orderKeys: ['1001'],
    held: false,
    from: '2026-03-14',
    to: '2026-03-14',
  } as const;

  test('selects what fulfils all of it', () => {
    assertEqual([isSelected(purchase, {}), isSelected(purchase, all)], [true, true]);
  });

  for (const [field, value] of Object.entries({
    statuses: ['pending', 'reversed'],
    userIds: [STRANGER],
    merchantIds: [STRANGER],
    externalIds: ['order-2'],
    orderKeys: ['1002'],
    held: true,
    from: '2026-03-15',
    to: '2026-03-13',
  }))
    test(`leaves out what does not fulfil ${field}`, () => {
      assertEqual(isSelected(purchase, { ...all, [field]: value }), false);
    });
});
