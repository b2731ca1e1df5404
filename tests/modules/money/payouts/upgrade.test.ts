import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MIGRATIONS_DIRECTORY } from '../../../../src/core/database/migrations.ts';
import { createTestDatabase, runSql } from '../../../support/database.ts';

const USER = '01936f2e-8c1b-7c3a-9d55-000000000001';
const ADMIN = '01936f2e-8c1b-7c3a-9d55-000000000002';
const payoutId = (number: number) => `01936f2e-8c1b-7c3a-9d55-00000000010${number}`;

test('payouts that an older version is paying keep the administrator who began it', async () => {
  const { url } = await createTestDatabase({ empty: true });
  const migrations = readdirSync(MIGRATIONS_DIRECTORY).sort();
  const upgrade = migrations.indexOf('0051_payouts_under_review.sql');
  const run = (names: readonly string[]) =>
    names.reduce(
      (done, name) =>
        done.then(() =>
          runSql(url, readFileSync(join(MIGRATIONS_DIRECTORY, name), 'utf8')).then(() => undefined),
        ),
      Promise.resolve(),
    );
  await run(migrations.slice(0, upgrade));
  const insert = (number: number, owner: string, status: string, times: string) => `
    insert into payouts (
      id, user_id, amount, currency, method, details_encrypted, iban_masked, account_holder_masked, status, requested_at,
      processing_at, settled_at, external_reference
    ) values ('${payoutId(number)}', '${owner}', 10, 'EUR', 'bank_transfer', 'x', 'x', 'x', '${status}', now(), ${times});
    insert into audit_logs (id, occurred_at, actor_type, actor_id, action, resource_type, resource_id, outcome)
    values (gen_random_uuid(), now(), 'admin', '${ADMIN}', 'payout.processing', 'payout', '${payoutId(number)}', 'success');`;
  await runSql(
    url,
    `insert into users (id, email, role, staff_roles, created_at)
     values
       ('${USER}', 'user@example.com', 'user', '{}', now()),
       ('${ADMIN}', 'admin@example.com', 'admin', '{administrator}', now());
     ${insert(1, USER, 'processing', 'now(), null, null')}
     ${insert(2, ADMIN, 'processing', 'now(), null, null')}
     ${insert(3, USER, 'completed', "now(), now(), 'SEPA-1'")}`,
  );

  await run(migrations.slice(upgrade));

  const rows = await runSql(url, 'select id, processing_by from payouts order by id');
  assert.deepEqual(rows, [
    { id: payoutId(1), processing_by: ADMIN },
    // Their own: another administrator lets it fail.
    { id: payoutId(2), processing_by: null },
    { id: payoutId(3), processing_by: null },
  ]);
});
