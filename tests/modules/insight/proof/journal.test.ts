import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KyselyPlugin } from 'kysely';
import { verifyLedger } from '../../../../src/modules/insight/proof/index.ts';
import { keepBooks, proveAltered } from '../../../support/altered-books.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { openShop, rowsOf } from '../../../support/purchases-shop.ts';

const platform = await startTestPlatform({ environment: { SUPPORTED_CURRENCIES: 'EUR,JPY' } });
const books = await keepBooks(platform);
const { wallet } = books.names;

const CHANGED = 'update wallets set';
const OF_WALLET = 'where id = :wallet';
const ENTRY = 'where wallet_id = :wallet and sequence';
/** What the journal of the books ends with. */
const END = '35.00 pending, 988.00 available and 36.00 paid EUR after entry 28';

/** Each breaks the arithmetic in one place. */
const ALTERATIONS: readonly (readonly [title: string, statement: string, sentences: readonly string[]])[] = [
  [
    'a ten-thousandth more in the pending balance',
    `${CHANGED} pending = pending + 0.0001 ${OF_WALLET}`,
    [
      `Wallet ${wallet} has 35.0001 pending, 988.00 available and 36.00 paid EUR after entry 28, but its journal states ${END}.`,
    ],
  ],
  [
    'a cent less in the available balance',
    `${CHANGED} available = available - 0.01 ${OF_WALLET}`,
    [
      `Wallet ${wallet} has 35.00 pending, 987.99 available and 36.00 paid EUR after entry 28, but its journal states ${END}.`,
    ],
  ],
  [
    'a cent more in the paid balance',
    `${CHANGED} paid = paid + 0.01 ${OF_WALLET}`,
    [
      `Wallet ${wallet} has 35.00 pending, 988.00 available and 36.01 paid EUR after entry 28, but its journal states ${END}.`,
    ],
  ],
  [
    'a cent moved from one balance to another',
    `${CHANGED} pending = pending - 0.01, available = available + 0.01 ${OF_WALLET}`,
    [
      `Wallet ${wallet} has 34.99 pending, 988.01 available and 36.00 paid EUR after entry 28, but its journal states ${END}.`,
    ],
  ],
  [
    'a last number that the journal does not reach',
    `${CHANGED} last_sequence = 29 ${OF_WALLET}`,
    [
      `Wallet ${wallet} has 35.00 pending, 988.00 available and 36.00 paid EUR after entry 29, but its journal states ${END}.`,
    ],
  ],
  ...(
    [
      [
        'pending',
        '25.01 pending, 1000.00 available and 0.00 paid',
        '30.01 pending, 1000.00 available and 0.00 paid',
      ],
      [
        'available',
        '25.00 pending, 1000.01 available and 0.00 paid',
        '30.00 pending, 1000.01 available and 0.00 paid',
      ],
      [
        'paid',
        '25.00 pending, 1000.00 available and 0.01 paid',
        '30.00 pending, 1000.00 available and 0.01 paid',
      ],
    ] as const
  ).map(
    ([bucket, stated, made]) =>
      [
        `a ${bucket} balance that an entry states`,
        `update wallet_entries set ${bucket}_after = ${bucket}_after + 0.01 ${ENTRY} = 3`,
        [
          `Entry 3 of wallet ${wallet} states ${stated} EUR, but the entries up to it make 25.00 pending, 1000.00 available and 0.00 paid EUR.`,
          `Entry 4 of wallet ${wallet} states 30.00 pending, 1000.00 available and 0.00 paid EUR, but the entries up to it make ${made} EUR.`,
        ],
      ] as const,
  ),
  [
    'a gap in the numbers',
    `update wallet_entries set sequence = 30 ${ENTRY} = 28; ${CHANGED} last_sequence = 30 ${OF_WALLET}`,
    [`Entry 30 of wallet ${wallet} follows entry 27, but must have the number 28.`],
  ],
  [
    'a journal that begins late',
    `update wallet_entries set sequence = sequence + 100 where wallet_id = :wallet;
     ${CHANGED} last_sequence = 128 ${OF_WALLET}`,
    [`Entry 101 of wallet ${wallet} follows entry 0, but must have the number 1.`],
  ],
];

describe('the arithmetic', () => {
  for (const [title, statement, sentences] of ALTERATIONS) {
    test(`shows ${title}, and nothing else`, async () => {
      const { faults, faultCount, currencies } = await proveAltered(books, { statement });
      assert.deepEqual(
        faults,
        sentences.map((sentence) => ({ currency: 'EUR', walletId: wallet, sentence })),
      );
      assert.equal(faultCount, sentences.length);
      assert.deepEqual(
        currencies.map((totals) => [totals.currency, totals.faults]),
        [['EUR', sentences.length]],
      );
    });
  }

  test('counts every fault, and shows the first fifty', async () => {
    const statement = `
      insert into wallets select gen_random_uuid(), :user, 'A' || chr(65 + n / 26) || chr(65 + n % 26), 0, 0, 0, 7
      from generate_series(0, 59) as n`;
    const { faults, faultCount } = await proveAltered(books, { statement });
    assert.equal(faultCount, 60);
    assert.equal(faults.length, 50);
  });
});

describe('the totals', () => {
  test('are those of the wallets, by currency', async () => {
    const shop = await openShop(platform);
    await shop.buy({ amount: '250', currency: 'JPY' });

    const { verdict, faults, faultCount, currencies } = await verifyLedger(platform.database);

    assert.deepEqual({ verdict, faults, faultCount }, { verdict: 'right', faults: [], faultCount: 0 });
    const rows = await rowsOf(
      platform,
      `select
         currency, count(*)::int as wallets, sum(last_sequence)::int as entries,
         (sum(pending) * 10000)::bigint as pending, (sum(available) * 10000)::bigint as available,
         (sum(paid) * 10000)::bigint as paid, (sum(pending + available + paid) * 10000)::bigint as held
       from wallets group by currency order by currency`,
    );
    assert.deepEqual(
      currencies,
      rows.map(({ currency, wallets, entries, ...row }) => ({
        currency,
        wallets,
        entries,
        pending: BigInt(String(row.pending)),
        available: BigInt(String(row.available)),
        paid: BigInt(String(row.paid)),
        fromPlatform: BigInt(String(row.held)),
        faults: 0,
      })),
    );
    assert.deepEqual(
      currencies.map(({ currency }) => currency),
      ['EUR', 'JPY'],
    );
  });
});

describe('beside a platform at work', () => {
  test('the proof is of one moment, whatever is bought between its statements', async () => {
    const shop = await openShop(platform);
    const [before] = await rowsOf(platform, 'select count(*)::int as entries from wallet_entries');
    const buyMeanwhile: KyselyPlugin = {
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        await shop.confirm((await shop.buy()).id);
        return result;
      },
    };

    const { snapshot } = platform.database;
    const report = await verifyLedger({
      snapshot: (work) => snapshot((db) => work(db.withPlugin(buyMeanwhile))),
    });

    assert.deepEqual(report.faults, []);
    assert.equal(
      report.currencies.reduce((sum, { entries }) => sum + entries, 0),
      before?.entries,
    );
  });
});
