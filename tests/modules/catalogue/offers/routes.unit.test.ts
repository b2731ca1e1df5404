import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { notFound, ruleViolation } from '../../../../src/core/errors.ts';
import { newId } from '../../../../src/core/id.ts';
import { unsupportedCurrency } from '../../../../src/core/money.ts';
import { merchantNotActive } from '../../../../src/modules/catalogue/merchants/index.ts';
import { activeOfferAlreadyExists } from '../../../../src/modules/catalogue/offers/errors.ts';
import { offerRoutes } from '../../../../src/modules/catalogue/offers/routes.ts';
import type { OfferService } from '../../../../src/modules/catalogue/offers/service.ts';
import { fake, fakeCalls } from '../../../support/fakes.ts';
import { assertRefused } from '../../../support/inject.ts';
import { anOffer, MERCHANT, OFFER, someTerms } from '../../../support/purchases-builders.ts';
import { assertViolations, IDS, serveRoutes, testAccess, testRefusals } from '../../../support/routes.ts';

const offer = anOffer({ terms: someTerms({ value: 43_500n, monthlyCap: 3_050n }) });
const ofMerchant = { ...offer, merchantName: 'Corner Books', confirmationDays: null };
const terms = {
  cashback_type: 'percent',
  cashback_value: 4.35,
  currency: 'EUR',
  start_date: '2026-03-01',
  end_date: '2026-03-31',
  cap_refill: false,
};
const shown = { id: OFFER, merchant_id: MERCHANT, ...terms, monthly_cap_per_user: 30.5, status: 'active' };
const shownActive = {
  id: OFFER,
  merchant_id: MERCHANT,
  merchant_name: 'Corner Books',
  ...terms,
  monthly_cap: 30.5,
};
const shownDetail = { ...shownActive, status: 'active' };

const overlap = {
  merchant_id: MERCHANT,
  offer_id: OFFER,
  start_date: '2026-03-01',
  end_date: '2026-03-31',
};

const { calls, called, refuse } = fakeCalls();
const found = async (id: string) => {
  if (id !== OFFER) throw notFound('offer', id);
  return ofMerchant;
};
const page = { items: [ofMerchant], total: 41, nextKey: null };
const service = fake<OfferService>({
  createOffer: (proposal, { type, id }) => called(offer, proposal, [type, id]),
  setOfferActive: async (id, active, from, { type, id: actorId }) =>
    called({ ...(await found(id)), active }, id, active, from?.toString(), [type, actorId]),
  extendOffer: async (id, endDate, { type, id: actorId }) =>
    called({ ...(await found(id)), endDate }, id, endDate, [type, actorId]),
  getOffer: async (id) => {
    calls.push(['any', id]);
    return found(id);
  },
  getVisibleOffer: async (id) => {
    calls.push(['visible', id]);
    return found(id);
  },
  listOffers: (...call) => called(page, 'any', ...call),
  listVisibleOffers: (...call) => called(page, 'visible', ...call),
  listShownOffers: (...call) =>
    called({ ...page, items: [{ ...ofMerchant, confirmationDays: 30, capLeft: 12_50n }] }, ...call),
});
const api = await serveRoutes(offerRoutes(service, 'JPY'));
const token = 'admin';

describe('access', () => {
  testAccess(api, 'POST', '/offers', ['admin']);
  testAccess(api, 'GET', '/offers', ['user', 'admin', 'partner']);
  testAccess(api, 'GET', '/offers/active', ['user', 'admin']);
  testAccess(api, 'GET', `/offers/${OFFER}`, ['user', 'admin']);
  testAccess(api, 'PATCH', `/offers/${OFFER}`, ['admin']);
  testAccess(api, 'PATCH', `/offers/${OFFER}/status`, ['admin']);
});

describe('POST /offers', () => {
  const sound = {
    merchant_id: MERCHANT,
    cashback_type: 'percent',
    cashback_value: 5,
    start_date: '2026-03-01',
    end_date: '2026-03-31',
  };
  const create = (fields: object = {}) => api('POST', '/offers', { token, body: { ...sound, ...fields } });
  const proposal = {
    merchantId: MERCHANT,
    cashbackType: 'percent',
    cashbackValue: 5,
    currency: 'JPY',
    monthlyCap: null,
    startDate: '2026-03-01',
    endDate: '2026-03-31',
  };

  test('answers 201 with the offer; by default it has no cap and the first currency', async () => {
    const answer = await create();
    assert.equal(answer.status, 201);
    assert.deepEqual(answer.body, shown);
    assert.deepEqual(calls.at(-1), [proposal, ['admin', IDS.admin]]);
  });

  for (const [title, fields, handedOn] of [
    ['a cap', { monthly_cap: 30.5 }, { monthlyCap: 30.5 }],
    ['no cap as null', { monthly_cap: null }, {}],
    [
      'a fixed value above every percentage',
      { cashback_type: 'fixed', cashback_value: 150, currency: 'EUR' },
      { cashbackType: 'fixed', cashbackValue: 150, currency: 'EUR' },
    ],
    ['the smallest percentage', { cashback_value: 0.0001 }, { cashbackValue: 0.0001 }],
    // The policy refuses these.
    ['a value of zero', { cashback_value: 0 }, { cashbackValue: 0 }],
    ['a negative value', { cashback_value: -5 }, { cashbackValue: -5 }],
    ['a value of 11 digits', { cashback_value: 1e10 }, { cashbackValue: 1e10 }],
    ['a cap of zero', { monthly_cap: 0 }, { monthlyCap: 0 }],
    ['a negative cap', { monthly_cap: -0.01 }, { monthlyCap: -0.01 }],
    ['dates in the wrong order', { start_date: '2026-04-01' }, { startDate: '2026-04-01' }],
    ['a leap day', { end_date: '2028-02-29' }, { endDate: '2028-02-29' }],
    ['that freed room tops up', { cap_refill: true }, { capRefill: true }],
    ['that freed room does not top up', { cap_refill: false }, { capRefill: false }],
    ['an offer that it continues', { continues: OFFER }, { continues: OFFER }],
    ['a merchant in capitals', { merchant_id: MERCHANT.toUpperCase() }, {}],
  ] as const) {
    test(`hands on ${title}`, async () => {
      assert.equal((await create(fields)).status, 201);
      assert.deepEqual(calls.at(-1)?.[0], { ...proposal, ...handedOn });
    });
  }

  testRefusals(create, refuse, [
    [400, ruleViolation({ violations: [{ field: 'end_date', reason: 'must not be in the past' }] })],
    [404, notFound('merchant', MERCHANT)],
    [409, activeOfferAlreadyExists(overlap)],
    [422, merchantNotActive({ merchant_id: MERCHANT })],
    [422, unsupportedCurrency({ currency: 'USD', supported: ['EUR', 'JPY'] })],
  ]);

  const malformed: [string, object, readonly string[]][] = [
    ['a value that is text', { cashback_value: '5' }, ['cashback_value']],
    ['a cap that is text', { monthly_cap: '30' }, ['monthly_cap']],
    ['a text that says whether freed room tops up', { cap_refill: 'true' }, ['cap_refill']],
    ['a value with five decimals', { cashback_value: 1.000_01 }, ['cashback_value']],
    ['another type', { cashback_type: 'points' }, ['cashback_type']],
    ['a currency in small letters', { currency: 'eur' }, ['currency']],
    ['a day that is none', { start_date: '2026-02-30' }, ['start_date']],
    ['a time instead of a day', { end_date: '2026-03-31T00:00:00Z' }, ['end_date']],
    ['a merchant that is no id', { merchant_id: 'corner-books' }, ['merchant_id']],
    ['a status', { status: 'inactive' }, ['status']],
  ];
  for (const [title, fields, violated] of malformed) {
    test(`refuses ${title}`, async () => assertViolations(await create(fields), violated));
  }

  test('names every field that is missing', async () => {
    assertViolations(await api('POST', '/offers', { token, body: {} }), [
      'cashback_type',
      'cashback_value',
      'end_date',
      'merchant_id',
      'start_date',
    ]);
  });
});

describe('GET /offers', () => {
  const query = `status=inactive&merchant_id=${MERCHANT}&date_from=2026-03-01&date_to=2026-03-31`;
  const filter = { active: false, merchantIds: [MERCHANT], from: '2026-03-01', to: '2026-03-31' };

  for (const [role, list] of [
    ['admin', 'any'],
    ['user', 'visible'],
    ['partner', 'visible'],
  ] as const) {
    test(`lists ${list} offers to the role ${role}, by filter and page`, async () => {
      const answer = await api('GET', `/offers?${query}&offset=40&limit=1`, { token: role });
      assert.deepEqual(answer.body, {
        data: [{ ...shown, merchant_name: 'Corner Books' }],
        pagination: { offset: 40, limit: 1, total: 41 },
      });
      assert.deepEqual(calls.at(-1), [list, filter, { offset: 40, limit: 1 }]);
    });
  }

  test('has no filter by default', async () => {
    await api('GET', '/offers', { token });
    const none = { active: undefined, merchantIds: undefined, from: undefined, to: undefined };
    assert.deepEqual(calls.at(-1), ['any', none, { offset: 0, limit: 20 }]);
  });

  for (const wrong of [
    'status=on',
    'merchant_id=x',
    'date_from=today',
    'date_to=2026-02-30',
    'cursor=x',
    'limit=101',
  ]) {
    test(`refuses ?${wrong}`, async () => {
      const [field = ''] = wrong.split('=');
      assertViolations(await api('GET', `/offers?${wrong}`, { token: 'user' }), [field]);
    });
  }

  test('refuses a range that ends before it begins', async () => {
    const range = 'date_from=2026-03-02&date_to=2026-03-01';
    assertViolations(await api('GET', `/offers?${range}`, { token }), ['date_to']);
  });
});

describe('GET /offers/active', () => {
  for (const role of ['admin', 'user'] as const) {
    test(`lists visible offers with what their caps leave to the role ${role}`, async () => {
      const answer = await api('GET', '/offers/active?q=Books&limit=1', { token: role });
      assert.deepEqual(answer.body, {
        data: [{ ...shownActive, confirmation_days: 30, cap_left: 12.5 }],
        pagination: { offset: 0, limit: 1, total: 41 },
      });
      assert.deepEqual(calls.at(-1), [IDS[role], { merchantName: 'Books' }, { offset: 0, limit: 1 }]);
    });
  }

  test('refuses other filters, and invisible text', async () => {
    assertViolations(await api('GET', '/offers/active?status=active', { token }), ['status']);
    assertViolations(await api('GET', '/offers/active?q=%20', { token }), ['q']);
  });
});

describe('GET /offers/{id}', () => {
  for (const [role, list] of [
    ['admin', 'any'],
    ['user', 'visible'],
  ] as const) {
    test(`answers ${list} offer with its merchant to the role ${role}`, async () => {
      const answer = await api('GET', `/offers/${OFFER.toUpperCase()}`, { token: role });
      assert.deepEqual(answer.body, shownDetail);
      assert.deepEqual(calls.at(-1), [list, OFFER]);
    });
  }

  test('answers 404 for an unknown id', async () => {
    const id = newId();
    const answer = await api('GET', `/offers/${id}`, { token: 'user' });
    assertRefused(answer, 404, 'NOT_FOUND');
    assert.deepEqual(answer.body.error.details, { resource_type: 'offer', resource_id: id });
  });

  test('refuses an id that is no UUID', async () => {
    assertViolations(await api('GET', '/offers/everything', { token: 'user' }), ['id']);
  });
});

describe('PATCH /offers/{id}', () => {
  const patch = (body: unknown, id: string = OFFER) => api('PATCH', `/offers/${id}`, { token, body });

  test('answers the offer with its new last day', async () => {
    assert.deepEqual((await patch({ end_date: '2026-04-30' })).body, { ...shown, end_date: '2026-04-30' });
    assert.deepEqual(calls.at(-1), [OFFER, '2026-04-30', ['admin', IDS.admin]]);
  });

  test('answers 404 for an unknown id', async () => {
    assertRefused(await patch({ end_date: '2026-04-30' }, newId()), 404, 'NOT_FOUND');
  });

  testRefusals(() => patch({ end_date: '2026-04-30' }), refuse, [
    [400, ruleViolation({ violations: [{ field: 'end_date', reason: 'must not be in the past' }] })],
    [409, activeOfferAlreadyExists(overlap)],
  ]);

  for (const [body, fields] of [
    [{}, ['end_date']],
    [{ end_date: 'tomorrow' }, ['end_date']],
    [{ end_date: '2026-04-30', monthly_cap: 9 }, ['monthly_cap']],
  ] as const) {
    test(`refuses ${JSON.stringify(body)}`, async () => assertViolations(await patch(body), fields));
  }
});

describe('PATCH /offers/{id}/status', () => {
  test('hands on the instant from which it holds', async () => {
    const body = { status: 'inactive', effective_from: '2026-03-14T09:00:00+01:00' };
    await api('PATCH', `/offers/${OFFER}/status`, { token, body });
    assert.deepEqual(calls.at(-1), [OFFER, false, '2026-03-14T08:00:00Z', ['admin', IDS.admin]]);
  });

  const patch = (body: unknown, id: string = OFFER) => api('PATCH', `/offers/${id}/status`, { token, body });

  for (const [status, active] of [
    ['active', true],
    ['inactive', false],
  ] as const) {
    test(`answers the new status ${status}`, async () => {
      assert.deepEqual((await patch({ status })).body, { id: OFFER, status });
      assert.deepEqual(calls.at(-1), [OFFER, active, undefined, ['admin', IDS.admin]]);
    });
  }

  test('answers 404 for an unknown id', async () => {
    assertRefused(await patch({ status: 'active' }, newId()), 404, 'NOT_FOUND');
  });

  testRefusals(() => patch({ status: 'active' }), refuse, [[409, activeOfferAlreadyExists(overlap)]]);

  for (const [body, fields] of [
    [{}, ['status']],
    [{ status: 'paused' }, ['status']],
    [{ status: 'active', effective_from: '2026-03-14' }, ['effective_from']],
    [{ status: 'active', cashback_value: 9 }, ['cashback_value']],
  ] as const) {
    test(`refuses ${JSON.stringify(body)}`, async () => assertViolations(await patch(body), fields));
  }
});

describe('an offer is presented', () => {
  for (const [title, fields, value, cap] of [
    ['with the smallest percentage', { value: 1n }, 0.0001, null],
    ['with a fixed value', { type: 'fixed', value: 750n, monthlyCap: 1n }, 7.5, 0.01],
    ['in yen', { type: 'fixed', value: 500n, currency: 'JPY', monthlyCap: 3_000n }, 500, 3_000],
  ] as const) {
    test(`${title} as JSON numbers`, async () => {
      const one = anOffer({ terms: someTerms(fields), active: false });
      const served = await serveRoutes(
        offerRoutes(
          fake<OfferService>({
            getOffer: async () => ({ ...one, merchantName: 'Corner Books', confirmationDays: null }),
          }),
          'EUR',
        ),
      );
      const { body } = await served('GET', `/offers/${OFFER}`, { token });
      assert.deepEqual(
        [body.cashback_type, body.cashback_value, body.currency, body.monthly_cap, body.status],
        [one.terms.type, value, one.terms.currency, cap, 'inactive'],
      );
    });
  }
});
