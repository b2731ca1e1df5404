import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { runSql } from '../../../support/database.ts';
import { type Answer, assertRefused, startTestPlatform } from '../../../support/platform.ts';

const { api, database, admin, registerUser, createMerchant, createOffer } = await startTestPlatform();
const { token } = admin;
const shopper = await registerUser();
const sql = (statement: string) => runSql(database.url, statement);
const rowOf = (id: string) =>
  sql(`select name, default_cashback_percentage::text, active from merchants where id = '${id}'`);
const auditOf = (id: string) =>
  sql(`select actor_type::text, actor_id, action, outcome::text, details, request_id from audit_logs
       where resource_id = '${id}' order by id`);

describe('POST /merchants', () => {
  test('makes a merchant, active by default, with its audit row', async () => {
    const answer = await api('POST', '/merchants', {
      token,
      body: { name: 'Corner Books', default_cashback_percentage: 2.5 },
    });

    assert.equal(answer.status, 201);
    const { id, ...rest } = answer.body;
    assert.deepEqual(rest, {
      name: 'Corner Books',
      default_cashback_percentage: 2.5,
      confirmation_days: null,
      active: true,
    });
    assert.deepEqual(await rowOf(id), [
      { name: 'Corner Books', default_cashback_percentage: '2.5000', active: true },
    ]);
    assert.deepEqual(await auditOf(id), [
      {
        actor_type: 'admin',
        actor_id: admin.id,
        action: 'merchant.created',
        outcome: 'success',
        details: {
          name: 'Corner Books',
          default_cashback_percentage: 2.5,
          confirmation_days: null,
          active: true,
        },
        request_id: answer.headers['x-request-id'],
      },
    ]);
  });

  test('may make an inactive one', async () => {
    const body = { name: 'Not yet', default_cashback_percentage: 0, active: false };
    const answer = await api('POST', '/merchants', { token, body });
    assert.equal(answer.status, 201);
    assert.equal(answer.body.active, false);
  });

  test('of a taken name is MERCHANT_ALREADY_EXISTS with the id of the other merchant', async () => {
    const id = await createMerchant({ name: 'Taken' });
    const answer = await api('POST', '/merchants', {
      token,
      body: { name: 'Taken', default_cashback_percentage: 1 },
    });
    assertRefused(answer, 409, 'MERCHANT_ALREADY_EXISTS');
    assert.deepEqual(answer.body.error.details, { name: 'Taken', merchant_id: id });
  });

  test('refuses a taken name in another form, and shows names as they were written', async () => {
    const id = await createMerchant({ name: 'Caf\u00e9 Z\u00fcrich' });
    for (const name of [
      'CAF\u00c9 Z\u00dcRICH',
      'Cafe\u0301 Zu\u0308rich',
      'Caf\u00e9  Z\u00fcrich',
      'Caf\u00e9\u200b Z\u00fcrich',
    ]) {
      const answer = await api('POST', '/merchants', {
        token,
        body: { name, default_cashback_percentage: 1 },
      });
      assertRefused(answer, 409, 'MERCHANT_ALREADY_EXISTS');
      assert.deepEqual(answer.body.error.details, { name, merchant_id: id });
      const other = await createMerchant();
      const renamed = await api('PATCH', `/merchants/${other}`, { token, body: { name } });
      assertRefused(renamed, 409, 'MERCHANT_ALREADY_EXISTS');
    }
    const own = await api('PATCH', `/merchants/${id}`, { token, body: { name: 'CAF\u00c9 Z\u00dcRICH' } });
    assert.equal(own.body.name, 'CAF\u00c9 Z\u00dcRICH');
  });

  test('keeps changing one whose name another one has in the same form from before', async () => {
    await createMerchant({ name: 'Older' });
    const id = newId();
    await sql(`insert into merchants (id, name, default_cashback_percentage, created_at)
      values ('${id}', 'OLDER', 1, now())`);
    const body = { default_cashback_percentage: 3, name: 'OLDER' };
    assert.equal((await api('PATCH', `/merchants/${id}`, { token, body })).status, 200);
    const again = await api('POST', '/merchants', { token, body: { ...body, name: 'older' } });
    assertRefused(again, 409, 'MERCHANT_ALREADY_EXISTS');
  });

  test('by two admins at once makes one', async () => {
    const answers = await Promise.all(
      ['Race', 'RACE', 'race', 'Race', 'RaCe', 'Race', 'rACE', 'Race'].map((name) =>
        api('POST', '/merchants', { token, body: { name, default_cashback_percentage: 1 } }),
      ),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(7).fill(409)]);
    assert.equal((await sql("select id from merchants where lower(name) = 'race'")).length, 1);
  });

  test('takes the longest name and the ends of the percentage', async () => {
    for (const [name, percentage] of [
      ['x'.repeat(255), 0],
      ['Hundred', 100],
      ['4.35', 4.35],
      ["Zoë's 😀 Shop", 0.0001],
    ] as const) {
      const answer = await api('POST', '/merchants', {
        token,
        body: { name, default_cashback_percentage: percentage },
      });
      assert.equal(answer.status, 201, JSON.stringify(answer.body));
      assert.equal(answer.body.default_cashback_percentage, percentage);
      const shown = await api('GET', `/merchants/${answer.body.id}`, { token });
      assert.deepEqual(shown.body, { ...answer.body, active_offer: null });
    }
  });
});

describe('GET /merchants', () => {
  test('lists pages of all, of the active or of the inactive ones, newest first', async () => {
    const first = await createMerchant();
    const second = await createMerchant({ active: false });
    const third = await createMerchant();

    const newest = await api('GET', '/merchants?limit=3', { token });
    assert.deepEqual(idsOf(newest), [third, second, first]);
    const [{ count } = {}] = await sql('select count(*)::int from merchants');
    assert.deepEqual(newest.body.pagination, { offset: 0, limit: 3, total: count });
    assert.deepEqual(idsOf(await api('GET', '/merchants?limit=1&offset=1', { token })), [second]);
    const active = await api('GET', '/merchants?active=true&limit=2', { token });
    assert.deepEqual(idsOf(active), [third, first]);
    const inactive = await api('GET', '/merchants?active=false&limit=1', { token });
    assert.deepEqual(idsOf(inactive), [second]);
    assert.equal(active.body.pagination.total + inactive.body.pagination.total, count);
  });

  test('is empty beyond the end', async () => {
    const answer = await api('GET', '/merchants?offset=1000000', { token });
    assert.deepEqual(answer.body.data, []);
    assert.ok(answer.body.pagination.total > 0);
  });
});

describe('PATCH /merchants/{id}', () => {
  test('changes what is named and keeps the rest, with an audit row of the change', async () => {
    const id = await createMerchant({ name: 'Old name', default_cashback_percentage: 3 });

    const renamed = await api('PATCH', `/merchants/${id}`, { token, body: { name: 'New name' } });
    const both = await api('PATCH', `/merchants/${id}`, {
      token,
      body: { default_cashback_percentage: 0 },
    });

    const rest = { id, name: 'New name', confirmation_days: null, active: true };
    assert.deepEqual(renamed.body, { ...rest, default_cashback_percentage: 3 });
    assert.deepEqual(both.body, { ...rest, default_cashback_percentage: 0 });
    assert.deepEqual(await rowOf(id), [
      { name: 'New name', default_cashback_percentage: '0.0000', active: true },
    ]);
    const audit = await auditOf(id);
    assert.deepEqual(
      audit.map(({ action }) => action),
      ['merchant.created', 'merchant.changed', 'merchant.changed'],
    );
    assert.deepEqual(audit[2]?.details, { default_cashback_percentage: 0 });
    assert.deepEqual([audit[2]?.actor_id, audit[2]?.request_id], [admin.id, both.headers['x-request-id']]);
  });

  test('sets the confirmation days, and null gives them back to the default', async () => {
    const id = await createMerchant({ confirmation_days: 0 });
    const daysOf = async () => (await api('GET', `/merchants/${id}`, { token })).body.confirmation_days;
    assert.equal(await daysOf(), 0);

    for (const days of [365, null]) {
      const answer = await api('PATCH', `/merchants/${id}`, { token, body: { confirmation_days: days } });
      assert.deepEqual([answer.status, answer.body.confirmation_days], [200, days]);
      assert.equal(await daysOf(), days);
      assert.deepEqual((await auditOf(id)).at(-1)?.details, { confirmation_days: days });
    }
    await api('PATCH', `/merchants/${id}`, { token, body: { name: 'Keeps its days' } });
    assert.equal(await daysOf(), null);
  });

  test('to a name that is taken is MERCHANT_ALREADY_EXISTS, and changes and records nothing', async () => {
    const holder = await createMerchant({ name: 'Holder' });
    const id = await createMerchant({ name: 'Wants it' });
    const answer = await api('PATCH', `/merchants/${id}`, {
      token,
      body: { name: 'Holder', default_cashback_percentage: 9 },
    });
    assertRefused(answer, 409, 'MERCHANT_ALREADY_EXISTS');
    assert.equal(answer.body.error.details.merchant_id, holder);
    assert.equal((await rowOf(id))[0]?.name, 'Wants it');
    assert.equal((await auditOf(id)).length, 1);
  });

  test('to its own name is no conflict', async () => {
    const id = await createMerchant({ name: 'Same' });
    assert.equal((await api('PATCH', `/merchants/${id}`, { token, body: { name: 'Same' } })).status, 200);
  });

  test('two changes at once are both kept', async () => {
    const id = await createMerchant({ name: 'Two at once', default_cashback_percentage: 1 });
    await Promise.all([
      api('PATCH', `/merchants/${id}`, { token, body: { name: 'Two at once, renamed' } }),
      api('PATCH', `/merchants/${id}`, { token, body: { default_cashback_percentage: 2 } }),
      api('PATCH', `/merchants/${id}/status`, { token, body: { status: 'inactive' } }),
    ]);
    assert.deepEqual(await rowOf(id), [
      { name: 'Two at once, renamed', default_cashback_percentage: '2.0000', active: false },
    ]);
  });
});

describe('PATCH /merchants/{id}/status', () => {
  test('turns a merchant off and on, with an audit row each time', async () => {
    const id = await createMerchant();

    const off = await api('PATCH', `/merchants/${id}/status`, { token, body: { status: 'inactive' } });
    assert.deepEqual([off.status, off.body], [200, { id, status: 'inactive' }]);
    assert.equal((await rowOf(id))[0]?.active, false);
    const on = await api('PATCH', `/merchants/${id}/status`, { token, body: { status: 'active' } });
    assert.deepEqual(on.body, { id, status: 'active' });
    assert.equal((await rowOf(id))[0]?.active, true);

    assert.deepEqual(
      (await auditOf(id)).slice(1).map(({ action, details, actor_id }) => ({ action, details, actor_id })),
      [false, true].map((active) => ({
        action: 'merchant.changed',
        details: { active },
        actor_id: admin.id,
      })),
    );
  });

  test('takes its offers out of sight of shoppers, and new ones are refused: MERCHANT_NOT_ACTIVE', async () => {
    const id = await createMerchant();
    const offerId = await createOffer(id);
    await api('PATCH', `/merchants/${id}/status`, { token, body: { status: 'inactive' } });

    const seen = await api('GET', `/offers/${offerId}`, { token: shopper.token });
    const another = await api('POST', '/offers', {
      token,
      body: {
        merchant_id: id,
        cashback_type: 'percent',
        cashback_value: 5,
        start_date: '2027-01-01',
        end_date: '2027-12-31',
      },
    });

    assertRefused(seen, 404, 'NOT_FOUND');
    assertRefused(another, 422, 'MERCHANT_NOT_ACTIVE');
    assert.deepEqual(another.body.error.details, { merchant_id: id });
  });
});

describe('a merchant that is not there', () => {
  for (const [method, suffix, body] of [
    ['GET', '', undefined],
    ['PATCH', '', { name: 'Ghost' }],
    ['PATCH', '/status', { status: 'active' }],
  ] as const) {
    test(`is NOT_FOUND by ${method} /merchants/{id}${suffix}`, async () => {
      const id = newId();
      const missing = await api(method, `/merchants/${id}${suffix}`, { token, body });
      assertRefused(missing, 404, 'NOT_FOUND');
      assert.deepEqual(missing.body.error.details, { resource_type: 'merchant', resource_id: id });
    });
  }
});

test('an id in capitals finds the same merchant', async () => {
  const id = await createMerchant();
  assert.equal((await api('GET', `/merchants/${id.toUpperCase()}`, { token })).body.id, id);
});

function idsOf(answer: Answer): string[] {
  return answer.body.data.map(({ id }: { id: string }) => id);
}
