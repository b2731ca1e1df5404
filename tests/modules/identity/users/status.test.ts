import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { operationsOf, readOpenApi } from '../../../support/contract-openapi.ts';
import { countAllRows, openWorld, sampleOf, send } from '../../../support/contract-requests.ts';
import { runSql } from '../../../support/database.ts';
import { assertRefused, PASSWORD, type Person, startTestPlatform } from '../../../support/platform.ts';

const platform = await startTestPlatform();
const { api, admin, database, registerUser } = platform;
const sql = (statement: string) => runSql(database.url, statement);
const setStatus = (id: string, status: 'active' | 'inactive', { token }: Person = admin) =>
  api('PATCH', `/users/${id}/status`, { token, body: { status } });
const me = ({ token }: Person) => api('GET', '/users/me', { token });
const login = (email: string) => api('POST', '/auth/login', { body: { email, password: PASSWORD } });
const auditOf = (id: string) =>
  sql(`select action, actor_id, request_id, details from audit_logs
       where resource_id = '${id}' and action like 'user.%activated' order by id`);

async function registerAdmin(): Promise<Person> {
  const person = await registerUser();
  await sql(`update users set role = 'admin', staff_roles = '{administrator}' where id = '${person.id}'`);
  return person;
}

describe('a deactivated user', async () => {
  const world = await openWorld(platform);
  const protectedOperations = operationsOf(await readOpenApi(platform)).filter(
    ({ description }) => description.security?.length !== 0,
  );
  const people = { user: await registerUser(), admin: await registerAdmin() };
  for (const { id } of Object.values(people)) assert.equal((await setStatus(id, 'inactive')).status, 200);

  test('is refused by every operation on the next request, without a trace', async () => {
    assert.ok(protectedOperations.length > 25);
    const samples = [];
    for (const operation of protectedOperations)
      samples.push({ operation, sample: await sampleOf(world, operation, admin) });
    const before = await countAllRows(platform);

    for (const { operation, sample } of samples) {
      const { params, query, body } = sample;
      for (const person of Object.values(people)) {
        const answer = await send(
          world,
          operation,
          { ...(params && { params }), ...(query && { query }), body, token: person.token },
          person,
        );
        assert.equal(answer.status, 401, operation.name);
        assert.equal(answer.body.error.code, 'USER_INACTIVE', operation.name);
        assert.equal(answer.headers['www-authenticate'], 'Bearer', operation.name);
      }
    }

    assert.deepEqual(await countAllRows(platform), before);
  });

  test('cannot log in, nor refresh a session', async () => {
    const { email, refreshToken } = people.user;
    assertRefused(await login(email), 401, 'USER_INACTIVE');
    const refreshed = await api('POST', '/auth/refresh', { body: { refresh_token: refreshToken } });
    assertRefused(refreshed, 401, 'USER_INACTIVE');
  });

  test('earns nothing: a purchase that an admin reports for them is refused', async () => {
    const body = world.purchase(people.user.id);
    const answer = await api('POST', '/purchases', { token: admin.token, body });
    assertRefused(answer, 422, 'USER_NOT_ELIGIBLE');
    assert.deepEqual(await sql(`select id from purchases where user_id = '${people.user.id}'`), []);
  });
});

describe('PATCH /users/{id}/status', () => {
  test('ends the sessions of the user in the same transaction, with an audit record', async () => {
    const { id } = await registerUser();

    const answer = await setStatus(id, 'inactive', admin);

    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, { id, status: 'inactive' });
    const [row] = await sql(
      `select active, revoked_at is not null as revoked, users.xmin = sessions.xmin as together
       from users join sessions on user_id = users.id where users.id = '${id}'`,
    );
    assert.deepEqual(row, { active: false, revoked: true, together: true });
    assert.deepEqual(await auditOf(id), [
      {
        action: 'user.deactivated',
        actor_id: admin.id,
        request_id: answer.headers['x-request-id'],
        details: {},
      },
    ]);
  });

  test('active lets a user log in again, and gives no session of before back', async () => {
    const user = await registerUser();
    await setStatus(user.id, 'inactive');

    assert.deepEqual((await setStatus(user.id, 'active')).body, { id: user.id, status: 'active' });

    assertRefused(await me(user), 401, 'TOKEN_REVOKED');
    const refreshed = await api('POST', '/auth/refresh', { body: { refresh_token: user.refreshToken } });
    assertRefused(refreshed, 401, 'TOKEN_REVOKED');
    assert.equal((await login(user.email)).status, 200);
    assert.deepEqual(
      (await auditOf(user.id)).map(({ action }) => action),
      ['user.deactivated', 'user.activated'],
    );
  });

  test('that a user has already changes nothing, and leaves no audit row', async () => {
    const user = await registerUser();
    assert.equal((await setStatus(user.id, 'active')).status, 200);
    assert.equal((await me(user)).status, 200);
    await setStatus(user.id, 'inactive');
    assert.equal((await setStatus(user.id, 'inactive')).status, 200);
    assert.equal((await auditOf(user.id)).length, 1);
  });

  test('inactive is not for your own account, in whatever case it is named', async () => {
    for (const id of [admin.id, admin.id.toUpperCase()]) {
      const answer = await setStatus(id, 'inactive');
      assertRefused(answer, 400, 'VALIDATION_ERROR');
      assert.deepEqual(answer.body.error.details.violations, [
        { field: 'status', reason: 'must not be inactive for your own account' },
      ]);
    }
    assert.equal((await me(admin)).status, 200);
  });

  test('of two admins who deactivate one another at once, one is left: LAST_ACTIVE_ADMIN', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [one, other] = await Promise.all([registerAdmin(), registerAdmin()]);
      await sql(
        `update users set active = false where role = 'admin' and id not in ('${one.id}', '${other.id}')`,
      );

      const answers = await Promise.all([
        setStatus(one.id, 'inactive', other),
        setStatus(other.id, 'inactive', one),
      ]);

      assert.equal(answers.filter(({ status }) => status === 200).length, 1, JSON.stringify(answers));
      const [left] = await sql("select count(*)::int as admins from users where role = 'admin' and active");
      assert.equal(left?.admins, 1);
      const refused = answers.find(({ status }) => status !== 200);
      // The second may come so late that its admin is inactive already.
      assert.match(refused?.body.error.code, /^(LAST_ACTIVE_ADMIN|USER_INACTIVE)$/);
      await sql(`update users set active = true where id = '${admin.id}'`);
    }
  });

  test('of a user who is not there is NOT_FOUND', async () => {
    const id = newId();
    const answer = await setStatus(id, 'inactive');
    assertRefused(answer, 404, 'NOT_FOUND');
    assert.deepEqual(answer.body.error.details, { resource_type: 'user', resource_id: id });
  });
});
