import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { notFound } from '../../../../src/core/errors.ts';
import { newId } from '../../../../src/core/id.ts';
import { merchantAlreadyExists } from '../../../../src/modules/catalogue/merchants/errors.ts';
import { merchantRoutes } from '../../../../src/modules/catalogue/merchants/routes.ts';
import type { MerchantService } from '../../../../src/modules/catalogue/merchants/service.ts';
import { fake } from '../../../support/fakes.ts';
import { assertRefused } from '../../../support/inject.ts';
import { aMerchant, MERCHANT, OFFER } from '../../../support/purchases-builders.ts';
import { assertViolations, IDS, serveRoutes, testAccess } from '../../../support/routes.ts';

const TAKEN = 'Taken';
const merchant = aMerchant();
const shown = {
  id: MERCHANT,
  name: 'Corner Books',
  default_cashback_percentage: 5,
  confirmation_days: null,
  active: true,
};

const activeOffer = {
  id: OFFER,
  cashbackType: 'percent',
  cashbackValue: 4.35,
  currency: 'EUR',
  monthlyCap: null,
  startDate: '2026-03-01',
  endDate: '2026-03-31',
} as const;
const view = { ...merchant, activeOffer };
const shownView = {
  ...shown,
  active_offer: {
    id: OFFER,
    cashback_type: 'percent',
    cashback_value: 4.35,
    currency: 'EUR',
    monthly_cap: null,
    start_date: '2026-03-01',
    end_date: '2026-03-31',
  },
};

/** The arguments of each call of the service. */
const calls: unknown[][] = [];
const service = fake<MerchantService>({
  createMerchant: async (input, { type, id }) => {
    calls.push([input, [type, id]]);
    if (input.name === TAKEN) throw merchantAlreadyExists({ name: TAKEN, merchant_id: MERCHANT });
    return { id: MERCHANT, ...input, inactiveSince: null };
  },
  changeMerchant: async (id, changes, actor) => {
    calls.push([id, changes, [actor.type, actor.id]]);
    return { ...merchant, ...changes };
  },
  getMerchant: async (id) => {
    if (id !== MERCHANT) throw notFound('merchant', id);
    return view;
  },
  listMerchants: async (active, page) => {
    calls.push([active, page]);
    return { items: [view, { ...view, activeOffer: null }], total: 41, nextKey: null };
  },
});
const api = await serveRoutes(merchantRoutes(service));
const token = 'admin';

describe('access', () => {
  testAccess(api, 'POST', '/merchants', ['admin']);
  testAccess(api, 'GET', '/merchants', ['admin', 'partner']);
  testAccess(api, 'GET', `/merchants/${MERCHANT}`, ['admin']);
  testAccess(api, 'PATCH', `/merchants/${MERCHANT}`, ['admin']);
  testAccess(api, 'PATCH', `/merchants/${MERCHANT}/status`, ['admin']);
});

describe('POST /merchants', () => {
  const sound = { name: 'Sound', default_cashback_percentage: 5 };

  test('answers 201 with the merchant, which is active and has no days of its own by default', async () => {
    const answer = await api('POST', '/merchants', { token, body: sound });
    assert.equal(answer.status, 201);
    assert.deepEqual(answer.body, { ...shown, name: 'Sound' });
    const input = { name: 'Sound', defaultCashbackPercentage: 5, confirmationDays: null, active: true };
    assert.deepEqual(calls.at(-1), [input, ['admin', IDS.admin]]);
  });

  test('answers 409 for a taken name', async () => {
    const answer = await api('POST', '/merchants', { token, body: { ...sound, name: TAKEN } });
    assertRefused(answer, 409, 'MERCHANT_ALREADY_EXISTS');
    assert.deepEqual(answer.body.error.details, { name: TAKEN, merchant_id: MERCHANT });
  });

  const wrong: [string, object, readonly string[]][] = [
    ['no name and no percentage', {}, ['default_cashback_percentage', 'name']],
    ['an empty name', { ...sound, name: '' }, ['name']],
    ['a name of 256 characters', { ...sound, name: 'x'.repeat(256) }, ['name']],
    ['a name of spaces', { ...sound, name: '   ' }, ['name']],
    ['a name of invisible characters', { ...sound, name: '\u200b\u2060' }, ['name']],
    ['space around its name', { ...sound, name: ' Sound' }, ['name']],
    ['a name that is a number', { ...sound, name: 7 }, ['name']],
    ['a negative percentage', { ...sound, default_cashback_percentage: -1 }, ['default_cashback_percentage']],
    [
      'more than a hundred percent',
      { ...sound, default_cashback_percentage: 100.1 },
      ['default_cashback_percentage'],
    ],
    ['five decimals', { ...sound, default_cashback_percentage: 1.000_01 }, ['default_cashback_percentage']],
    [
      'a percentage that is text',
      { ...sound, default_cashback_percentage: '5' },
      ['default_cashback_percentage'],
    ],
    ['negative confirmation days', { ...sound, confirmation_days: -1 }, ['confirmation_days']],
    ['more than a year of confirmation days', { ...sound, confirmation_days: 366 }, ['confirmation_days']],
    ['half a confirmation day', { ...sound, confirmation_days: 0.5 }, ['confirmation_days']],
    ['confirmation days as text', { ...sound, confirmation_days: '7' }, ['confirmation_days']],
    ['active as text', { ...sound, active: 'true' }, ['active']],
    ['an unknown field', { ...sound, id: newId() }, ['id']],
    [
      'all of it wrong',
      { name: '', default_cashback_percentage: 101, active: 1 },
      ['active', 'default_cashback_percentage', 'name'],
    ],
  ];
  for (const [title, body, fields] of wrong) {
    test(`refuses ${title}`, async () => {
      assertViolations(await api('POST', '/merchants', { token, body }), fields);
    });
  }
});

describe('GET /merchants', () => {
  test('reads filter and page from the query, and answers the page', async () => {
    const answer = await api('GET', '/merchants?active=false&name=Books&offset=40&limit=1', { token });
    assert.deepEqual(answer.body, {
      data: [shownView, { ...shown, active_offer: null }],
      pagination: { offset: 40, limit: 1, total: 41 },
    });
    assert.deepEqual(calls.at(-1), [
      { active: false, name: 'Books', ids: undefined },
      { offset: 40, limit: 1 },
    ]);
  });

  for (const [query, field] of [
    ['active=yes', 'active'],
    ['name=%20', 'name'],
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['offset=-1', 'offset'],
    ['sort=name', 'sort'],
    ['limit=1&limit=2', 'limit'],
  ] as const) {
    test(`refuses ?${query}`, async () => {
      assertViolations(await api('GET', `/merchants?${query}`, { token }), [field]);
    });
  }
});

describe('GET /merchants/{id}', () => {
  test('answers the merchant, also for an id in capitals', async () => {
    for (const id of [MERCHANT, MERCHANT.toUpperCase()])
      assert.deepEqual((await api('GET', `/merchants/${id}`, { token })).body, shownView);
  });

  test('answers 404 for an unknown id', async () => {
    const id = newId();
    const answer = await api('GET', `/merchants/${id}`, { token });
    assertRefused(answer, 404, 'NOT_FOUND');
    assert.equal(answer.body.error.message, `Merchant ${id} was not found.`);
    assert.deepEqual(answer.body.error.details, { resource_type: 'merchant', resource_id: id });
  });

  test('refuses an id that is no UUID', async () => {
    assertViolations(await api('GET', '/merchants/me', { token }), ['id']);
  });
});

describe('PATCH /merchants/{id}', () => {
  test('hands on only what the body names', async () => {
    const body = { name: 'New name', confirmation_days: null };
    const answer = await api('PATCH', `/merchants/${MERCHANT}`, { token, body });
    assert.deepEqual(answer.body, { ...shown, name: 'New name' });
    const changes = { name: 'New name', confirmationDays: null };
    assert.deepEqual(calls.at(-1), [MERCHANT, changes, ['admin', IDS.admin]]);
  });

  for (const [body, fields] of [
    [{}, ['body']],
    [{ active: true }, ['active']],
    [{ name: null }, ['name']],
    [{ default_cashback_percentage: 101 }, ['default_cashback_percentage']],
    [{ confirmation_days: 366 }, ['confirmation_days']],
  ] as const) {
    test(`refuses ${JSON.stringify(body)}`, async () => {
      assertViolations(await api('PATCH', `/merchants/${MERCHANT}`, { token, body }), fields);
    });
  }
});

describe('PATCH /merchants/{id}/status', () => {
  test('answers the new status', async () => {
    const answer = await api('PATCH', `/merchants/${MERCHANT}/status`, {
      token,
      body: { status: 'inactive' },
    });
    assert.deepEqual(answer.body, { id: MERCHANT, status: 'inactive' });
    assert.deepEqual(calls.at(-1), [MERCHANT, { active: false }, ['admin', IDS.admin]]);
  });

  for (const [body, fields] of [
    [{}, ['status']],
    [{ status: 'on' }, ['status']],
    [{ status: true }, ['status']],
    [{ status: 'active', force: true }, ['force']],
  ] as const) {
    test(`refuses ${JSON.stringify(body)}`, async () => {
      assertViolations(await api('PATCH', `/merchants/${MERCHANT}/status`, { token, body }), fields);
    });
  }
});
