import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runSql } from '../../../support/database.ts';
import { startTestPlatform } from '../../../support/platform.ts';

const platform = await startTestPlatform();
const { api, admin, database, registerUser } = platform;
const shopper = await registerUser('secret.address@example.com');

/** The events of the access log since the last call. */
let known = 0;
async function newEvents(): Promise<Record<string, unknown>[]> {
  const rows = await runSql(
    database.url,
    `select action, actor_id, resource_type, resource_id, outcome, details, request_id
     from audit_logs where action in ('personal_data.read', 'request.refused') order by id`,
  );
  const added = rows.slice(known);
  known = rows.length;
  return added;
}

const read = (path: string, token = admin.token) => api('GET', path, { token });

describe('an administrator who reads personal data', () => {
  for (const [what, path, operation] of [
    ['a user', `/users/${shopper.id}`, 'GET /api/v1/users/:id'],
    ['their balances', `/users/${shopper.id}/wallet`, 'GET /api/v1/users/:id/wallet'],
    [
      'their transactions',
      `/users/${shopper.id}/wallet/transactions?limit=5`,
      'GET /api/v1/users/:id/wallet/transactions',
    ],
  ] as const) {
    test(`is recorded with ${what}, once`, async () => {
      const answer = await read(path);
      assert.equal(answer.status, 200);
      const events = await newEvents();
      assert.deepEqual(events, [
        {
          action: 'personal_data.read',
          actor_id: admin.id,
          resource_type: 'user',
          resource_id: shopper.id,
          outcome: 'success',
          details: { operation },
          request_id: answer.headers['x-request-id'],
        },
      ]);
    });
  }

  test('is recorded with a search by email, without the address', async () => {
    const { status, body } = await read('/users?email=secret.address&status=active&limit=1');
    assert.equal(status, 200);
    assert.equal(body.data.length, 1);
    const [event, ...others] = await newEvents();
    assert.deepEqual(others, []);
    assert.equal(event?.resource_id, admin.id);
    assert.deepEqual(event?.details, { operation: 'GET /api/v1/users', filters: 'email,status' });
    assert.ok(!JSON.stringify(event).includes('secret'));
  });

  test('is recorded with the list of all users', async () => {
    await read('/users');
    const [event] = await newEvents();
    assert.deepEqual(event?.details, { operation: 'GET /api/v1/users' });
  });

  test('is not recorded if nothing was shown, or only their own data', async () => {
    assert.equal((await read('/users/01936f2e-8c1b-7c3a-9d55-000000000001')).status, 404);
    assert.equal((await read('/users?email=ab')).status, 422);
    assert.equal((await read(`/users/${admin.id}`)).status, 200);
    assert.equal((await read('/users/me')).status, 200);
    assert.equal((await read('/offers')).status, 200);
    assert.equal((await read('/users/me/wallet', shopper.token)).status, 200);
    assert.deepEqual(await newEvents(), []);
  });

  test('gets nothing if the record cannot be written', async () => {
    await runSql(database.url, 'alter table audit_logs rename to audit_logs_elsewhere');
    const answer = await read(`/users/${shopper.id}`);
    await runSql(database.url, 'alter table audit_logs_elsewhere rename to audit_logs');
    assert.equal(answer.status, 500);
    assert.ok(!JSON.stringify(answer.body).includes('secret.address'));
    assert.deepEqual(await newEvents(), []);
  });
});

describe('a refused administrator', () => {
  test('is recorded with the operation and the permission', async () => {
    const colleague = await openColleague();
    const answer = await deactivate(colleague.token);
    assert.equal(answer.status, 403);
    assert.deepEqual(await newEvents(), [
      {
        action: 'request.refused',
        actor_id: colleague.id,
        resource_type: 'user',
        resource_id: colleague.id,
        outcome: 'failure',
        details: {
          operation: 'PATCH /api/v1/users/:id/status',
          code: 'FORBIDDEN',
          permission: 'users:set-status',
        },
        request_id: answer.headers['x-request-id'],
      },
    ]);
  });

  test('is recorded when they decide about themselves', async () => {
    const { status } = await api('PUT', `/users/${admin.id}/staff-roles`, {
      token: admin.token,
      body: { staff_roles: ['support'] },
    });
    assert.equal(status, 403);
    const [event, ...others] = await newEvents();
    assert.deepEqual(others, []);
    assert.deepEqual(event?.details, {
      operation: 'PUT /api/v1/users/:id/staff-roles',
      code: 'FORBIDDEN',
      permission: 'staff:manage',
    });
  });

  test('still gets 403 if the record cannot be written', async () => {
    const colleague = await openColleague();
    await runSql(database.url, 'alter table audit_logs rename to audit_logs_elsewhere');
    const { status } = await deactivate(colleague.token);
    await runSql(database.url, 'alter table audit_logs_elsewhere rename to audit_logs');
    assert.equal(status, 403);
  });

  test('is the only one: a refused shopper is not recorded', async () => {
    assert.equal((await read('/users', shopper.token)).status, 403);
    assert.deepEqual(await newEvents(), []);
  });
});

test('the operations that show addresses are known: a new one states showsPersonalData, and comes here', async () => {
  const { body } = await platform.platform.server.inject('/openapi.json');
  const description = JSON.parse(body);
  /** With what it refers to. */
  const textOf = (part: unknown): string =>
    JSON.stringify(part ?? {}).replaceAll(/"#\/components\/schemas\/([\w.-]+)"/g, (_, name: string) =>
      textOf(description.components.schemas[name]),
    );
  const shown = Object.entries<Record<string, { responses: Record<string, unknown> }>>(description.paths)
    .filter(([, { get }]) => textOf(get?.responses['200']).match(/"(user_)?email":/) !== null)
    .map(([path]) => path.replace('/api/v1', ''));
  assert.deepEqual(shown.sort(), [
    // The demo accounts.
    '/app-info',
    '/payouts',
    '/payouts/{id}',
    '/purchase-holds',
    '/purchases',
    '/purchases/{id}/timeline',
    '/users',
    '/users/me',
    '/users/{id}',
  ]);
});

/** An administrator who may not deactivate users. */
async function openColleague() {
  const colleague = await registerUser();
  await runSql(
    database.url,
    `update users set role = 'admin', staff_roles = '{support}' where id = '${colleague.id}'`,
  );
  return colleague;
}

function deactivate(token: string) {
  return api('PATCH', `/users/${shopper.id}/status`, { token, body: { status: 'inactive' } });
}
