import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  confirmedShare,
  everyDay,
  pendingByAge,
  rangeOf,
  requireReady,
  shareOf,
} from '../../../../src/modules/insight/reports/policies.ts';

const TODAY = Temporal.PlainDate.from('2026-03-14');
const daysAgo = (days: number) => TODAY.subtract({ days }).toString();

describe('the range of a report', () => {
  const cases = [
    [{}, '2026-02-13', '2026-03-14'],
    [{ from: '2026-03-01' }, '2026-03-01', '2026-03-14'],
    [{ to: '2026-01-31' }, '2026-01-02', '2026-01-31'],
    [{ to: '0001-01-05' }, '0001-01-01', '0001-01-05'],
    [{ from: '2026-01-01', to: '2026-01-01' }, '2026-01-01', '2026-01-01'],
    [{ from: '2023-01-01', to: '2025-12-31' }, '2023-01-01', '2025-12-31'],
  ] as const;
  for (const [request, from, to] of cases)
    test(`of ${JSON.stringify(request)}`, () => assert.deepEqual(rangeOf(request, TODAY), { from, to }));

  test('is at most three years', () => {
    const request = { from: '2023-01-01', to: '2026-01-01' };
    assert.throws(() => rangeOf(request, TODAY), { code: 'VALIDATION_ERROR' });
  });
});

test('reports are refused until they are complete', () => {
  const asOf = Temporal.Instant.from('2026-03-14T00:00:00Z');
  assert.equal(requireReady({ asOf, isComplete: true }), asOf);
  for (const progress of [
    { asOf, isComplete: false },
    { asOf: null, isComplete: false },
  ])
    assert.throws(() => requireReady(progress), { code: 'REPORTS_NOT_READY' });
});

test('a range has all of its days', () => {
  const rows = [{ day: '2026-03-02', sum: 7 }];
  const none = (day: string) => ({ day, sum: 0 });
  assert.deepEqual(everyDay({ from: '2026-03-01', to: '2026-03-03' }, rows, none), [
    { day: '2026-03-01', sum: 0 },
    { day: '2026-03-02', sum: 7 },
    { day: '2026-03-03', sum: 0 },
  ]);
});

describe('shares', () => {
  test('have four decimals, and are null of nothing', () => {
    assert.deepEqual(
      [shareOf(1, 3), shareOf(2n, 3n), shareOf(0, 5), shareOf(0, 0)],
      [0.3333, 0.6667, 0, null],
    );
  });

  test('of confirmed cashback are those of what is settled', () => {
    assert.equal(confirmedShare({ availableCashback: 75n, reversedCashback: 25n }), 0.75);
    assert.equal(confirmedShare({ availableCashback: 0n, reversedCashback: 0n }), null);
  });
});

test('pending cashback is summed up by age, with its overdue part', () => {
  const ages = [-1, 0, 7, 8, 14, 15, 30, 31, 60, 61, 90, 91, 400];
  const days = ages.map((age) => ({ day: daysAgo(age), count: 1, amount: 10n }));
  const overdue = [60, 61, 400].map((age) => ({ day: daysAgo(age), cashback: 3n }));
  const row = (fromDays: number, toDays: number | null, count: number, overdueAmount: bigint) => ({
    fromDays,
    toDays,
    amount: BigInt(count) * 10n,
    count,
    overdueAmount,
  });
  assert.deepEqual(pendingByAge(days, overdue, TODAY), [
    row(0, 7, 3, 0n),
    row(8, 14, 2, 0n),
    row(15, 30, 2, 0n),
    row(31, 60, 2, 3n),
    row(61, 90, 2, 3n),
    row(91, null, 2, 3n),
  ]);
});
