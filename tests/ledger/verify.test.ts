import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { verifyLedger } from '../../src/modules/wallets/index.ts';
import { startTestPlatform } from '../support/platform.ts';
import { openShop, rowsOf, type Shop } from '../support/purchases-shop.ts';

/*
 * Forged rows are written as a superuser with every trigger off: the one way past what the database refuses.
 */

const platform = await startTestPlatform({ environment: { SUPPORTED_CURRENCIES: 'EUR,JPY' } });

/** A wallet of five entries: 5.00 pending, 5.00 available. */
async function tradingShop(): Promise<Shop> {
  const shop = await openShop(platform);
  const [, second, third] = [await shop.buy(), await shop.buy(), await shop.buy()];
  await shop.confirm(second.id);
  await shop.reverse(third.id);
  return shop;
}

function forge(statement: string): Promise<unknown> {
  return rowsOf(platform, `set session_replication_role = replica; ${statement}`);
}

async function walletOf(shop: Shop): Promise<string> {
  const [wallet] = await rowsOf(
    platform,
    `select id from wallets where user_id = '${shop.shopper.id}' and currency = 'EUR'`,
  );
  return String(wallet?.id);
}

describe('the books', () => {
  test('are right after traffic, and their totals are those of the wallets', async () => {
    const shop = await tradingShop();
    await shop.buy({ amount: '250', currency: 'JPY' });

    const report = await verifyLedger(platform.database.db);

    assert.equal(report.faultCount, 0);
    assert.deepEqual(report.faults, []);
    const [wallets] = await rowsOf(platform, "select count(*)::int from wallets where currency = 'EUR'");
    assert.deepEqual(report.currencies, [
      {
        currency: 'EUR',
        wallets: wallets?.count,
        entries: 5,
        pending: 500n,
        available: 500n,
        paid: 0n,
        fromPlatform: 1000n,
        faults: 0,
      },
      {
        currency: 'JPY',
        wallets: 1,
        entries: 1,
        pending: 12n,
        available: 0n,
        paid: 0n,
        fromPlatform: 12n,
        faults: 0,
      },
    ]);
  });

  type Forgery = [
    title: string,
    forge: string,
    undo: string,
    problem: string,
    stored?: object,
    replayed?: object,
  ];
  const right = { pending: 500n, available: 500n, paid: 0n };
  const entries = "wallet_entries where wallet_id = ':wallet'";
  const table: Forgery[] = [
    [
      'a cent more in the pending balance',
      "update wallets set pending = pending + 0.01 where id = ':wallet'",
      "update wallets set pending = pending - 0.01 where id = ':wallet'",
      'balance differs from the journal',
      { ...right, pending: 501n },
    ],
    [
      'a cent less in the available balance',
      "update wallets set available = available - 0.01 where id = ':wallet'",
      "update wallets set available = available + 0.01 where id = ':wallet'",
      'balance differs from the journal',
      { ...right, available: 499n },
    ],
    [
      'a cent more in the paid balance',
      "update wallets set paid = paid + 0.01 where id = ':wallet'",
      "update wallets set paid = paid - 0.01 where id = ':wallet'",
      'balance differs from the journal',
      { ...right, paid: 1n },
    ],
    [
      'a cent moved from one bucket to another',
      "update wallets set pending = pending - 0.01, available = available + 0.01 where id = ':wallet'",
      "update wallets set pending = pending + 0.01, available = available - 0.01 where id = ':wallet'",
      'balance differs from the journal',
      { ...right, pending: 499n, available: 501n },
    ],
    [
      'a cent more in the amount of an entry',
      "update wallet_entries set amount = amount + 0.01 where wallet_id = ':wallet' and sequence = 2",
      "update wallet_entries set amount = amount - 0.01 where wallet_id = ':wallet' and sequence = 2",
      'balance differs from the journal',
      right,
      { ...right, pending: 501n },
    ],
    [
      'a cent more in the balance that an entry states',
      "update wallet_entries set available_after = available_after + 0.01 where wallet_id = ':wallet' and sequence = 2",
      "update wallet_entries set available_after = available_after - 0.01 where wallet_id = ':wallet' and sequence = 2",
      'an entry states another balance than its replay',
    ],
    [
      'an entry that names another bucket',
      "update wallet_entries set from_bucket = 'available' where wallet_id = ':wallet' and sequence = 5",
      "update wallet_entries set from_bucket = 'pending' where wallet_id = ':wallet' and sequence = 5",
      'balance differs from the journal',
      right,
      { ...right, pending: 1000n, available: 0n },
    ],
    [
      'a deleted entry in the middle',
      `create table stash as select * from ${entries} and sequence = 3; delete from ${entries} and sequence = 3`,
      'insert into wallet_entries select * from stash; drop table stash',
      'balance differs from the journal',
      right,
      { ...right, pending: 0n },
    ],
    [
      'a deleted last entry',
      `create table stash as select * from ${entries} and sequence = 5; delete from ${entries} and sequence = 5`,
      'insert into wallet_entries select * from stash; drop table stash',
      'balance differs from the journal',
      right,
      { ...right, pending: 1000n },
    ],
    [
      'a journal that is gone',
      `create table stash as select * from ${entries}; delete from ${entries}`,
      'insert into wallet_entries select * from stash; drop table stash',
      'balance differs from the journal',
      right,
      { pending: 0n, available: 0n, paid: 0n },
    ],
    [
      'two deleted entries that cancel each other out',
      `create table stash as select * from ${entries} and sequence in (3, 5); delete from ${entries} and sequence in (3, 5)`,
      'insert into wallet_entries select * from stash; drop table stash',
      'number of entries differs',
    ],
    [
      'a gap in the numbers',
      "update wallet_entries set sequence = 6 where wallet_id = ':wallet' and sequence = 5",
      "update wallet_entries set sequence = 5 where wallet_id = ':wallet' and sequence = 6",
      'sequence has a gap',
    ],
    [
      'a last number that the journal does not reach',
      "update wallets set last_sequence = 6 where id = ':wallet'",
      "update wallets set last_sequence = 5 where id = ':wallet'",
      'number of entries differs',
    ],
  ];
  for (const [title, statement, undo, problem, stored = right, replayed = right] of table) {
    test(`show ${title}, in the right wallet and in no other`, async () => {
      const shop = await tradingShop();
      await tradingShop();
      const walletId = await walletOf(shop);
      await forge(statement.replaceAll(':wallet', walletId));

      const report = await verifyLedger(platform.database.db);
      await forge(undo.replaceAll(':wallet', walletId));

      assert.equal(report.faultCount, 1);
      assert.deepEqual(report.faults, [
        { walletId, userId: shop.shopper.id, currency: 'EUR', problem, stored, replayed },
      ]);
      assert.deepEqual(
        report.currencies.map(({ currency, faults }) => [currency, faults]),
        [
          ['EUR', 1],
          ['JPY', 0],
        ],
      );
      assert.equal((await verifyLedger(platform.database.db)).faultCount, 0);
    });
  }

  test('count every faulty wallet, and show the first twenty', async () => {
    await Promise.all(Array.from({ length: 22 }, () => openShop(platform)));
    const change = (sign: string) =>
      `update wallets set last_sequence = last_sequence ${sign} 1 where currency = 'EUR' and id in (
        select id from wallets
        where not exists (select from wallet_entries where wallet_id = wallets.id) order by id limit 22
      )`;
    await forge(change('+'));

    const report = await verifyLedger(platform.database.db);
    await forge(change('-'));

    assert.equal(report.faultCount, 22);
    assert.equal(report.faults.length, 20);
  });
});
