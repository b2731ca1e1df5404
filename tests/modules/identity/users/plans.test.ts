import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { UserFilter } from '../../../../src/modules/identity/users/model.ts';
import { userRepository } from '../../../../src/modules/identity/users/repository.ts';
import { capturingDb, rowsRead } from '../../../support/captured-queries.ts';
import { createTestDatabase, runSql } from '../../../support/database.ts';

/* How much the list of users reads for a page, at a size where the wrong index reads a hundred times as much. */

const USERS = 30_000;
/** Keys and rows of a page, and what shares some of the three-letter parts of an address. */
const MOST_READ = 400;

const database = await createTestDatabase();
// One a minute up to the end of February; nobody is an admin, and nobody inactive, but the first and the second.
await runSql(
  database.url,
  `insert into users (id, email, role, staff_roles, active, created_at, external_reference)
   select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7000800000000000' || lpad(to_hex(i), 4, '0'))::uuid,
     md5(i::text) || case when i % 3 = 0 then '@many.example' else '@host-' || i || '.example' end,
     case when i = 1 then 'admin' else 'user' end::user_role,
     case when i = 1 then '{administrator}' else '{}' end::text[], i <> 2, at, 'customer-' || i
   from generate_series(1, ${USERS}) as i,
     lateral (select timestamptz '2026-02-28T00:00:00Z' - interval '1 minute' * (${USERS} - i) as at) as made`,
);
await runSql(database.url, 'vacuum analyze users');
const [midst] = await runSql(database.url, `select id from users order by id offset ${USERS / 2} limit 1`);
const { scansOf } = capturingDb(database.url);

describe('a page of users reads little more than itself', () => {
  const filters: Record<string, UserFilter> = {
    'without a filter': {},
    'of an address': { email: 'c4ca4238a0b923820dcc509a6f75849b@' },
    'of a part that many addresses have': { email: '@many.' },
    'of a part that one address has': { email: '@host-29999.' },
    'of a part that no address has': { email: 'somebody-else' },
    'of admins': { roles: ['admin'] },
    'of users': { roles: ['user'] },
    'of those who are active': { active: true },
    'of those who are not': { active: false },
    'of a time': { from: '2026-02-20T00:00:00Z', to: '2026-02-20T01:00:00Z' },
    'of a reference': { externalReference: 'customer-29999' },
    'of a reference that no user has': { externalReference: 'customer-0' },
    'of a time before all': { to: '2020-01-01T00:00:00Z' },
  };
  for (const [title, filter] of Object.entries(filters)) {
    test(title, async () => {
      for (const after of [{}, { after: String(midst?.id) }]) {
        const page = { offset: 0, limit: 20, ...after };
        const [scans = []] = await scansOf((db) => userRepository().list(db, filter, page));
        assert.deepEqual(
          scans.filter((node) => node['Node Type'] === 'Seq Scan'),
          [],
        );
        assert.ok(rowsRead(scans) <= MOST_READ, `${rowsRead(scans)} rows: ${JSON.stringify(scans, null, 1)}`);
      }
    });
  }
});
