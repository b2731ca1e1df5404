import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { booksOf } from '../../bench/books.ts';
import { driveByNode, driveByPgbench, hasPgbench } from '../../bench/ceiling/index.ts';
import { purchaseStatement } from '../../bench/ceiling/statement.ts';
import { startApi } from '../../bench/platform.ts';
import { newSecrets, seedProgramme } from '../../bench/programme.ts';
import { asOwner, runSql } from '../support/database.ts';
import { startTestPlatform } from '../support/platform.ts';

const PURCHASED_AT = '2026-03-03T10:00:00Z';
const TABLES = {
  purchases: 'user_id = $1',
  cashback_transactions: 'user_id = $1',
  cashback_cap_usage: 'user_id = $1',
  wallets: 'user_id = $1',
  wallet_entries: `type = 'cashback_credit' and wallet_id in (select id from wallets where user_id = $1)`,
  audit_logs: `action = 'purchase.recorded' and details ->> 'user_id' = $1::text`,
};

const { database, api } = await startTestPlatform();
const secrets = newSecrets();
const programme = await seedProgramme(asOwner(database.url), secrets);
const books = booksOf(database);
const [merchantId = ''] = programme.merchants;

/** Of the shopper of this number, as a partner sends it. */
function submissionOf(user: number) {
  return {
    external_id: `order-${user}`,
    user_id: programme.users[user] ?? '',
    merchant_id: merchantId,
    amount: '49.90',
    currency: 'EUR',
    purchased_at: PURCHASED_AT,
  };
}

/** Every row that the purchase of a shopper left, without the names and times that differ from one to another. */
async function rowsOf(user: number): Promise<Record<string, unknown>> {
  const { user_id } = submissionOf(user);
  const rows: Record<string, unknown> = {};
  for (const [table, condition] of Object.entries(TABLES)) {
    const of = condition.replaceAll('$1', `'${user_id}'`);
    const [{ found } = {}] = await runSql(
      database.url,
      `select json_agg(${table}) as found from ${table} where ${of}`,
    );
    rows[table] = (found as Record<string, unknown>[]).map((row) => comparable(row, user_id));
  }
  return rows;
}

function comparable(row: Record<string, unknown>, userId: string): unknown {
  const names = new Set([
    'id',
    'purchase_id',
    'resource_id',
    'source_id',
    'wallet_id',
    'request_id',
    'recorded_in',
  ]);
  const times = new Set(['created_at', 'occurred_at']);
  const entries = Object.entries(row).map(([column, value]) => {
    if (names.has(column)) return [column, typeof value];
    if (times.has(column)) return [column, 'a time'];
    return [
      column,
      JSON.parse(
        JSON.stringify(value)
          .replaceAll(userId, 'the shopper')
          .replace(/order-\d+/, 'an order'),
      ),
    ];
  });
  return Object.fromEntries(entries);
}

await api('POST', '/purchases', { token: programme.partnerKey, body: submissionOf(1) });
const expected = await rowsOf(1);
const server = await startApi({ servingUrl: database.url }, secrets, 'bench/unbatched.ts');
after(() => server.stop());
const skip = (await hasPgbench()) ? false : 'pgbench is not installed';

describe('the ceiling’s statement', () => {
  test('leaves the rows that the platform does', async () => {
    const sqlOf = { ...submissionOf(2), partner_id: programme.partnerId };
    const literal = (name: keyof typeof sqlOf) => `'${sqlOf[name]}'`;
    const [recorded] = await runSql(
      database.url,
      purchaseStatement({
        partner_id: literal('partner_id'),
        external_id: literal('external_id'),
        user_id: literal('user_id'),
        merchant_id: literal('merchant_id'),
        amount: literal('amount'),
        purchased_at: literal('purchased_at'),
      }),
    );
    // The first merchant's offer gives two percent.
    assert.equal(recorded?.cashback_amount, '1.00');
    assert.deepEqual(await rowsOf(2), expected);
    assert.ok(Object.values(expected).every((rows) => (rows as unknown[]).length === 1));
  });
});

describe('the server that gathers nothing', () => {
  function post(body: unknown, key = programme.partnerKey): Promise<Response> {
    return fetch(`${server.url}/api/v1/purchases`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    });
  }

  test('records a purchase as the platform does', async () => {
    const answer = await post(submissionOf(3));
    assert.equal(answer.status, 201);
    assert.equal(((await answer.json()) as Record<string, unknown>).cashback_amount, '1.00');
    assert.deepEqual(await rowsOf(3), expected);
  });

  test('checks body and key first', async () => {
    assert.equal((await post({ ...submissionOf(4), amount: '49,90' })).status, 422);
    assert.equal((await post(submissionOf(4), 'nobody')).status, 401);
    assert.ok((await server.memory_bytes()) > 0 && (await server.cpu_ms()) > 0);
  });
});

/* The last, as they buy for everybody. */
describe('the ceiling’s drivers', () => {
  test('record as many purchases as they count, and leave books that are right', async () => {
    const before = await books.countPurchases();
    const { purchases, latency } = await driveByNode({
      url: database.url,
      pace: { connections: 4, seconds: 0.5 },
    });
    assert.ok(purchases > 0 && (latency?.p50 ?? 0) > 0);
    assert.equal((await books.countPurchases()) - before, purchases);
    assert.equal(await books.countFaults(), 0);
  });

  test('work at a fixed rate over a number of connections', async () => {
    const before = await books.countPurchases();
    const pace = { perSecond: 50, seconds: 0.4, mostCallers: 2 };
    const { purchases } = await driveByNode({ url: database.url, pace });
    assert.equal(purchases, 20);
    assert.equal((await books.countPurchases()) - before, purchases);
  });

  test('end with an error of the database', async () => {
    const url = new URL(database.url);
    url.pathname = '/postgres';
    const pace = { connections: 2, seconds: 0.5 };
    await assert.rejects(driveByNode({ url: url.href, pace }), /ended with 1 and without an answer/);
  });

  test('are pgbench as well', { skip }, async () => {
    const before = await books.countPurchases();
    const { purchases } = await driveByPgbench({ url: database.url, pace: { connections: 4, seconds: 1 } });
    assert.ok(purchases > 0);
    assert.equal((await books.countPurchases()) - before, purchases);
    assert.equal(await books.countFaults(), 0);
  });
});
