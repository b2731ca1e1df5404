import { type Clock, utcDate } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import { unsupportedCurrency } from '../../../core/money.ts';
import type {
  Day,
  DayRange,
  MerchantSales,
  PendingAge,
  RefusalsOfDay,
  RefusedSince,
  State,
  Summary,
  Verification,
} from './model.ts';
import { everyDay, pendingByAge, rangeOf, requireReady, shareOf } from './policies.ts';
import type { ReportRepository } from './repository.ts';

/** What a request names: a currency, and days (UTC). */
export type ReportRequest = {
  readonly currency?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

export type Report<Row> = { readonly asOf: Temporal.Instant; readonly rows: readonly Row[] };

/** A report on money of one currency. */
export type MoneyReport<Row> = Report<Row> & { readonly currency: string };

export type ReportService = ReturnType<typeof reportService>;

const TOP_MERCHANTS = 10;

export function reportService(deps: {
  readonly database: Pick<Database, 'db'>;
  readonly clock: Clock;
  readonly repository: ReportRepository;
  readonly supportedCurrencies: readonly [string, ...string[]];
  /** The least amount of a payout in each currency, in minor units. */
  readonly minimumOf: (currency: string) => bigint;
}) {
  const { clock, repository, supportedCurrencies, minimumOf } = deps;
  const { db } = deps.database;

  /** @throws UNSUPPORTED_CURRENCY, REPORTS_NOT_READY, or VALIDATION_ERROR for a range. */
  async function summarize(request: ReportRequest): Promise<Summary> {
    const currency = currencyOf(request);
    const range = rangeOf(request, utcDate(clock()));
    const [asOf, state, overdue, outcomes, refused] = await Promise.all([
      findAsOf(),
      repository.findState(db, currency),
      repository.findOverdue(db, currency),
      repository.findOutcomes(db, currency, range),
      findRefused(),
    ]);
    return { currency, asOf, state, overdue, outcomes, refused, minimum: minimumOf(currency) };
  }

  /** @throws UNSUPPORTED_CURRENCY or REPORTS_NOT_READY. */
  async function showBooks(request: ReportRequest): Promise<{
    readonly asOf: Temporal.Instant;
    readonly state: State;
    readonly verification: Verification | undefined;
  }> {
    const currency = currencyOf(request);
    const [asOf, state, verification] = await Promise.all([
      findAsOf(),
      repository.findState(db, currency),
      repository.findVerification(db),
    ]);
    return { asOf, state, verification };
  }

  /** What the journal moved, for each day of the range. @throws as `summarize`. */
  function listDays(request: ReportRequest): Promise<MoneyReport<Day>> {
    return inRange(request, async (currency, range) =>
      everyDay(range, await repository.findDays(db, currency, range), (day) => ({
        day,
        recorded: 0n,
        confirmed: 0n,
        reversed: 0n,
      })),
    );
  }

  /** Pending rewards of today, by age. @throws UNSUPPORTED_CURRENCY or REPORTS_NOT_READY. */
  async function listPendingAges(request: ReportRequest): Promise<MoneyReport<PendingAge>> {
    const currency = currencyOf(request);
    const [asOf, days, overdue] = await Promise.all([
      findAsOf(),
      repository.findPendingDays(db, currency),
      repository.findOverdue(db, currency),
    ]);
    return { currency, asOf, rows: pendingByAge(days, overdue, utcDate(clock())) };
  }

  /** The ten merchants with the most cashback. @throws as `summarize`. */
  function listMerchants(request: ReportRequest): Promise<MoneyReport<MerchantSales>> {
    return inRange(request, (currency, range) =>
      repository.findTopMerchants(db, currency, range, TOP_MERCHANTS),
    );
  }

  /** Refused reports of partners by day and code, of all currencies. @throws REPORTS_NOT_READY or VALIDATION_ERROR. */
  async function listRefusals(request: ReportRequest): Promise<Report<RefusalsOfDay>> {
    const range = rangeOf(request, utcDate(clock()));
    const [asOf, rows] = await Promise.all([findAsOf(), repository.findRefusals(db, range)]);
    return { asOf, rows };
  }

  /** The refused part of the reports of each partner in the last 24 hours, from 0 to 1. Absent without any report. */
  async function refusedShares(partnerIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const counts = await repository.countReports(db, windowStart(), partnerIds);
    return new Map(
      counts.map(({ partnerId, refused, reported }) => [
        partnerId,
        shareOf(refused, refused + reported) ?? 0,
      ]),
    );
  }

  async function inRange<Row>(
    request: ReportRequest,
    find: (currency: string, range: DayRange) => Promise<readonly Row[]>,
  ): Promise<MoneyReport<Row>> {
    const currency = currencyOf(request);
    const range = rangeOf(request, utcDate(clock()));
    const [asOf, rows] = await Promise.all([findAsOf(), find(currency, range)]);
    return { currency, asOf, rows };
  }

  async function findAsOf(): Promise<Temporal.Instant> {
    return requireReady(await repository.findProgress(db));
  }

  async function findRefused(): Promise<RefusedSince> {
    const since = windowStart();
    const counts = await repository.countReports(db, since);
    return {
      since,
      refused: counts.reduce((sum, { refused }) => sum + refused, 0),
      reported: counts.reduce((sum, { reported }) => sum + reported, 0),
    };
  }

  /** 24 hours, of which the present one is not over. */
  function windowStart(): Temporal.Instant {
    return clock().round({ smallestUnit: 'hour', roundingMode: 'floor' }).subtract({ hours: 23 });
  }

  function currencyOf({ currency = supportedCurrencies[0] }: ReportRequest): string {
    if (!supportedCurrencies.includes(currency))
      throw unsupportedCurrency({ currency, supported: supportedCurrencies });
    return currency;
  }

  return {
    summarize,
    showBooks,
    listDays,
    listPendingAges,
    listMerchants,
    listRefusals,
    refusedShares,
  };
}
