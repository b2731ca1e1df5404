import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Feed } from '../../demo/feeds/feed.ts';
import { generateFeed } from '../../demo/feeds/generated-feed.ts';
import { type Play, playFeed } from '../../demo/feeds/play.ts';
import { type Report, silentReport } from '../../demo/feeds/progress.ts';
import { countReasons } from '../../demo/feeds/refusal.ts';
import { runSql } from '../support/database.ts';
import { expectedPlay, figuresOf, ofEveryThirdCustomer } from '../support/feed-model.ts';
import { startFeedPlatform } from '../support/feed-platform.ts';

const { client, clock, database, countRows, readHolds, countLedgerFaults } = await startFeedPlatform({
  // As it is by default.
  VELOCITY_PURCHASES_PER_USER_DAY: '',
});

describe('the feed that the demo makes itself', () => {
  test('is the same every time, and has of everything that makes feeds untidy', () => {
    const feed = generateFeed();
    const expected = expectedPlay(feed);

    assert.deepEqual(generateFeed(), feed);
    assert.equal(feed.lines.length, 1_500);
    const { partial, owedAfterPartialReturns: _, ...figures } = expected;
    for (const [what, count] of Object.entries(figures)) assert.ok(count > 5, `${what}: ${count}`);
    for (const [moment, counts] of Object.entries(partial)) {
      for (const [what, count] of Object.entries(counts)) assert.ok(count > 2, `${moment} ${what}: ${count}`);
    }
    const returned = feed.partialReturns.map(({ externalId }) => externalId);
    assert.ok(returned.length - new Set(returned).size > 10, 'purchases returned in part twice');
    assert.ok(feed.lines.some(({ amount }) => amount === '0.00'));
    assert.ok(feed.lines.some(({ amount }) => amount.startsWith('-')));
    assert.ok(feed.lines.some(({ amount }) => /\.\d{3}$/.test(amount)));
    assert.ok(feed.lines.some(({ customerId }) => !feed.customers.includes(customerId)));
    const late = feed.lines.filter(({ date }, index) => date < (feed.lines[index - 1]?.date ?? ''));
    assert.ok(late.length > 50, `${late.length} late ones`);
  });

  test('comes to what an independent model says, also when tokens expire on the way, and twice changes nothing', async () => {
    const feed = generateFeed();
    const expected = expectedPlay(feed);

    const first = await playFeed({ feed, client, report: reportOfSlowDays() });

    assert.deepEqual(figuresOf(first), figuresOfFirstRun(expected));
    assert.equal(first.refusals.length, expected.refused);
    assert.deepEqual(countReasons(first.refusals), [
      { column: 'amount', reason: 'must be above zero', count: 11 },
      { column: 'customer_id', reason: 'User is unknown.', count: 10 },
      { column: 'amount', reason: 'must be a plain decimal above zero', count: 9 },
      { column: 'amount', reason: 'must have at most 2 decimals in EUR', count: 8 },
    ]);
    assert.equal(await countLedgerFaults(), 0);
    const { held, expected: expectedHolds } = await readHolds();
    assert.ok(held.length > 10, `${held.length} held`);
    assert.deepEqual(
      held.map(({ external_id }) => external_id),
      expectedHolds.map(({ external_id }) => external_id),
    );
    assert.ok(held.every(({ resolution }) => resolution !== null));

    const rows = await countRows();
    const second = await playFeed({ feed, client, report: silentReport });

    assert.deepEqual(
      second.stages.map(({ accepted, refused }) => [accepted, refused]),
      [[0, expected.refused], ...Array.from({ length: 6 }, () => [0, 0])],
    );
    assert.deepEqual(
      second.stages.flatMap(({ also: { repeated } }) => repeated ?? []),
      Object.values(expected.partial).map(({ byAmount, byLines }) => byAmount + byLines),
    );
    assert.equal(second.stages[0]?.also.duplicates, expected.accepted + expected.duplicates);
    assert.deepEqual(second.stages.at(-1)?.balances, first.stages.at(-1)?.balances);
    assert.deepEqual(await countRows(), rows);
    assert.equal(await countLedgerFaults(), 0);
  });

  for (const [name, stage, atItem] of [
    ['among the batches', 'ingestion', 200],
    ['among the returns while purchases are pending', 'returns while pending', 10],
    ['in the settlement', 'settlement', 100],
    ['among the returns before payouts', 'returns before payout', 10],
    ['among the payouts', 'payouts', 5],
    ['while payouts are paid', '  paying', 5],
    ['among the returns after payouts', 'returns after payout', 10],
    ['among the late returns', 'late returns', 10],
  ] as const) {
    test(`is completed by the next run after an interruption ${name}`, async () => {
      const feed = renamed(ofEveryThirdCustomer(generateFeed()), `cut-${stage.trim().replaceAll(' ', '-')}`);
      const expected = expectedPlay(feed);

      await assert.rejects(playFeed({ feed, client, report: reportThatFails(stage, atItem) }), /cut off/);
      const play = await playFeed({ feed, client, report: silentReport });

      assert.deepEqual(play.stages.at(-1)?.balances, {
        pending: 0n,
        available: expected.availableInTheEnd,
        paid: expected.paid,
        owing: expected.owing,
        owed: expected.owed,
      });
      assert.deepEqual(await payoutStates(play), {
        completed: expected.completed,
        processing: expected.processing,
        requested: expected.payouts - expected.completed - expected.processing,
      });
      assert.equal(await countLedgerFaults(), 0);
    });
  }

  test('leaves purchases alone that another merchant has under the same external ids', async () => {
    const feed = generateFeed();
    const rows = await countRows();

    const play = await playFeed({ feed: { ...feed, name: 'copied' }, client, report: silentReport });

    assert.deepEqual(
      play.stages.map(({ accepted, balances }) => [accepted, balances.available]),
      Array.from({ length: 7 }, () => [0, 0n]),
    );
    const { purchases, entries } = await countRows();
    assert.deepEqual({ purchases, entries }, { purchases: rows.purchases, entries: rows.entries });
  });
});

const NOTHING_OWED = { owing: 0, owed: 0n };

/** How many payouts of the feed's customers are in which state. */
async function payoutStates({ feed }: Play): Promise<Record<string, number>> {
  const rows = await runSql(
    database.url,
    `select payouts.status::text, count(*)::int from payouts join users on users.id = payouts.user_id
     where users.email like '%@${feed}.example' group by payouts.status`,
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

function figuresOfFirstRun(expected: ReturnType<typeof expectedPlay>) {
  return [
    {
      stage: 'ingestion',
      accepted: expected.accepted,
      refused: expected.refused,
      pending: expected.pending,
      available: 0n,
      paid: 0n,
      ...NOTHING_OWED,
      duplicates: expected.duplicates,
      'differing duplicates': expected.differing,
      'met the cap': expected.capped,
    },
    {
      stage: 'returns while pending',
      ...partialFigures(expected.partial.pending),
      pending: expected.pendingAfterReturns,
      available: 0n,
      paid: 0n,
      ...NOTHING_OWED,
    },
    {
      stage: 'settlement',
      accepted: expected.accepted,
      refused: 0,
      pending: 0n,
      available: expected.available,
      paid: 0n,
      ...NOTHING_OWED,
      reversed: expected.cancelled,
      confirmed: expected.confirmed,
      'settled before': 0,
    },
    {
      stage: 'returns before payout',
      ...partialFigures(expected.partial.confirmed),
      pending: 0n,
      available: expected.availableBeforePayouts,
      paid: 0n,
      ...NOTHING_OWED,
    },
    {
      stage: 'payouts',
      accepted: expected.payouts,
      refused: 0,
      pending: 0n,
      available: expected.availableAfterPayouts,
      paid: expected.paid,
      ...NOTHING_OWED,
      completed: expected.completed,
      'on their way': expected.processing,
    },
    {
      stage: 'returns after payout',
      ...partialFigures(expected.partial.paid),
      pending: 0n,
      available: expected.availableAfterPartialReturns,
      paid: expected.paid,
      ...expected.owedAfterPartialReturns,
    },
    {
      stage: 'late returns',
      accepted: expected.returned,
      refused: 0,
      pending: 0n,
      available: expected.availableInTheEnd,
      paid: expected.paid,
      owing: expected.owing,
      owed: expected.owed,
      reversed: expected.returned,
    },
  ];
}

function partialFigures({ byAmount, byLines }: { readonly byAmount: number; readonly byLines: number }) {
  return {
    accepted: byAmount + byLines,
    refused: 0,
    'partial by amount': byAmount,
    'partial by lines': byLines,
    repeated: 0,
  };
}

/** Every stage begins with an access token that has expired. */
function reportOfSlowDays(): Report {
  return {
    begin() {
      clock.advance({ minutes: 20 });
      return silentReport.begin('', 0);
    },
  };
}

function reportThatFails(stage: string, atItem: number): Report {
  return {
    begin(begun) {
      let done = 0;
      return {
        advance(count) {
          done += count;
          if (begun === stage && done >= atItem) throw new Error('cut off');
        },
        end: () => undefined,
      };
    },
  };
}

/** The same feed of another shop: other customers, other external ids. */
function renamed(feed: Feed, name: string): Feed {
  const lines = feed.lines.map((line) => ({ ...line, externalId: `${name}-${line.externalId}` }));
  const partialReturns = feed.partialReturns.map((partialReturn) => ({
    ...partialReturn,
    externalId: `${name}-${partialReturn.externalId}`,
  }));
  return { ...feed, name, lines, partialReturns };
}
