import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { findContent } from '../../demo/large/load.ts';
import { PROJECT_DIRECTORY } from '../../src/config.ts';
import { openDatabase } from '../../src/core/database/index.ts';
import { migrate } from '../../src/core/database/migrations.ts';
import { computeReward } from '../../src/modules/earning/cashback/policies.ts';
import { verifyLedger } from '../../src/modules/insight/proof/index.ts';
import { createTestDatabase, runSql } from '../support/database.ts';
import { loadLargeData } from '../support/large-data.ts';
import { startTestPlatform } from '../support/platform.ts';

const PURCHASES = 12_000;
const INDEXES = "select indexdef from pg_indexes where schemaname = 'public' order by indexname";

const platform = await startTestPlatform();
const { url } = platform.database;
const indexesBefore = await runSql(url, INDEXES);
const { hot } = await loadLargeData(platform, PURCHASES);
const numberOf = async (query: string) => Number((await runSql(url, query))[0]?.count);

describe('made-up purchases', () => {
  test('are as many as were asked for, in every state, with a share of them one user’s', async () => {
    const states = await runSql(
      url,
      'select status, count(*)::int from purchases group by status order by status',
    );
    const counts: Record<string, number> = Object.fromEntries(
      states.map(({ status, count }) => [status, Number(count)]),
    );

    assert.deepEqual(Object.keys(counts), ['pending', 'confirmed', 'reversed']);
    assert.equal(
      Object.values(counts).reduce((sum, count) => sum + count),
      PURCHASES,
    );
    assert.ok(Object.values(counts).every((count) => count > PURCHASES / 100));
    const hers = await numberOf(`select count(*) from purchases where user_id = '${hot.id}'`);
    assert.ok(hers > PURCHASES / 200 && hers < PURCHASES / 40, `${hers}`);
  });

  test('leave books that are right', async () => {
    const { faults, currencies } = await verifyLedger(platform.database);
    assert.deepEqual(faults, []);
    assert.ok((currencies[0]?.entries ?? 0) > PURCHASES);
  });

  test('have the rewards that the platform itself would give', async () => {
    const rows = await runSql(
      url,
      `select p.amount * 100 as amount, c.uncapped_amount * 100 as uncapped, c.cashback_type as type,
         c.cashback_value * (case c.cashback_type when 'percent' then 10000 else 100 end) as value
       from purchases p join cashback_transactions c on c.purchase_id = p.id`,
    );
    assert.equal(rows.length, PURCHASES);
    const revisions = await runSql(
      url,
      `select r.amount * 100 as amount, r.uncapped_amount * 100 as uncapped, c.cashback_type as type,
         c.cashback_value * (case c.cashback_type when 'percent' then 10000 else 100 end) as value
       from purchase_revisions r join cashback_transactions c using (purchase_id)`,
    );
    assert.ok(revisions.length > PURCHASES / 200);
    for (const { amount, uncapped, type, value } of [...rows, ...revisions]) {
      const terms = {
        offerId: '',
        type: type as 'percent',
        value: whole(value),
        currency: 'EUR',
        monthlyCap: null,
        capGroup: '',
      };
      assert.equal(whole(uncapped), computeReward(whole(amount), terms));
    }
  });

  test('use each cap as far as their rewards do, which some of them cut', async () => {
    const differing = await runSql(
      url,
      `select usage.* from cashback_cap_usage usage
       full join (
         select user_id, offer_id, cap_month as month,
           coalesce(sum(coalesce(r.reward, c.amount)) filter (where status <> 'reversed'), 0) as used
         from cashback_transactions c left join purchase_revisions r using (purchase_id)
         where monthly_cap is not null group by 1, 2, 3
       ) as rewards using (user_id, offer_id, month)
       where usage.used is distinct from rewards.used`,
    );
    assert.deepEqual(differing, []);
    assert.ok((await numberOf('select count(*) from cashback_cap_usage')) > 0);
    assert.ok(
      (await numberOf('select count(*) from cashback_transactions where amount < uncapped_amount')) > 0,
    );
  });

  test('are amended in part, before or after their confirmation, by an amount or by lines', async () => {
    const kinds = await runSql(
      url,
      `select bucket::text, lines is null as by_amount, count(*)::int,
         bool_or(reward < reward_before) as takes_back, bool_or(monthly_cap is not null) as of_caps
       from purchase_revisions r join cashback_transactions c using (purchase_id)
       group by 1, 2 order by 1, 2`,
    );
    assert.deepEqual(
      kinds.map(({ bucket, by_amount, takes_back }) => [bucket, by_amount, takes_back]),
      [
        ['available', false, true],
        ['available', true, true],
        ['pending', false, true],
        ['pending', true, true],
      ],
    );
    assert.ok(kinds.some(({ of_caps }) => of_caps));
    const entries = await numberOf("select count(*) from wallet_entries where source_type = 'revision'");
    assert.ok(entries > PURCHASES / 200, `${entries}`);
    // A cap whose room is freed within its month would serve later purchases of it.
    const early = `select count(*) from purchase_revisions r join cashback_transactions c using (purchase_id)
      where cap_month is not null and r.created_at < cap_month + interval '1 month'`;
    assert.equal(await numberOf(early), 0);
  });

  test('have ids in the order of their recording, which carry its millisecond', async () => {
    const carried = `('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint`;
    const wrong = (table: string, column: string) =>
      numberOf(
        `select count(*) from ${table} where ${carried} <> floor(extract(epoch from ${column}) * 1000)`,
      );
    assert.equal(await wrong('purchases', 'created_at'), 0);
    assert.equal(await wrong('audit_logs', 'occurred_at'), 0);
    const byId = await runSql(url, 'select external_id from purchases order by id');
    assert.deepEqual(
      byId.map(({ external_id }) => external_id),
      byId.map((_, index) => `large-${index + 1}`),
    );
  });

  test('have a record in the audit log for each step', async () => {
    const missing = await numberOf(
      `select count(*) from purchases p where array(
         select action from audit_logs where resource_id = p.id order by id
       ) <> array(
         select 'purchase.' || step from (
           values (created_at, 'recorded'), (confirmed_at, 'confirmed'), (reversed_at, 'reversed')
           union all select r.created_at, 'amended' from purchase_revisions r where r.purchase_id = p.id
         ) as steps (at, step) where at is not null order by at
       )`,
    );
    assert.equal(missing, 0);
  });

  test('are withdrawn in part, by payouts in every state whose bank details open', async () => {
    const states = await runSql(url, 'select distinct status from payouts order by status');
    assert.deepEqual(
      states.map(({ status }) => status),
      ['requested', 'processing', 'completed', 'failed', 'cancelled'],
    );
    // Of an owner without held or fraudulent purchases, whom the review lets pass.
    const [payout] = await runSql(
      url,
      `select id from payouts where status = 'requested' and not exists (
         select from purchases where purchases.user_id = payouts.user_id and (held or reversal_reason = 'fraud')
       ) limit 1`,
    );
    const processed = await platform.api('PATCH', `/payouts/${payout?.id}/process`, {
      token: platform.admin.token,
      body: { status: 'processing' },
    });
    assert.equal(processed.status, 200, JSON.stringify(processed.body));
    const answer = await platform.api('GET', `/payouts/${payout?.id}/bank-details`, {
      token: platform.admin.token,
    });
    assert.deepEqual(answer.body.details, {
      iban: 'DE89370400440532013000',
      account_holder: 'Large Shopper',
    });
  });

  test('leave the database with every index and rule that it had', async () => {
    assert.deepEqual(await runSql(url, INDEXES), indexesBefore);
    await assert.rejects(runSql(url, 'update wallet_entries set amount = 1'), { code: '23001' });
    await assert.rejects(runSql(url, 'update purchases set user_id = gen_random_uuid()'), { code: '23001' });
  });

  test('are shown by the platform like any others', async () => {
    const answer = await platform.api('GET', '/users/me/purchases?limit=5', { token: hot.token });
    assert.equal(answer.status, 200);
    assert.equal(answer.body.data.length, 5);
  });
});

describe('npm run seed-large', () => {
  const run = promisify(execFile);
  const seed = (databaseUrl: string, environment: Record<string, string> = {}, count = '300') =>
    run('node', [join(PROJECT_DIRECTORY, 'demo/large/main.ts'), '--purchases', count], {
      env: {
        ...process.env,
        NODE_ENV: 'development',
        BCRYPT_COST: '4',
        DATABASE_URL: databaseUrl,
        DEMO_DATA: 'true',
        ...environment,
      },
    });

  test('does as a user without special rights, once, and says so', async () => {
    const name = `seeder_${process.pid}`;
    await runSql(url, `create role ${name} login password 'x'`);
    await runSql(url, `create database ${name} owner ${name}`);
    const own = new URL(url);
    [own.username, own.password, own.pathname] = [name, 'x', `/${name}`];
    try {
      await migrate(own.href);
      const first = await seed(own.href);
      const second = await seed(own.href);

      assert.match(first.stdout, /300 purchases in /);
      assert.match(second.stdout, /seeded already/);
      const [carol] = await runSql(own.href, "select role from users where email = 'carol@clicknback.com'");
      assert.equal(carol?.role, 'admin');
      assert.equal((await runSql(own.href, 'select from purchases')).length, 300);
      const database = openDatabase({ url: own.href, maxConnections: 1, onLostConnection: () => undefined });
      assert.deepEqual((await verifyLedger(database)).faults, []);
      await database.close();
      assert.deepEqual(await runSql(own.href, INDEXES), indexesBefore);
    } finally {
      await runSql(url, `drop database ${name} with (force)`);
      await runSql(url, `drop role ${name}`);
    }
  });

  test('refuses a database with other data, and leaves it alone', async () => {
    const other = await startTestPlatform();
    await other.createMerchant();
    await assert.rejects(seed(other.database.url), /holds other data/);
    assert.equal((await runSql(other.database.url, 'select from users')).length, 1);
  });

  test('refuses the database of DATABASE_URL unless DEMO_DATA=true: its password is published', async () => {
    const database = await createTestDatabase();
    await assert.rejects(seed(database.url, { DEMO_DATA: '' }), /set DEMO_DATA=true/);
    assert.deepEqual(await runSql(database.url, 'select from users'), []);
  });

  test('refuses production, and numbers that make no sense', async () => {
    const database = await createTestDatabase();
    const secrets = {
      JWT_KEYS: `a:${randomBytes(32).toString('hex')}`,
      ENCRYPTION_KEYS: `a:${randomBytes(32).toString('base64')}`,
    };
    await assert.rejects(
      seed(database.url, { NODE_ENV: 'production', ...secrets }),
      /not loaded in production/,
    );
    for (const count of ['0', 'many', '1.5', '99999999']) {
      await assert.rejects(seed(database.url, {}, count), /whole number from 1/);
    }
    assert.equal(await findContent(database.db, []), 'nothing');
  });
});

/** A whole number that PostgreSQL shows with decimals. */
function whole(numeric: unknown): bigint {
  return BigInt(String(numeric).replace(/\.0+$/, ''));
}
