import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { MIGRATIONS_DIRECTORY } from '../../../src/core/database/migrations.ts';
import { foldName } from '../../../src/core/fold-name.ts';
import { newId } from '../../../src/core/id.ts';
import { createTestDatabase, runSql } from '../../support/database.ts';
import { NAMES_ALIKE, NAMES_APART } from '../../support/names.ts';

const NAMES = [...NAMES_ALIKE.flatMap(([, names]) => names), ...NAMES_APART];
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

test('SQL folds names as the code does', async () => {
  const { url } = await createTestDatabase();
  const rows = await runSql(
    url,
    `select name, fold_name(name) as folded from (values ${NAMES.map((name) => `(${literal(name)})`)}) as given (name)`,
  );
  assert.deepEqual(
    rows,
    NAMES.map((name) => ({ name, folded: foldName(name) })),
  );
});

test('the migration keeps names that fold alike, and gives the oldest the form', async () => {
  const { url } = await createTestDatabase({ empty: true });
  const files = readdirSync(MIGRATIONS_DIRECTORY).sort();
  const run = async (names: readonly string[]) => {
    for (const name of names) await runSql(url, readFileSync(join(MIGRATIONS_DIRECTORY, name), 'utf8'));
  };
  await run(files.filter((name) => name < '0033'));
  const [oldest, second, other] = [newId(), newId(), newId()];
  for (const [table, more, zero] of [
    ['merchants', ', default_cashback_percentage', ', 0'],
    ['partners', '', ''],
  ]) {
    await runSql(
      url,
      `insert into ${table} (id, name, created_at${more}) values
        ('${second}', 'NIKE', '2026-01-02'${zero}),
        ('${oldest}', 'Nike', '2026-01-01'${zero}),
        ('${other}', 'Corner  Books', '2026-01-03'${zero})`,
    );
  }

  await run(files.filter((name) => name >= '0033'));

  for (const table of ['merchants', 'partners']) {
    const rows = await runSql(url, `select id, name, name_folded from ${table} order by created_at`);
    assert.deepEqual(rows, [
      { id: oldest, name: 'Nike', name_folded: 'nike' },
      { id: second, name: 'NIKE', name_folded: `nike ${second}` },
      { id: other, name: 'Corner  Books', name_folded: 'corner books' },
    ]);
  }
});

describe('a writer that does not know the folded form', async () => {
  const { url } = await createTestDatabase();
  const insert = (id: string, name: string) =>
    runSql(url, `insert into partners (id, name, created_at) values ('${id}', ${literal(name)}, now())`);
  const folded = async (id: string) => {
    const [row] = await runSql(url, `select name_folded from partners where id = '${id}'`);
    return row?.name_folded;
  };

  test('gets it filled in, also for a name that is taken in this form', async () => {
    const [first, second] = [newId(), newId()];
    await insert(first, 'Acme');
    await insert(second, 'ACME');
    assert.deepEqual([await folded(first), await folded(second)], ['acme', `acme ${second}`]);
  });

  test('gets it changed with the name', async () => {
    const id = newId();
    await insert(id, 'Before');
    await runSql(url, `update partners set name = 'After', active = false where id = '${id}'`);
    assert.equal(await folded(id), 'after');
    await runSql(url, `update partners set name = 'AFTER' where id = '${id}'`);
    assert.equal(await folded(id), 'after');
  });
});
