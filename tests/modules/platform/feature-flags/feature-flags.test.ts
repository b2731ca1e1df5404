import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { featureFlagsModule } from '../../../../src/modules/platform/feature-flags/index.ts';
import { runSql } from '../../../support/database.ts';
import { assertRefused, startTestPlatform } from '../../../support/platform.ts';

const { api, admin, clock, database, createMerchant, registerUser } = await startTestPlatform();
const { token } = admin;
const shopper = await registerUser();
const merchantId = await createMerchant();
const sql = (statement: string) => runSql(database.url, statement);
const put = (key: string, body: unknown) => api('PUT', `/feature-flags/${key}`, { token, body });
const get = (path: string) => api('GET', `/feature-flags${path}`, { token });
const remove = (path: string) => api('DELETE', `/feature-flags${path}`, { token });
const evaluate = async (key: string, query = '') => (await get(`/${key}/evaluate?${query}`)).body;
const rowsOf = (key: string) =>
  sql(
    `select user_id, merchant_id, enabled, description from feature_flags where key = '${key}' order by id`,
  );
const auditOf = (id: string) =>
  sql(`select actor_id, action, resource_type, details, request_id from audit_logs
       where resource_id = '${id}' order by id`);
const ofUser = { scope_type: 'user', scope_id: shopper.id };
const ofMerchant = { scope_type: 'merchant', scope_id: merchantId };
const { client } = featureFlagsModule(
  { database, clock, events: { record: () => undefined } },
  { knownFlags: [] },
);

describe('PUT /feature-flags/{key}', () => {
  test('makes a global setting, with an audit record', async () => {
    const answer = await put('first', { enabled: false, description: 'Until spring.' });

    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const { id, ...flag } = answer.body;
    const now = clock().toString({ smallestUnit: 'second' });
    assert.deepEqual(flag, {
      key: 'first',
      scope_type: 'global',
      scope_id: null,
      enabled: false,
      description: 'Until spring.',
      created_at: now,
      updated_at: now,
    });
    assert.deepEqual(await rowsOf('first'), [
      { user_id: null, merchant_id: null, enabled: false, description: 'Until spring.' },
    ]);
    assert.deepEqual(await auditOf(id), [
      {
        actor_id: admin.id,
        action: 'feature_flag.set',
        resource_type: 'feature_flag',
        request_id: answer.headers['x-request-id'],
        details: {
          key: 'first',
          scope_type: 'global',
          scope_id: null,
          before: null,
          after: { enabled: false, description: 'Until spring.' },
        },
      },
    ]);
  });

  test('again replaces the setting as a whole, keeps its id and age, and records what it replaced', async () => {
    const first = (await put('second', { enabled: false, ...ofUser, description: 'Asked for it.' })).body;
    clock.advance({ minutes: 1 });

    const answer = await put('second', { enabled: true, ...ofUser });

    assert.equal(answer.status, 200);
    const updated_at = clock().toString({ smallestUnit: 'second' });
    assert.deepEqual(answer.body, { ...first, enabled: true, description: null, updated_at });
    assert.deepEqual(await rowsOf('second'), [
      { user_id: shopper.id, merchant_id: null, enabled: true, description: null },
    ]);
    const [, second] = await auditOf(first.id);
    assert.deepEqual(second?.details, {
      key: 'second',
      ...ofUser,
      before: { enabled: false, description: 'Asked for it.' },
      after: { enabled: true, description: null },
    });
  });

  test('keeps the scopes of a flag apart', async () => {
    await put('apart', { enabled: false });
    await put('apart', { enabled: true, ...ofMerchant });
    await put('apart', { enabled: false, ...ofUser });
    assert.deepEqual(await rowsOf('apart'), [
      { user_id: null, merchant_id: null, enabled: false, description: null },
      { user_id: null, merchant_id: merchantId, enabled: true, description: null },
      { user_id: shopper.id, merchant_id: null, enabled: false, description: null },
    ]);
  });

  test('many times at once makes one setting, and an unbroken chain of what each replaced', async () => {
    const values = Array.from({ length: 12 }, (_, index) => `Value ${index}`);

    const answers = await Promise.all(
      values.map((description) => put('race', { enabled: true, ...ofMerchant, description })),
    );

    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
    const [row] = await rowsOf('race');
    const changes = (await auditOf(answers[0]?.body.id)).map(
      ({ details }) => details as { before: { description: string } | null; after: { description: string } },
    );
    const told = new Map(changes.map(({ before, after }) => [before?.description, after.description]));
    const chain: (string | undefined)[] = [];
    for (let value = told.get(undefined); value !== undefined; value = told.get(value)) chain.push(value);
    assert.deepEqual(chain.toSorted(), values.toSorted());
    assert.equal(chain.at(-1), row?.description);
  });

  for (const [type, id] of [
    ['user', merchantId],
    ['merchant', shopper.id],
    ['user', newId()],
  ] as const) {
    test(`for a ${type} that is not there is NOT_FOUND of that ${type}`, async () => {
      const answer = await put('nobody', { enabled: true, scope_type: type, scope_id: id });
      assertRefused(answer, 404, 'NOT_FOUND');
      assert.deepEqual(answer.body.error.details, { resource_type: type, resource_id: id });
      assert.deepEqual(await rowsOf('nobody'), []);
    });
  }
});

describe('GET /feature-flags/{key}', () => {
  test('shows the setting of the requested scope, by default the global one', async () => {
    const forAll = (await put('shown', { enabled: false })).body;
    const forOne = (await put('shown', { enabled: true, ...ofMerchant })).body;
    assert.deepEqual((await get('/shown')).body, forAll);
    assert.deepEqual((await get('/shown?scope_type=global')).body, forAll);
    assert.deepEqual(
      (await get(`/shown?scope_type=merchant&scope_id=${merchantId.toUpperCase()}`)).body,
      forOne,
    );
  });

  test('of a scope that has none is NOT_FOUND, and no other scope stands in for it', async () => {
    await put('elsewhere', { enabled: false, ...ofUser });
    for (const query of ['', `?scope_type=merchant&scope_id=${shopper.id}`]) {
      const answer = await get(`/elsewhere${query}`);
      assertRefused(answer, 404, 'NOT_FOUND');
      assert.deepEqual(answer.body.error.details, {
        resource_type: 'feature_flag',
        resource_id: 'elsewhere',
      });
    }
  });
});

describe('DELETE /feature-flags/{key}', () => {
  test('removes one setting, so that the next wider one decides, with an audit record', async () => {
    await put('removed', { enabled: false });
    const { id } = (await put('removed', { enabled: true, ...ofUser, description: 'For now.' })).body;
    assert.equal((await evaluate('removed', `user_id=${shopper.id}`)).enabled, true);

    const answer = await remove(`/removed?scope_type=user&scope_id=${shopper.id}`);

    assert.equal(answer.status, 204);
    assert.equal(answer.body, '');
    assert.equal((await evaluate('removed', `user_id=${shopper.id}`)).enabled, false);
    assert.deepEqual(await rowsOf('removed'), [
      { user_id: null, merchant_id: null, enabled: false, description: null },
    ]);
    const audit = (await auditOf(id)).at(-1);
    assert.deepEqual([audit?.action, audit?.actor_id], ['feature_flag.removed', admin.id]);
    assert.deepEqual(audit?.details, {
      key: 'removed',
      ...ofUser,
      before: { enabled: true, description: 'For now.' },
      after: null,
    });
  });

  test('of what is not there is NOT_FOUND, without a trace', async () => {
    const before = await sql('select count(*) from audit_logs');
    assertRefused(await remove('/never_set'), 404, 'NOT_FOUND');
    assert.deepEqual(await sql('select count(*) from audit_logs'), before);
  });

  test('many times at once removes it once', async () => {
    await put('removed_once', { enabled: true });
    const answers = await Promise.all(Array.from({ length: 6 }, () => remove('/removed_once')));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 404, 404, 404, 404, 404]);
  });
});

describe('GET /feature-flags', () => {
  test('lists settings newest first, in pages, filtered by key, scope and id', async () => {
    for (const scope of [{}, ofMerchant, ofUser]) await put('listed', { enabled: true, ...scope });
    await put('listed_too', { enabled: true, ...ofUser });
    const scopes = async (query: string) =>
      (await get(`?${query}`)).body.data.map((flag: { scope_type: string }) => flag.scope_type);

    assert.deepEqual(await scopes('key=listed'), ['user', 'merchant', 'global']);
    assert.deepEqual(await scopes('key=listed&limit=1&offset=1'), ['merchant']);
    assert.equal((await get('?key=listed&limit=1')).body.pagination.total, 3);
    for (const type of ['user', 'merchant', 'global']) {
      assert.deepEqual(await scopes(`key=listed&scope_type=${type}`), [type]);
    }
    assert.deepEqual(await scopes(`key=listed&scope_id=${merchantId.toUpperCase()}`), ['merchant']);
    assert.deepEqual(await scopes(`key=listed&scope_id=${newId()}`), []);
    const ofShopper = (await get(`?scope_id=${shopper.id}&limit=100`)).body.data;
    assert.deepEqual(
      ofShopper.slice(0, 2).map(({ key }: { key: string }) => key),
      ['listed_too', 'listed'],
    );
  });
});

describe('GET /feature-flags/{key}/evaluate', () => {
  test('follows the narrowest scope that is set, and says which one decided', async () => {
    const both = `user_id=${shopper.id.toUpperCase()}&merchant_id=${merchantId.toUpperCase()}`;
    assert.deepEqual(await evaluate('asked', both), {
      key: 'asked',
      enabled: true,
      decided_by: 'default',
      known: false,
    });

    await put('asked', { enabled: false });
    assert.deepEqual(await evaluate('asked', both), {
      key: 'asked',
      enabled: false,
      decided_by: 'global',
      known: false,
    });
    await put('asked', { enabled: true, ...ofMerchant });
    assert.deepEqual(await evaluate('asked', both), {
      key: 'asked',
      enabled: true,
      decided_by: 'merchant',
      known: false,
    });
    await put('asked', { enabled: false, ...ofUser });
    assert.deepEqual(await evaluate('asked', both), {
      key: 'asked',
      enabled: false,
      decided_by: 'user',
      known: false,
    });

    assert.equal((await evaluate('asked', `merchant_id=${merchantId}`)).decided_by, 'merchant');
    assert.equal((await evaluate('asked')).decided_by, 'global');
    assert.equal(
      (await evaluate('asked', `user_id=${merchantId}&merchant_id=${shopper.id}`)).decided_by,
      'global',
    );
  });
});

describe('evaluateFlags', () => {
  test('answers for a batch of subjects in their order, by one statement', async () => {
    const merchants = [merchantId, await createMerchant(), await createMerchant()];
    const users = [shopper.id, (await registerUser()).id, (await registerUser()).id];
    await put('batch', { enabled: false });
    await put('batch', { enabled: true, scope_type: 'merchant', scope_id: merchants[1] });
    await put('batch', { enabled: false, scope_type: 'user', scope_id: users[1] });
    await put('batch', { enabled: true, scope_type: 'user', scope_id: users[2] });
    await put('batch_of_another_key', { enabled: true });
    const subjects = Array.from({ length: 500 }, (_, index) => ({
      userId: users[index % 3],
      merchantId: merchants[Math.floor(index / 3) % 3],
    }));

    const enabled = await client.evaluateFlags(database.db, 'batch', subjects);

    assert.deepEqual(
      enabled,
      subjects.map(
        ({ userId, merchantId: of }) => userId === users[2] || (userId !== users[1] && of === merchants[1]),
      ),
    );
    assert.deepEqual(await client.evaluateFlags(database.db, 'batch', []), []);
    assert.deepEqual(await client.evaluateFlags(database.db, 'never_set', [{}, { userId: shopper.id }]), [
      true,
      true,
    ]);
  });
});

describe('the table of flags', () => {
  for (const [what, columns, values, constraint] of [
    ['two settings of one scope', 'key, enabled', "'taken', true", 'feature_flags_key'],
    [
      'a setting for a user and a merchant',
      'key, enabled, user_id, merchant_id',
      `'both', true, '${shopper.id}', '${merchantId}'`,
      'feature_flags_one_scope',
    ],
  ] as const) {
    test(`refuses ${what}`, async () => {
      await put('taken', { enabled: true });
      await assert.rejects(
        sql(`insert into feature_flags (id, created_at, updated_at, ${columns})
             values ('${newId()}', now(), now(), ${values})`),
        { constraint },
      );
    });
  }
});
