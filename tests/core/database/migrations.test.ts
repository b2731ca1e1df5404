import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { describe, type TestContext, test } from 'node:test';
import pg from 'pg';
import { MIGRATIONS_DIRECTORY, migrate } from '../../../src/core/database/migrations.ts';
import { createTestDatabase } from '../../support/database.ts';

const loaded: string[] = [];
registerHooks({
  resolve: (specifier, context, next) => {
    loaded.push(specifier);
    return next(specifier, context);
  },
});

test('a database that is up to date stays as it is, and nothing is loaded that would change it', async () => {
  const { url } = await createTestDatabase();
  assert.deepEqual(await migrate(url), []);
  assert.ok(!loaded.includes('node-pg-migrate'));
});

test('an empty database gets every migration, once', async () => {
  const { url } = await createTestDatabase({ empty: true });
  const files = readdirSync(MIGRATIONS_DIRECTORY).sort();
  assert.deepEqual(
    (await migrate(url)).map((name) => `${name}.sql`),
    files,
  );
  assert.ok(loaded.includes('node-pg-migrate'));
  assert.deepEqual(await migrate(url), []);
});

test('every connection is closed once the database is migrated', async (t) => {
  const { url } = await createTestDatabase({ empty: true });
  let closing = 0;
  const end = pg.Client.prototype.end;
  t.mock.method(pg.Client.prototype, 'end', async function (this: pg.Client) {
    closing += 1;
    await Reflect.apply(end, this, []);
    closing -= 1;
  });

  await migrate(url);

  assert.equal(closing, 0);
});

describe('a migration that gets no lock, or loses a deadlock with the requests of another process', () => {
  for (const code of ['40P01', '55P03']) {
    test(`is repeated after ${code}, and those before it are kept`, async (t) => {
      const { url } = await createTestDatabase({ empty: true });
      const attempts = refuse(t, { statement: /create table wallets/, code, times: 2 });

      const applied = await migrate(url);

      assert.equal(attempts(), 3);
      assert.equal(applied.length, readdirSync(MIGRATIONS_DIRECTORY).length);
    });
  }

  test('fails after ten attempts', async (t) => {
    const { url } = await createTestDatabase({ empty: true });
    const attempts = refuse(t, { statement: /create table users/, code: '55P03', times: 100 });
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const migrated = migrate(url).finally(() => t.mock.timers.reset());
    const ticking = setInterval(() => t.mock.timers.tick(500), 5);

    await assert.rejects(migrated, { code: '55P03' });

    clearInterval(ticking);
    assert.equal(attempts(), 10);
  });

  test('is not repeated after another error', async (t) => {
    const { url } = await createTestDatabase({ empty: true });
    const attempts = refuse(t, { statement: /create table users/, code: '42601', times: 1 });

    await assert.rejects(migrate(url), { code: '42601' });
    assert.equal(attempts(), 1);
  });
});

/** PostgreSQL refuses the first statements that match. Returns the number of matches. */
function refuse(
  t: TestContext,
  { statement, code, times }: { readonly statement: RegExp; readonly code: string; readonly times: number },
): () => number {
  let attempts = 0;
  const query = pg.Client.prototype.query;
  t.mock.method(pg.Client.prototype, 'query', function (this: pg.Client, ...args: unknown[]) {
    const text = String((args[0] as { text?: string })?.text ?? args[0]);
    if (!statement.test(text)) return Reflect.apply(query, this, args);
    attempts += 1;
    if (attempts > times) return Reflect.apply(query, this, args);
    return Promise.reject(Object.assign(new pg.DatabaseError('refused', 7, 'error'), { code }));
  });
  return () => attempts;
}
