import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isId, newId } from '../../../../src/core/id.ts';
import { SYSTEM } from '../../../../src/modules/platform/events/index.ts';
import { runSql } from '../../../support/database.ts';
import { type Answer, startTestPlatform } from '../../../support/platform.ts';

const { platform, api, admin, clock, database, createMerchant, createOffer, registerUser } =
  await startTestPlatform();
const { token } = admin;
const list = (query: string) => api('GET', `/audit-logs?${query}`, { token });

const merchantId = await createMerchant({ name: 'First', active: true });
clock.advance({ minutes: 1 });
const offerId = await createOffer(merchantId);
clock.advance({ minutes: 1 });
const shopper = await registerUser();
clock.advance({ minutes: 1 });
const change = await api('PATCH', `/merchants/${merchantId}/status`, {
  token,
  body: { status: 'inactive' },
});
const requestId = String(change.headers['x-request-id']);

describe('GET /audit-logs', () => {
  test('shows who did what to which resource, when and in which request', async () => {
    const answer = await list(`resource_id=${merchantId}&action=merchant.changed`);
    assert.equal(answer.status, 200);
    const merchant = await api('GET', `/merchants/${merchantId}`, { token: admin.token });
    const [{ id, ...log }] = answer.body.data;
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.deepEqual(log, {
      occurred_at: '2026-03-14T09:29:53Z',
      actor_type: 'admin',
      actor_id: admin.id,
      actor_label: admin.email,
      action: 'merchant.changed',
      resource_type: 'merchant',
      resource_id: merchantId,
      resource_label: merchant.body.name,
      outcome: 'success',
      details: { active: false },
      request_id: requestId,
    });
  });

  test('is filtered by each of actor, action, resource, outcome, request and time, and by all at once', async () => {
    const byAdmin = await list(`actor_id=${admin.id}&resource_type=merchant`);
    assert.deepEqual(actionsOf(byAdmin), ['merchant.changed', 'merchant.created']);
    const byShopper = await list(`actor_id=${shopper.id}`);
    assert.deepEqual(actionsOf(byShopper), ['session.opened', 'user.registered']);
    assert.deepEqual(actionsOf(await list(`actor_id=${newId()}`)), []);
    assert.deepEqual(actionsOf(await list('action=offer.created')), ['offer.created']);
    assert.deepEqual(actionsOf(await list(`resource_id=${offerId}`)), ['offer.created']);
    assert.deepEqual(actionsOf(await list('resource_type=offer')), ['offer.created']);
    assert.deepEqual(actionsOf(await list('from=2026-03-14T09:29:53Z')), ['merchant.changed']);
    assert.deepEqual(actionsOf(await list('from=2026-03-14T09:27:53Z&to=2026-03-14T09:27:53Z')), [
      'offer.created',
    ]);
    assert.deepEqual(actionsOf(await list('to=2026-03-14T09:26:52Z')), []);
    assert.deepEqual(actionsOf(await list('from=2026-03-14T10:29:53%2B01:00')), ['merchant.changed']);
    assert.deepEqual(actionsOf(await list(`actor_type=user&resource_id=${shopper.id}`)), ['user.registered']);
    assert.deepEqual(actionsOf(await list(`actor_type=admin&resource_id=${shopper.id}`)), []);
    assert.deepEqual(actionsOf(await list('actor_type=system')), ['user.admin_created']);
    assert.deepEqual(actionsOf(await list(`request_id=${requestId}`)), ['merchant.changed']);
    assert.deepEqual(actionsOf(await list(`request_id=${requestId.slice(0, -1)}`)), []);
    assert.deepEqual(actionsOf(await list('outcome=failure')), []);
    assert.deepEqual(actionsOf(await list(`outcome=success&resource_id=${offerId}`)), ['offer.created']);
    const all = `outcome=success&request_id=${requestId}&actor_type=admin&actor_id=${admin.id}&action=merchant.changed&resource_type=merchant&resource_id=${merchantId}&from=2026-03-14T09:00:00Z&to=2026-03-15T00:00:00Z`;
    assert.equal((await list(all)).body.pagination.total, 1);
    for (const other of [
      'outcome=failure',
      'request_id=audit-2',
      'actor_type=user',
      `actor_id=${shopper.id}`,
      'action=merchant.created',
      'resource_type=offer',
      `resource_id=${offerId}`,
      'from=2026-03-14T09:30:00Z',
      'to=2026-03-14T09:29:00Z',
    ]) {
      const name = other.split('=')[0] ?? '';
      const changed = all.replace(new RegExp(`(^|&)${name}=[^&]+`), `$1${other}`);
      assert.ok(changed.includes(other), other);
      assert.deepEqual(actionsOf(await list(changed)), [], other);
    }
  });

  test('comes newest first, in pages by offset and by cursor that meet nothing twice and miss nothing', async () => {
    const all = await list('limit=100');
    const ids = idsOf(all);
    assert.ok(ids.length >= 4);
    assert.deepEqual(ids, ids.toSorted().reverse());
    assert.equal(all.body.pagination.next_cursor, null);
    assert.equal(all.body.pagination.total, ids.length);
    assert.deepEqual(idsOf(await list('limit=2&offset=1')), ids.slice(1, 3));

    const walked: string[] = [];
    let query = 'limit=1';
    for (let page = 0; page < ids.length; page += 1) {
      const answer = await list(query);
      walked.push(...idsOf(answer));
      const { next_cursor } = answer.body.pagination;
      assert.equal(next_cursor === null, page === ids.length - 1);
      query = `limit=1&cursor=${next_cursor}`;
    }
    assert.deepEqual(walked, ids);
  });

  test('with a cursor keeps its place while new rows come, and keeps its filters', async () => {
    const first = await list('limit=1&resource_type=merchant');
    await createMerchant();
    const second = await list(`limit=1&resource_type=merchant&cursor=${first.body.pagination.next_cursor}`);
    assert.deepEqual(actionsOf(first), ['merchant.changed']);
    assert.deepEqual(actionsOf(second), ['merchant.created']);
    assert.equal(second.body.data[0].resource_id, merchantId);
  });

  test('finds failures, and actions of the platform itself', async () => {
    const { refreshToken, id } = await registerUser();
    const refresh = () => api('POST', '/auth/refresh', { body: { refresh_token: refreshToken } });
    await refresh();
    clock.advance({ seconds: 11 });
    await refresh();

    const failures = await list('outcome=failure');

    assert.deepEqual(actionsOf(failures), ['session.reused']);
    assert.deepEqual(
      [failures.body.data[0].actor_type, failures.body.data[0].actor_id, failures.body.data[0].outcome],
      ['user', id, 'failure'],
    );
    await platform.modules.merchants.service.createMerchant(
      { name: 'Own', defaultCashbackPercentage: 1, confirmationDays: null, active: true },
      SYSTEM,
    );
    const own = await list('actor_type=system');
    assert.deepEqual(actionsOf(own), ['merchant.created', 'user.admin_created']);
    assert.deepEqual([own.body.data[0].actor_id, own.body.data[0].request_id], [null, null]);
  });
});

describe('the audit log', () => {
  test('cannot be changed or emptied, not even in the database', async () => {
    for (const statement of [
      "update audit_logs set outcome = 'failure'",
      'delete from audit_logs',
      'truncate audit_logs',
    ]) {
      await assert.rejects(runSql(database.url, statement), { code: '23001' }, statement);
    }
  });

  test('has no row of what did not happen', async () => {
    const before = await list('limit=1');
    const answers = [
      await api('POST', '/merchants', { token, body: { name: 'First', default_cashback_percentage: 1 } }),
      await api('PATCH', `/offers/${newId()}/status`, { token, body: { status: 'active' } }),
      await api('POST', '/users', { body: { email: shopper.email, password: 'Str0ng!Pass' } }),
    ];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [409, 404, 409],
    );
    assert.equal((await list('limit=1')).body.pagination.total, before.body.pagination.total);
  });

  test('holds neither passwords nor tokens nor email addresses', async () => {
    const rows = await runSql(database.url, 'select details::text from audit_logs');
    for (const { details } of rows) assert.doesNotMatch(String(details), /@|Str0ng|eyJ/);
  });
});

function actionsOf(answer: Answer): string[] {
  return answer.body.data.map(({ action }: { action: string }) => action);
}

test('a caller does not choose the request id that the audit log shows', async () => {
  const answer = await api('PATCH', `/offers/${offerId}/status`, {
    token,
    headers: { 'x-request-id': requestId },
    body: { status: 'inactive' },
  });

  assert.equal(answer.headers['x-request-id'], requestId);
  const [own] = (await list(`resource_id=${offerId}&action=offer.deactivated`)).body.data;
  assert.notEqual(own.request_id, requestId);
  assert.ok(isId(own.request_id));
});

function idsOf(answer: Answer): string[] {
  return answer.body.data.map(({ id }: { id: string }) => id);
}
