import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { createTestDatabase } from '../../../support/database.ts';

/* What autovacuum looks at of the tables that each purchase writes: it does so while purchases come. */

const { db } = await createTestDatabase();
const WRITTEN_BY_A_PURCHASE = [
  'purchases',
  'cashback_transactions',
  'cashback_cap_usage',
  'wallets',
  'wallet_entries',
  'audit_logs',
];
const MOST = 50;

test('statistics are kept of what indexes of these tables have or are limited by, of few rows, and of nothing else', async () => {
  const { rows } = await sql<{ name: string; target: number | null; in_index: boolean }>`
    select
      relname || '.' || attname as name,
      attstattarget as target,
      attnum = any(select unnest(indkey) from pg_index where indrelid = attrelid)
        or attnum in (
          select refobjsubid from pg_depend join pg_index on indexrelid = objid
          where classid = 'pg_class'::regclass and refclassid = 'pg_class'::regclass and refobjid = attrelid
        ) as in_index
    from pg_attribute
    join pg_class on pg_class.oid = attrelid
    where attrelid = any(${WRITTEN_BY_A_PURCHASE}::regclass[]) and attnum > 0 and not attisdropped
  `.execute(db);

  assert.equal(new Set(rows.map(({ name }) => name.split('.')[0])).size, WRITTEN_BY_A_PURCHASE.length);
  const isRight = ({ target, in_index }: (typeof rows)[number]) =>
    target !== null && (in_index ? target > 0 && target <= MOST : target === 0);
  assert.deepEqual(
    rows.filter((row) => !isRight(row)),
    [],
  );
});
