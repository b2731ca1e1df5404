import { describe, test } from 'node:test';
import { unsupportedCurrency } from '../../../../src/core/money.ts';
import { reportsNotReady } from '../../../../src/modules/insight/reports/errors.ts';
import { reportRoutes } from '../../../../src/modules/insight/reports/routes.ts';
import type { ReportService } from '../../../../src/modules/insight/reports/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeCalls } from '../../../support/fakes.ts';
import { MERCHANT } from '../../../support/purchases-builders.ts';
import { AS_OF, aState, aSummary } from '../../../support/report-builders.ts';
import { assertViolations, serveRoutes, testAccess, testRefusals } from '../../../support/routes.ts';

const { calls, called, refuse } = fakeCalls();
const report = { currency: 'EUR', asOf: AS_OF } as const;
let verification: { at: Temporal.Instant; isRight: boolean } | undefined;
const service = fake<ReportService>({
  summarize: (request) => called(aSummary(), request),
  showBooks: (request) => called({ asOf: AS_OF, state: aState(), verification }, request),
  listDays: (request) =>
    called(
      { ...report, rows: [{ day: '2026-03-01', recorded: 3_00n, confirmed: 2_00n, reversed: 0n }] },
      request,
    ),
  listPendingAges: (request) =>
    called(
      { ...report, rows: [{ fromDays: 91, toDays: null, amount: 3_00n, count: 2, overdueAmount: 1_00n }] },
      request,
    ),
  listMerchants: (request) =>
    called(
      {
        ...report,
        rows: [
          {
            merchantId: MERCHANT,
            name: 'Corner Books',
            purchases: 4,
            cashback: 9_00n,
            availableCashback: 3n,
            reversedCashback: 1n,
          },
        ],
      },
      request,
    ),
  listRefusals: (request) =>
    called({ asOf: AS_OF, rows: [{ day: '2026-03-01', code: 'USER_NOT_ELIGIBLE', count: 5 }] }, request),
});
const api = await serveRoutes(reportRoutes(service));
const read = (path: string) => api('GET', `/reports/${path}`, { token: 'admin' });
const lastQuery = () => ({ ...(calls.at(-1)?.[0] as object) });
const as_of = '2026-03-14T09:26:50Z';

for (const name of ['summary', 'books', 'daily', 'pending-age', 'merchants', 'refusals'])
  testAccess(api, 'GET', `/reports/${name}`, ['admin']);

describe('GET /reports/summary', () => {
  test('shows each figure with its amount, count, age and share', async () => {
    const none = { amount: null, oldest_at: null, share: null };
    assertEqual((await read('summary?currency=EUR&from=2026-01-01&to=2026-01-31')).body, {
      currency: 'EUR',
      as_of,
      owed: {
        ...none,
        amount: '111.00',
        count: 6,
        pending: '70.00',
        available: '30.00',
        payouts_under_way: '11.00',
      },
      withdrawable: { ...none, amount: '28.00', count: 2, minimum: '10.00' },
      payouts_due: { ...none, amount: '11.00', count: 3, oldest_at: '2026-03-10T00:00:00Z' },
      overdue: {
        ...none,
        amount: '4.00',
        count: 3,
        oldest_at: '2026-01-01T09:00:00Z',
        blocked_by: [
          { reason: 'merchant_inactive', amount: '3.00', count: 2 },
          { reason: 'user_inactive', amount: '1.00', count: 1 },
        ],
      },
      held: { ...none, amount: '4.00', count: 2 },
      converted: { ...none, amount: '75.00', count: 8, share: 0.75, confirmed: 7, reversed: 1 },
      owed_to_us: { ...none, amount: '5.00', count: 1 },
      refused: { ...none, count: 1, share: 0.25, since: '2026-03-13T10:00:00Z' },
    });
    assertEqual(lastQuery(), { currency: 'EUR', from: '2026-01-01', to: '2026-01-31' });
  });

  testRefusals(() => read('summary?currency=USD'), refuse, [
    [422, unsupportedCurrency({ currency: 'USD', supported: ['EUR'] })],
    [503, reportsNotReady({ retry_after_seconds: 60 })],
  ]);
});

describe('GET /reports/books', () => {
  const books = {
    currency: 'EUR',
    as_of,
    platform: '-295.00',
    pending: '70.00',
    available: '25.00',
    paid: '200.00',
    difference: '0.00',
    entries: 42,
  };

  test('adds up to zero, and says when nothing was proven', async () => {
    assertEqual((await read('books')).body, { ...books, verified_at: null, verified: null });
  });

  test('shows the last proof', async () => {
    verification = { at: AS_OF, isRight: false };
    assertEqual((await read('books')).body, { ...books, verified_at: as_of, verified: false });
  });
});

describe('the charts', () => {
  test('show each day', async () => {
    const data = [{ day: '2026-03-01', recorded: '3.00', confirmed: '2.00', reversed: '0.00' }];
    assertEqual((await read('daily')).body, { as_of, data });
  });

  test('show each age', async () => {
    const data = [{ from_days: 91, to_days: null, amount: '3.00', count: 2, overdue_amount: '1.00' }];
    assertEqual((await read('pending-age')).body, { as_of, data });
  });

  test('show each merchant', async () => {
    const data = [
      {
        merchant_id: MERCHANT,
        name: 'Corner Books',
        purchases: 4,
        cashback: '9.00',
        confirmed_share: 0.75,
      },
    ];
    assertEqual((await read('merchants')).body, { as_of, data });
  });

  test('show each code of refusals', async () => {
    const data = [{ day: '2026-03-01', code: 'USER_NOT_ELIGIBLE', count: 5 }];
    assertEqual((await read('refusals?from=2026-03-01')).body, { as_of, data });
    assertEqual(lastQuery(), { from: '2026-03-01' });
  });

  for (const [path, field] of [
    ['daily?from=2026-03-02&to=2026-03-01', 'to'],
    ['daily?currency=euro', 'currency'],
    ['daily?from=yesterday', 'from'],
    ['pending-age?from=2026-03-01', 'from'],
    ['refusals?currency=EUR', 'currency'],
    ['merchants?limit=5', 'limit'],
  ] as const)
    test(`refuse ${path}`, async () => assertViolations(await read(path), [field]));
});
