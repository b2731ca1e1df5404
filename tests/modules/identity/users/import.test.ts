import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runSql } from '../../../support/database.ts';
import { PASSWORD, startTestPlatform } from '../../../support/platform.ts';

const { api, database, admin, registerUser } = await startTestPlatform();
const sql = (statement: string) => runSql(database.url, statement);
const importUsers = (body: unknown) => api('POST', '/users/import', { token: admin.token, body });

describe('an import of users', () => {
  test('has a result per item, in order, and makes a user with a wallet of each good one', async () => {
    const [known] = (await importUsers([{ email: 'known@example.com' }])).body.results;

    const answer = await api('POST', '/users/import', {
      token: admin.token,
      body: [
        { email: ' First@Example.com ' },
        { email: 'KNOWN@example.com' },
        { email: 'no address' },
        { email: 'first@example.com' },
        { email: 'extra@example.com', role: 'admin' },
        'text',
        null,
        { email: 'last@example.com' },
      ],
    });

    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.deepEqual(answer.body.summary, { total: 8, accepted: 2, duplicates: 2, refused: 4 });
    const { results } = answer.body;
    assert.deepEqual(
      results.map(({ email, status, error }: Record<string, { code?: string }>) => [
        email,
        status,
        error?.code,
      ]),
      [
        [' First@Example.com ', 201, undefined],
        ['KNOWN@example.com', 409, 'EMAIL_ALREADY_REGISTERED'],
        ['no address', 422, 'VALIDATION_ERROR'],
        ['first@example.com', 409, 'EMAIL_ALREADY_REGISTERED'],
        ['extra@example.com', 422, 'VALIDATION_ERROR'],
        [null, 422, 'VALIDATION_ERROR'],
        [null, 422, 'VALIDATION_ERROR'],
        ['last@example.com', 201, undefined],
      ],
    );
    assert.equal(results[1].id, known.id, 'the operator learns which user is here already');
    assert.equal(results[3].id, results[0].id);
    const rows = await sql(
      `select email, password_hash, role::text, active, count(wallets.id)::int as wallets
       from users left join wallets on user_id = users.id
       where users.id in ('${results[0].id}', '${results[7].id}') group by users.id order by email`,
    );
    const imported = { password_hash: null, role: 'user', active: true, wallets: 1 };
    assert.deepEqual(rows, [
      { email: 'first@example.com', ...imported },
      { email: 'last@example.com', ...imported },
    ]);
    const audit = await sql(
      `select actor_id, action from audit_logs where request_id = '${answer.headers['x-request-id']}'`,
    );
    assert.deepEqual(audit, Array(2).fill({ actor_id: admin.id, action: 'user.imported' }));
    assert.deepEqual(await sql("select id from users where email = 'extra@example.com'"), []);
  });

  test('makes users who cannot log in, with whatever password', async () => {
    await importUsers([{ email: 'locked@example.com' }]);
    for (const password of [PASSWORD, 'null', ' ', 'not a password']) {
      const answer = await api('POST', '/auth/login', { body: { email: 'locked@example.com', password } });
      assert.equal(answer.status, 401);
      assert.equal(answer.body.error.code, 'INVALID_CREDENTIALS');
    }
  });

  test('of thousands is done, and repeated changes nothing', async () => {
    const list = Array.from({ length: 5_000 }, (_, index) => ({ email: `bulk-${index}@example.com` }));
    const first = await importUsers(list);
    const again = await importUsers(list);
    assert.deepEqual(first.body.summary, { total: 5_000, accepted: 5_000, duplicates: 0, refused: 0 });
    assert.deepEqual(again.body.summary, { total: 5_000, accepted: 0, duplicates: 5_000, refused: 0 });
    assert.equal(again.body.results[17].id, first.body.results[17].id);
  });

  test('twice at once makes each user once', async () => {
    const list = Array.from({ length: 200 }, (_, index) => ({ email: `both-${index}@example.com` }));
    const answers = await Promise.all([importUsers(list), importUsers([...list].reverse())]);
    assert.equal(answers[0]?.body.summary.accepted + answers[1]?.body.summary.accepted, 200);
    const [{ count } = {}] = await sql(
      "select count(*)::int from wallets join users on users.id = user_id where email like 'both-%'",
    );
    assert.equal(count, 200);
  });
});

describe('external references', () => {
  const setReference = (id: string, external_reference: string | null) =>
    api('PATCH', `/users/${id}`, { token: admin.token, body: { external_reference } });

  test('are given by an import, found by the list, and taken by one user only', async () => {
    const { results } = (
      await importUsers([
        { email: 'ref-1@example.com', external_reference: 'customer-1' },
        { email: 'ref-2@example.com', external_reference: 'customer-1' },
        { email: 'ref-3@example.com' },
      ])
    ).body;
    const again = await importUsers([{ email: 'ref-4@example.com', external_reference: 'customer-1' }]);

    assert.deepEqual(
      [...results, ...again.body.results].map(({ status, error }) => [status, error?.code, error?.details]),
      [
        [201, undefined, undefined],
        [409, 'EXTERNAL_REFERENCE_TAKEN', { external_reference: 'customer-1', user_id: results[0].id }],
        [201, undefined, undefined],
        [409, 'EXTERNAL_REFERENCE_TAKEN', { external_reference: 'customer-1', user_id: results[0].id }],
      ],
    );
    const { body } = await api('GET', '/users?external_reference=customer-1', { token: admin.token });
    assert.deepEqual(
      body.data.map(({ id, external_reference }: Record<string, string>) => [id, external_reference]),
      [[results[0].id, 'customer-1']],
    );
    const taken = await setReference(results[2].id, 'customer-1');
    assert.deepEqual([taken.status, taken.body.error.details.user_id], [409, results[0].id]);
    assert.equal((await setReference(results[0].id, null)).status, 200);
    assert.equal((await setReference(results[2].id, 'customer-1')).body.external_reference, 'customer-1');
  });

  test('are free again when their account is closed by a take-over', async () => {
    const { email, id } = await registerUser();
    await setReference(id, 'customer-2');
    const held = await importUsers([{ email, take_over: true, external_reference: 'customer-2' }]);
    assert.equal(held.body.results[0].error.code, 'EXTERNAL_REFERENCE_TAKEN');

    const { results } = (await importUsers([{ email, take_over: true, external_reference: 'customer-3' }]))
      .body;

    assert.equal(results[0].status, 201);
    assert.deepEqual(await sql(`select external_reference, active from users where id = '${id}'`), [
      { external_reference: null, active: false },
    ]);
  });

  test('race for one another without an error: one import gets each', async () => {
    const list = (name: string) =>
      Array.from({ length: 100 }, (_, index) => ({
        email: `race-${name}-${index}@example.com`,
        external_reference: `race-${index}`,
      }));
    const answers = await Promise.all([importUsers(list('a')), importUsers(list('b').reverse())]);
    assert.equal(answers[0]?.body.summary.accepted + answers[1]?.body.summary.accepted, 100);
  });
});
