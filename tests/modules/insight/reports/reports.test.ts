import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { keepBooks } from '../../../support/altered-books.ts';
import { beginTransaction, runSql } from '../../../support/database.ts';
import { openPartner } from '../../../support/partners.ts';
import { openPayoutDesk } from '../../../support/payouts.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { openShop } from '../../../support/purchases-shop.ts';
import { assertReportsAreTrue, reported, truth } from '../../../support/report-truth.ts';

const platform = await startTestPlatform();
const { api, admin, database } = platform;
const { reports } = platform.platform;
const shop = await openShop(platform);
const desk = await openPayoutDesk(platform);

/** Forgets all that the reports have counted, as in a database from before them. */
function forgetReports(): Promise<unknown> {
  return runSql(
    database.url,
    `truncate report_days, report_merchants, report_partners, report_states, report_overdue;
     update report_progress set recorded_in = '0', event_id = '00000000-0000-0000-0000-000000000000',
       completed_at = null, as_of = null, refreshed_at = null`,
  );
}

const read = (path: string) => api('GET', `/reports/${path}`, { token: admin.token });

describe('the reports equal plain SQL over the tables', () => {
  test('for books with something of everything', async () => {
    await keepBooks(platform);
    await assertReportsAreTrue(platform);
  });

  test('also when the past is counted once more, in batches of any size', async () => {
    for (const limit of [1, 7, 10_000]) {
      await forgetReports();
      await reports.refresh({ limit });
      assert.deepEqual(await reported(platform), await truth(platform));
    }
  });

  test('after any activity', async () => {
    const purchases: string[] = [];
    const payouts: string[] = [];
    const oneOf = (list: readonly string[], number: number) => list[number % Math.max(list.length, 1)] ?? '';
    const act = {
      buy: async (amount: string) =>
        void purchases.push((await shop.buy({ user_id: desk.user.id, amount })).id),
      confirm: (_: string, number: number) => shop.confirm(oneOf(purchases, number)),
      reverse: (_: string, number: number) => shop.reverse(oneOf(purchases, number)),
      amend: (amount: string, number: number) => shop.amend(oneOf(purchases, number), { amount }),
      withdraw: async () => {
        const { status, body } = await desk.request({ amount: '10.00' });
        if (status === 201) payouts.push(body.id);
      },
      cancel: (_: string, number: number) => desk.cancel(oneOf(payouts, number)),
      'next day': () => platform.passTime({ hours: 24 }),
      report: () => reports.refresh({ limit: 3 }),
    };
    const step = fc.record({
      kind: fc.constantFrom(...(Object.keys(act) as (keyof typeof act)[])),
      cents: fc.integer({ min: 1, max: 50_000 }),
      number: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        for (const { kind, cents, number } of steps) await act[kind]((cents / 100).toFixed(2), number);
        await assertReportsAreTrue(platform);
      }),
      { numRuns: 5, endOnFailure: true },
    );
  });
});

describe('an event that commits late', () => {
  test('is waited for, holds the time of the reports back, and is counted once', async () => {
    await assertReportsAreTrue(platform);
    const late = await beginTransaction(database.url);
    await late.run('select pg_current_xact_id()');
    const { as_of: before } = (await read('books')).body;
    await platform.passTime({ minutes: 5 });
    const { id } = await shop.buy({ amount: '40.00' });
    await platform.passTime({ minutes: 5 });
    await reports.refresh();
    const { body: books } = await read('books');
    // Wallets and the audit log are compared at one moment, whatever the feed waits for.
    assert.equal(books.difference, '0.00');
    assert.equal(books.as_of > before, true);
    assert.equal(Temporal.Instant.from(books.as_of).until(platform.now()).total('minutes'), 5);
    const countOf = async () =>
      (await runSql(database.url, 'select sum(purchases)::int as sum from report_days'))[0]?.sum;
    const counted = Number(await countOf());
    await late.commit();
    await shop.confirm(id);
    await assertReportsAreTrue(platform);
    assert.equal(await countOf(), counted + 1);
  });
});

test('processes that refresh at once count everything once', async () => {
  await forgetReports();
  for (let purchase = 0; purchase < 5; purchase += 1) await shop.buy();
  const refreshes = Array.from({ length: 4 }, () => reports.refresh({ limit: 5 }));
  await Promise.all([...refreshes, shop.buy(), shop.buy()]);
  await assertReportsAreTrue(platform);
});

test('the loop rests where another process has just done its work', async () => {
  const refreshedAt = (change: string) =>
    runSql(database.url, `update report_progress set refreshed_at = clock_timestamp() ${change}`);
  const isDone = async () => {
    const [row] = await runSql(database.url, 'select sum(purchases)::int as sum from report_days');
    await platform.runLoop('refresh-reports');
    const [after] = await runSql(database.url, 'select sum(purchases)::int as sum from report_days');
    return row?.sum !== after?.sum;
  };
  await assertReportsAreTrue(platform);
  await shop.buy();
  await platform.untilFeedIsComplete();
  await refreshedAt("+ interval '1 hour'");
  assert.equal(await isDone(), false);
  await refreshedAt("- interval '10 s'");
  assert.equal(await isDone(), true);
});

test('reports are refused while the past of a database is counted', async () => {
  await forgetReports();
  const answers = await Promise.all(
    ['summary', 'books', 'daily', 'pending-age', 'merchants', 'refusals'].map(async (path) => {
      const { status, body, headers } = await read(path);
      return [status, body.error.code, headers['retry-after']];
    }),
  );
  assert.deepEqual(new Set(answers.map(String)), new Set(['503,REPORTS_NOT_READY,60']));
  await assertReportsAreTrue(platform);
});

test('refused reports are counted with their share, of the last 24 hours', async () => {
  const network = await openPartner(platform);
  const other = await openPartner(platform);
  await platform.passTime({ hours: 48 });
  const start = platform.now().round({ smallestUnit: 'hour', roundingMode: 'floor' });
  for (let report = 0; report < 3; report += 1) await shop.report({}, network.token);
  await shop.report({ user_id: '01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5e' }, network.token);
  await shop.report({}, other.token);
  await platform.platform.refusals.settle();
  await assertReportsAreTrue(platform);
  const { refused } = (await read('summary')).body;
  assert.deepEqual(refused, {
    amount: null,
    count: 1,
    oldest_at: null,
    share: 0.2,
    since: start.subtract({ hours: 23 }).toString(),
  });
  assert.deepEqual([...(await reports.refusedShares([network.id, other.id]))].toSorted(), [
    [network.id, 0.25],
    [other.id, 0],
  ]);
  const today = start.toString().slice(0, 10);
  assert.deepEqual((await read(`refusals?from=${today}&to=${today}`)).body.data, [
    { day: today, code: 'USER_NOT_ELIGIBLE', count: 1 },
  ]);
  await platform.passTime({ hours: 24 });
  await reports.refresh();
  assert.equal((await read('summary')).body.refused.share, null);
});
