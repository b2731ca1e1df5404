import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Feed, readFeed } from '../../../../demo/feeds/feed.ts';
import { playFeed } from '../../../../demo/feeds/play.ts';
import { silentReport } from '../../../../demo/feeds/progress.ts';
import { expectedPlay, figuresOf, ofEveryThirdCustomer } from '../../../support/feed-model.ts';
import { startFeedPlatform } from '../../../support/feed-platform.ts';
import { FEED, skipWithoutFeed } from '../../../support/feed-sample.ts';

const PER_DAY = 20;
const TIMES = 5;
const FLOOR = 10_000;

describe('real purchases under strict rules', { skip: skipWithoutFeed }, async () => {
  const { client, database, countLedgerFaults } = await startFeedPlatform({
    VELOCITY_PURCHASES_PER_USER_DAY: `${PER_DAY}`,
    VELOCITY_TIMES_USER_USUAL: `${TIMES}`,
    VELOCITY_TIMES_MERCHANT_USUAL: '0',
    VELOCITY_FLOOR_AMOUNT: `${FLOOR / 100}`,
  });

  test('holds what a model says, and comes to the same money as without a hold', async () => {
    const feed = ofEveryThirdCustomer(await readFeed(FEED));
    const expected = expectedPlay(feed);

    const play = await playFeed({ feed, client, report: silentReport });

    const [ingestion, settlement, , returns] = figuresOf(play);
    assert.equal(ingestion?.pending, expected.pending);
    assert.equal(settlement?.available, expected.available);
    assert.equal(returns?.available, expected.availableInTheEnd);
    const rows = await database.db
      .selectFrom('purchase_holds')
      .innerJoin('purchases', 'purchases.id', 'purchase_id')
      .select(['external_id', 'reasons', 'resolution', 'purchases.status'])
      .orderBy('external_id')
      .execute();
    const held = rows.map(({ external_id, reasons }) => [
      external_id,
      ...(reasons as unknown as { rule: string }[]).map(({ rule }) => rule),
    ]);
    assert.deepEqual(held, expectedHolds(feed));
    assert.ok(held.length > 5, `${held.length} held`);
    // The feed's settler is an administrator, whose word ends a hold.
    for (const { resolution, status } of rows) {
      assert.equal(resolution === 'reversed' ? 'reversed' : 'confirmed', resolution);
      assert.notEqual(status, 'pending');
    }
    assert.equal(await countLedgerFaults(), 0);
  });
});

/** The two rules said once more, over plain lists of a customer's lines. */
function expectedHolds({ lines, customers }: Feed): string[][] {
  const byCustomer = new Map<string, number[]>();
  const seen = new Set<string>();
  const holds: string[][] = [];
  for (const { externalId, customerId, amount } of lines) {
    const cents = Math.round(Number(amount) * 100);
    if (cents <= 0 || seen.has(externalId) || !customers.includes(customerId)) continue;
    seen.add(externalId);
    const before = byCustomer.get(customerId) ?? [];
    const rules: string[] = [];
    // All of the feed is recorded on one day.
    if (before.length >= PER_DAY) rules.push('purchases_per_user_day');
    const latest = before.slice(-20).sort((a, b) => a - b);
    const usual = latest[Math.floor((latest.length - 1) / 2)] ?? 0;
    if (cents >= FLOOR && latest.length >= 5 && cents > TIMES * usual) rules.push('amount_above_user_usual');
    if (rules.length > 0) holds.push([externalId, ...rules]);
    byCustomer.set(customerId, [...before, cents]);
  }
  return holds.sort(([a = ''], [b = '']) => a.localeCompare(b));
}
