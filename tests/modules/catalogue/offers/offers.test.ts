import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { runSql } from '../../../support/database.ts';
import { type Answer, assertRefused, startTestPlatform } from '../../../support/platform.ts';

// The test clock stands at 2026-03-14.
const { api, database, admin, registerUser, createMerchant, createOffer } = await startTestPlatform({
  environment: { SUPPORTED_CURRENCIES: 'EUR,JPY' },
});
const { token } = admin;
const shopper = await registerUser();
const sql = (statement: string) => runSql(database.url, statement);
const offersOf = (merchantId: string) =>
  sql(`select id, cashback_type::text, cashback_value::text, currency, monthly_cap::text, start_date::text,
         end_date::text, active from offers where merchant_id = '${merchantId}' order by id`);
const auditOf = (id: string) =>
  sql(`select actor_id, action, details, request_id from audit_logs where resource_id = '${id}' order by id`);

const TERMS = {
  cashback_type: 'percent',
  cashback_value: 5,
  start_date: '2026-03-01',
  end_date: '2026-03-31',
};
const create = (merchantId: string, fields: Record<string, unknown> = {}) =>
  api('POST', '/offers', { token, body: { merchant_id: merchantId, ...TERMS, ...fields } });
const setStatus = (id: string, status: 'active' | 'inactive') =>
  api('PATCH', `/offers/${id}/status`, { token, body: { status } });

describe('POST /offers', () => {
  test('makes an active offer whose terms are JSON numbers, with its audit row', async () => {
    const merchantId = await createMerchant();

    const answer = await api('POST', '/offers', {
      token,
      body: { merchant_id: merchantId, ...TERMS, cashback_value: 4.35, monthly_cap: 30.5 },
    });

    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    const { id, ...rest } = answer.body;
    assert.deepEqual(rest, {
      merchant_id: merchantId,
      cashback_type: 'percent',
      cashback_value: 4.35,
      currency: 'EUR',
      start_date: '2026-03-01',
      end_date: '2026-03-31',
      cap_refill: false,
      monthly_cap_per_user: 30.5,
      status: 'active',
    });
    assert.deepEqual(await offersOf(merchantId), [
      {
        id,
        cashback_type: 'percent',
        cashback_value: '4.3500',
        currency: 'EUR',
        monthly_cap: '30.5000',
        start_date: '2026-03-01',
        end_date: '2026-03-31',
        active: true,
      },
    ]);
    assert.deepEqual(await auditOf(id), [
      {
        actor_id: admin.id,
        action: 'offer.created',
        request_id: answer.headers['x-request-id'],
        details: {
          merchant_id: merchantId,
          cashback_type: 'percent',
          cashback_value: 4.35,
          monthly_cap: 30.5,
          start_date: '2026-03-01',
          end_date: '2026-03-31',
          cap_refill: false,
        },
      },
    ]);
  });

  for (const [title, fields, value, cap] of [
    [
      'a fixed value in yen',
      { cashback_type: 'fixed', cashback_value: 500, currency: 'JPY' },
      '500.0000',
      null,
    ],
    ['the smallest percentage', { cashback_value: 0.0001 }, '0.0001', null],
    ['a cap of one cent', { monthly_cap: 0.01 }, '5.0000', '0.0100'],
  ] as const) {
    test(`stores ${title} exactly`, async () => {
      const merchantId = await createMerchant();
      const { body } = await create(merchantId, fields);
      const [row] = await offersOf(merchantId);
      assert.deepEqual([row?.cashback_value, row?.monthly_cap], [value, cap]);
      const shown = (await api('GET', `/offers/${body.id}`, { token })).body;
      assert.deepEqual([shown.cashback_value, shown.monthly_cap], [Number(value), cap && Number(cap)]);
    });
  }

  test('with terms that are not allowed is VALIDATION_ERROR, and names all of them at once', async () => {
    const merchantId = await createMerchant();
    const dates = { start_date: '2026-03-13', end_date: '2026-03-12' };
    for (const values of [
      { cashback_value: 0, monthly_cap: 0 },
      { cashback_value: 20.0001, monthly_cap: -1 },
      { cashback_type: 'fixed', cashback_value: -5, monthly_cap: 1e10 },
    ]) {
      const answer = await create(merchantId, { ...values, ...dates });
      assertRefused(answer, 400, 'VALIDATION_ERROR');
      const fields = answer.body.error.details.violations.map(({ field }: { field: string }) => field);
      assert.deepEqual(fields, ['cashback_value', 'monthly_cap', 'start_date', 'end_date']);
    }
    assertRefused(await create(merchantId, { cashback_value: '0', ...dates }), 422, 'VALIDATION_ERROR');
    assert.deepEqual(await offersOf(merchantId), []);
  });

  test('in a currency that the platform does not work in is UNSUPPORTED_CURRENCY', async () => {
    const answer = await create(await createMerchant(), { currency: 'USD' });
    assertRefused(answer, 422, 'UNSUPPORTED_CURRENCY');
    assert.deepEqual(answer.body.error.details, { currency: 'USD', supported: ['EUR', 'JPY'] });
  });

  test('for a merchant that is not there is NOT_FOUND, for an inactive one MERCHANT_NOT_ACTIVE', async () => {
    assertRefused(await create(newId()), 404, 'NOT_FOUND');
    assertRefused(await create(await createMerchant({ active: false })), 422, 'MERCHANT_NOT_ACTIVE');
  });
});

describe('the active offers of a merchant', () => {
  for (const [title, dates] of [
    ['the same days', {}],
    ['days within', { start_date: '2026-03-10', end_date: '2026-03-20' }],
    ['days around', { start_date: '2026-01-01', end_date: '2026-12-31' }],
    ['its last day', { start_date: '2026-03-31', end_date: '2026-04-30' }],
  ] as const) {
    test(`never share ${title}: ACTIVE_OFFER_ALREADY_EXISTS names the one that is there`, async () => {
      const merchantId = await createMerchant();
      const { id } = (await create(merchantId)).body;
      const answer = await create(merchantId, dates);
      assertRefused(answer, 409, 'ACTIVE_OFFER_ALREADY_EXISTS');
      assert.deepEqual(answer.body.error.details, {
        merchant_id: merchantId,
        offer_id: id,
        start_date: '2026-03-01',
        end_date: '2026-03-31',
      });
      assert.equal((await offersOf(merchantId)).length, 1);
    });
  }

  test('may follow one another from day to day', async () => {
    const merchantId = await createMerchant();
    const answers = [
      await create(merchantId),
      await create(merchantId, { start_date: '2026-04-01', end_date: '2026-04-30' }),
    ];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [201, 201],
    );
  });

  test('leave room for another once they are inactive, and cannot come back over it', async () => {
    const merchantId = await createMerchant();
    const { id } = (await create(merchantId)).body;
    assert.deepEqual((await setStatus(id, 'inactive')).body, { id, status: 'inactive' });
    const next = await create(merchantId);
    assert.equal(next.status, 201);

    const answer = await setStatus(id, 'active');

    assertRefused(answer, 409, 'ACTIVE_OFFER_ALREADY_EXISTS');
    assert.equal(answer.body.error.details.offer_id, next.body.id);
    assert.deepEqual(
      (await offersOf(merchantId)).map(({ active }) => active),
      [false, true],
    );
  });

  test('of two merchants have nothing to do with one another', async () => {
    assert.equal((await create(await createMerchant())).status, 201);
    assert.equal((await create(await createMerchant())).status, 201);
  });

  test('created concurrently for the same dates: one succeeds, the others get its id', async () => {
    for (let round = 0; round < 5; round += 1) {
      const merchantId = await createMerchant();
      const answers = await Promise.all([
        create(merchantId),
        create(merchantId, { start_date: '2026-03-20', end_date: '2026-05-01' }),
        create(merchantId, { start_date: '2026-03-25', end_date: '2026-03-25' }),
      ]);
      assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409]);
      const winner = answers.find(({ status }) => status === 201)?.body.id;
      const rows = await offersOf(merchantId);
      assert.deepEqual(
        rows.map(({ id }) => id),
        [winner],
      );
      for (const { status, body } of answers) {
        if (status === 409) assert.equal(body.error.details.offer_id, winner);
      }
    }
  });

  test('activated over one another at once: exactly one is', async () => {
    for (let round = 0; round < 5; round += 1) {
      const merchantId = await createMerchant();
      const ids: string[] = [];
      for (let index = 0; index < 2; index += 1) {
        const { id } = (await create(merchantId)).body;
        await setStatus(id, 'inactive');
        ids.push(id);
      }
      const answers = await Promise.all(ids.map((id) => setStatus(id, 'active')));
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
      assert.equal((await offersOf(merchantId)).filter(({ active }) => active).length, 1);
    }
  });
});

describe('PATCH /offers/{id}/status', () => {
  test('writes an audit row of each change, with who and in which request', async () => {
    const offerId = await createOffer(await createMerchant());
    const answer = await setStatus(offerId, 'inactive');
    await setStatus(offerId, 'active');
    const audit = await auditOf(offerId);
    assert.deepEqual(
      audit.map(({ action, actor_id }) => [action, actor_id]),
      [
        ['offer.created', admin.id],
        ['offer.deactivated', admin.id],
        ['offer.activated', admin.id],
      ],
    );
    assert.equal(audit[1]?.request_id, answer.headers['x-request-id']);
  });

  test('of an offer that is not there is NOT_FOUND', async () => {
    const id = newId();
    const answer = await setStatus(id, 'active');
    assertRefused(answer, 404, 'NOT_FOUND');
    assert.deepEqual(answer.body.error.details, { resource_type: 'offer', resource_id: id });
  });
});

describe('the terms of an offer', () => {
  test('cannot be changed or removed, not even in the database', async () => {
    const offerId = await createOffer(await createMerchant());
    for (const change of [
      `update offers set cashback_value = 9 where id = '${offerId}'`,
      `update offers set monthly_cap = 9 where id = '${offerId}'`,
      `update offers set end_date = end_date - 1 where id = '${offerId}'`,
      `update offers set cap_group = id where id = '${offerId}'`,
      `delete from offers where id = '${offerId}'`,
      'truncate offers cascade',
    ]) {
      await assert.rejects(sql(change), { code: '23001' }, change);
    }
  });
});

describe('what shoppers see', async () => {
  const merchantId = await createMerchant({ name: 'Seen by shoppers' });
  const otherMerchantId = await createMerchant();
  const closedMerchantId = await createMerchant();
  const present = await createOffer(merchantId, {
    start_date: '2026-03-14',
    end_date: '2026-03-14',
    monthly_cap: 30,
  });
  const future = await createOffer(merchantId, { start_date: '2026-03-15', end_date: '2026-04-30' });
  const inactive = await createOffer(otherMerchantId);
  await setStatus(inactive, 'inactive');
  const closed = await createOffer(closedMerchantId);
  await api('PATCH', `/merchants/${closedMerchantId}/status`, { token, body: { status: 'inactive' } });
  const ended = await createOffer(otherMerchantId, { start_date: '2025-01-01', end_date: '2026-03-14' });
  await setStatus(ended, 'inactive');

  const hidden = { future, inactive, closed, ended };
  const merchants = [merchantId, otherMerchantId, closedMerchantId];

  test('is the offers that are active, valid today, of an active merchant: by list and by id', async () => {
    for (const merchant of merchants) {
      const answer = await api('GET', `/offers?merchant_id=${merchant}`, { token: shopper.token });
      assert.deepEqual(idsOf(answer), merchant === merchantId ? [present] : []);
      assert.equal(answer.body.pagination.total, answer.body.data.length);
    }
    const shown = await api('GET', `/offers/${present}`, { token: shopper.token });
    assert.deepEqual(shown.body, {
      id: present,
      merchant_id: merchantId,
      merchant_name: 'Seen by shoppers',
      cashback_type: 'percent',
      cashback_value: 5,
      currency: 'EUR',
      start_date: '2026-03-14',
      end_date: '2026-03-14',
      cap_refill: false,
      monthly_cap: 30,
      status: 'active',
    });
  });

  for (const [name, id] of Object.entries(hidden)) {
    test(`is not the ${name} offer, which admins see`, async () => {
      const seen = await api('GET', `/offers/${id}`, { token: shopper.token });
      assertRefused(seen, 404, 'NOT_FOUND');
      assert.deepEqual(seen.body, {
        error: { ...seen.body.error, details: { resource_type: 'offer', resource_id: id } },
      });
      assert.equal((await api('GET', `/offers/${id}`, { token })).status, 200);
    });
  }

  test('does not grow by asking for inactive ones', async () => {
    const answer = await api('GET', '/offers?status=inactive', { token: shopper.token });
    assert.deepEqual(answer.body.data, []);
  });

  test('is listed by GET /offers/active with the name of the merchant, to admins too', async () => {
    for (const asker of [shopper.token, token]) {
      const { body } = await api('GET', '/offers/active?limit=100', { token: asker });
      const ids = body.data.map(({ id }: { id: string }) => id);
      assert.ok(ids.includes(present));
      for (const id of Object.values(hidden)) assert.ok(!ids.includes(id));
      assert.deepEqual(
        body.data.find(({ id }: { id: string }) => id === present),
        {
          id: present,
          merchant_id: merchantId,
          merchant_name: 'Seen by shoppers',
          cashback_type: 'percent',
          cashback_value: 5,
          currency: 'EUR',
          start_date: '2026-03-14',
          end_date: '2026-03-14',
          cap_refill: false,
          monthly_cap: 30,
          cap_left: 30,
          confirmation_days: 30,
        },
      );
    }
  });

  test('is all of them for admins, with filters by status, merchant and days', async () => {
    const list = async (query: string) => {
      const lists = await Promise.all(
        merchants.map((merchant) => api('GET', `/offers?merchant_id=${merchant}&${query}`, { token })),
      );
      return lists.flatMap(idsOf).sort();
    };
    assert.deepEqual(await list(''), [present, ...Object.values(hidden)].sort());
    assert.deepEqual(await list('status=active'), [present, future, closed].sort());
    assert.deepEqual(await list('status=inactive'), [inactive, ended].sort());
    assert.deepEqual(
      await list('date_from=2026-03-15&date_to=2026-03-15'),
      [future, inactive, closed].sort(),
    );
    assert.deepEqual(await list('date_to=2025-06-30'), [inactive, closed, ended].sort());
    assert.deepEqual(await list('date_from=2027-01-01'), []);
  });

  test('comes in pages, newest first', async () => {
    const all = await api('GET', '/offers?limit=100', { token });
    const second = await api('GET', '/offers?limit=2&offset=2', { token });
    assert.deepEqual(idsOf(second), idsOf(all).slice(2, 4));
    assert.deepEqual(second.body.pagination, { offset: 2, limit: 2, total: all.body.pagination.total });
    assert.deepEqual(idsOf(all), idsOf(all).toSorted().reverse());
  });
});

function idsOf(answer: Answer): string[] {
  return answer.body.data.map(({ id }: { id: string }) => id);
}
