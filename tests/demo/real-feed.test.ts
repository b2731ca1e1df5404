import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readFeed } from '../../demo/feeds/feed.ts';
import { playFeed } from '../../demo/feeds/play.ts';
import { silentReport } from '../../demo/feeds/progress.ts';
import { refusalSentence } from '../../demo/feeds/refusal.ts';
import { figuresOf } from '../support/feed-model.ts';
import { startFeedPlatform } from '../support/feed-platform.ts';
import { FEED, skipWithoutFeed } from '../support/feed-sample.ts';

/** Known to the cent from a computation apart from this project, with exact decimals. */
const NOTHING_OWED = { owing: 0, owed: 0n };
const FIRST_RUN = [
  {
    stage: 'ingestion',
    accepted: 6_911,
    refused: 8,
    pending: 908_116n,
    available: 0n,
    paid: 0n,
    ...NOTHING_OWED,
    duplicates: 0,
    'differing duplicates': 0,
    'met the cap': 1_564,
  },
  {
    stage: 'settlement',
    accepted: 6_911,
    refused: 0,
    pending: 0n,
    available: 865_482n,
    paid: 0n,
    ...NOTHING_OWED,
    reversed: 345,
    confirmed: 6_566,
    'settled before': 0,
  },
  {
    stage: 'payouts',
    accepted: 183,
    refused: 0,
    pending: 0n,
    available: 555_913n,
    paid: 309_569n,
    ...NOTHING_OWED,
    completed: 66,
    'on their way': 58,
  },
  {
    stage: 'late returns',
    accepted: 199,
    refused: 0,
    pending: 0n,
    available: 529_777n,
    paid: 309_569n,
    owing: 48,
    owed: 7_576n,
    reversed: 199,
  },
];

describe('a feed of 6,919 real purchases', { skip: skipWithoutFeed }, async () => {
  const { client, countRows, readHolds, countLedgerFaults } = await startFeedPlatform({
    // As it is by default.
    VELOCITY_PURCHASES_PER_USER_DAY: '',
  });

  test('comes to the cent to what it must, holds what exceeds fifty a day, and a second run changes nothing', async () => {
    const feed = await readFeed(FEED);
    const first = await playFeed({ feed, client, report: silentReport });

    assert.deepEqual(figuresOf(first), FIRST_RUN);
    assert.deepEqual(first.customers, { created: 2_357, known: 0 });
    assert.deepEqual(
      first.refusals.map(refusalSentence),
      [227, 450, 719, 874, 3_090, 3_467, 3_833, 6_157].map(
        (line) => `line ${line}, amount "0.00": must be above zero.`,
      ),
    );
    assert.deepEqual([first.duplicates.length, first.lookalikes.length], [0, 21]);
    assert.equal(await countLedgerFaults(), 0);
    // All of it is recorded on one day. The administrator of the feed ends each hold.
    const { held, expected } = await readHolds();
    assert.equal(held.length, 6);
    assert.deepEqual(
      held.map(({ external_id }) => external_id),
      expected.map(({ external_id }) => external_id),
    );
    assert.ok(held.every(({ resolution }) => resolution !== null));

    const rows = await countRows();
    const second = await playFeed({ feed, client, report: silentReport });

    const after = { pending: 0n, available: 529_777n, paid: 309_569n, owing: 48, owed: 7_576n };
    assert.deepEqual(figuresOf(second), [
      {
        stage: 'ingestion',
        accepted: 0,
        refused: 8,
        ...after,
        duplicates: 6_911,
        'differing duplicates': 0,
        'met the cap': 0,
      },
      {
        stage: 'settlement',
        accepted: 0,
        refused: 0,
        ...after,
        reversed: 0,
        confirmed: 0,
        'settled before': 6_911,
      },
      { stage: 'payouts', accepted: 0, refused: 0, ...after, completed: 0, 'on their way': 0 },
      { stage: 'late returns', accepted: 0, refused: 0, ...after, reversed: 0 },
    ]);
    assert.deepEqual(second.duplicates, []);
    assert.deepEqual(await countRows(), rows);
    assert.equal(await countLedgerFaults(), 0);
  });
});
