import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { test } from 'node:test';
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
