import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ReportRepository } from '../../../../src/modules/insight/reports/repository.ts';
import { reportService } from '../../../../src/modules/insight/reports/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import { AS_OF, aState, aSummary } from '../../../support/report-builders.ts';

function reports(changes: Partial<ReportRepository> = {}) {
  const { kernel } = fakeKernel();
  const asked: unknown[][] = [];
  const note =
    <T>(result: T) =>
    async (_: unknown, ...request: unknown[]) => {
      asked.push(request);
      return result;
    };
  const { state, overdue, outcomes } = aSummary();
  const repository = fake<ReportRepository>({
    findProgress: async () => ({ asOf: AS_OF, isComplete: true }),
    findState: note(state),
    findOverdue: note(overdue),
    findOutcomes: note(outcomes),
    findDays: note([]),
    findPendingDays: note([]),
    findTopMerchants: note([]),
    findRefusals: note([]),
    findVerification: async () => undefined,
    countReports: note([
      { partnerId: 'a', refused: 1, reported: 3 },
      { partnerId: 'b', refused: 0, reported: 4 },
    ]),
    ...changes,
  });
  const service = reportService({
    ...kernel,
    repository,
    supportedCurrencies: ['EUR', 'JPY'],
    minimumOf: (currency) => (currency === 'EUR' ? 10_00n : 1_000n),
  });
  return { service, asked };
}

describe('a summary', () => {
  test('defaults to the first currency and the last 30 days', async () => {
    const { service, asked } = reports();
    const since = Temporal.Instant.from('2026-03-13T10:00:00Z');
    assertEqual(await service.summarize({}), aSummary({ refused: { since, refused: 1, reported: 7 } }));
    assertEqual(asked, [['EUR'], ['EUR'], ['EUR', { from: '2026-02-13', to: '2026-03-14' }], [since]]);
  });

  test('names the least payout of its currency', async () => {
    const { service } = reports();
    const { currency, minimum } = await service.summarize({ currency: 'JPY' });
    assert.deepEqual([currency, minimum], ['JPY', 1_000n]);
  });
});

describe('a report is refused', () => {
  const asks = ['summarize', 'showBooks', 'listDays', 'listPendingAges', 'listMerchants'] as const;
  for (const ask of asks)
    test(`of a currency that the platform does not have: ${ask}`, async () => {
      const { service } = reports();
      await assert.rejects(async () => service[ask]({ currency: 'USD' }), { code: 'UNSUPPORTED_CURRENCY' });
    });

  for (const ask of [...asks, 'listRefusals'] as const)
    test(`before the past is counted: ${ask}`, async () => {
      const { service } = reports({ findProgress: async () => ({ asOf: null, isComplete: false }) });
      await assert.rejects(async () => service[ask]({}), { code: 'REPORTS_NOT_READY' });
    });

  for (const ask of ['summarize', 'listDays', 'listMerchants', 'listRefusals'] as const)
    test(`of too many days: ${ask}`, async () => {
      const { service } = reports();
      await assert.rejects(async () => service[ask]({ from: '2000-01-01' }), { code: 'VALIDATION_ERROR' });
    });
});

test('days without a row are zero', async () => {
  const { service } = reports({
    findDays: async () => [{ day: '2026-03-02', recorded: 1n, confirmed: 2n, reversed: 3n }],
  });
  const { rows, currency } = await service.listDays({ from: '2026-03-01', to: '2026-03-02' });
  assert.equal(currency, 'EUR');
  assert.deepEqual(rows, [
    { day: '2026-03-01', recorded: 0n, confirmed: 0n, reversed: 0n },
    { day: '2026-03-02', recorded: 1n, confirmed: 2n, reversed: 3n },
  ]);
});

test('pending cashback is of all days, by its age today', async () => {
  const { service } = reports({
    findPendingDays: async () => [{ day: '2026-03-04', count: 2, amount: 7n }],
    findOverdue: async () => [],
  });
  const { rows } = await service.listPendingAges({});
  assert.deepEqual(
    rows.filter(({ count }) => count > 0).map(({ fromDays, amount }) => [fromDays, amount]),
    [[8, 7n]],
  );
});

test('books have the state of their currency', async () => {
  const { service } = reports();
  assertEqual(await service.showBooks({}), { asOf: AS_OF, state: aState(), verification: undefined });
});

test('the share of refusals is known of partners that reported', async () => {
  const { service } = reports();
  assert.deepEqual(
    [...(await service.refusedShares(['a', 'b', 'c']))],
    [
      ['a', 0.25],
      ['b', 0],
    ],
  );
});
