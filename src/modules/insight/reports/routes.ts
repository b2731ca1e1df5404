import { ruleViolation } from '../../../core/errors.ts';
import type { Routes } from '../../../core/http/route.ts';
import { unsupportedCurrency } from '../../../core/money.ts';
import { reportsNotReady } from './errors.ts';
import {
  BookReport,
  CurrencyQuery,
  DailyReport,
  MerchantReport,
  PendingAgeReport,
  presentBooks,
  presentDay,
  presentMerchantSales,
  presentPendingAge,
  presentRefusalsOfDay,
  presentReport,
  presentSummary,
  RangeQuery,
  RefusalRangeQuery,
  RefusalReport,
  ReportSummary,
} from './schemas.ts';
import type { ReportService } from './service.ts';

const FRESHNESS = 'At most a minute old, see `as_of`.';

export function reportRoutes(service: ReportService): Routes {
  const ofMoney = { access: ['admin'], errors: [unsupportedCurrency, reportsNotReady] } as const;
  const ofMoneyInDays = { ...ofMoney, errors: [...ofMoney.errors, ruleViolation] };

  return (server) => {
    server.get(
      '/reports/summary',
      {
        schema: {
          tags: ['reports'],
          summary: 'Show the figures of the overview',
          description: `Amounts to act on, each with the number of its rows. ${FRESHNESS}`,
          querystring: RangeQuery,
          response: { 200: ReportSummary },
        },
        config: ofMoneyInDays,
      },
      async ({ query }) => presentSummary(await service.summarize(query)),
    );

    server.get(
      '/reports/books',
      {
        schema: {
          tags: ['reports'],
          summary: 'Show the trial balance',
          description: `The buckets of all wallets beside what the audit log says of the journal, and the last proof of the books. ${FRESHNESS}`,
          querystring: CurrencyQuery,
          response: { 200: BookReport },
        },
        config: ofMoney,
      },
      async ({ query }) => {
        const { state, asOf, verification } = await service.showBooks(query);
        return presentBooks(state, asOf, verification);
      },
    );

    server.get(
      '/reports/daily',
      {
        schema: {
          tags: ['reports'],
          summary: 'Show cashback by day',
          description: `The cashback that the journal moved on each day (UTC) of the range. ${FRESHNESS}`,
          querystring: RangeQuery,
          response: { 200: DailyReport },
        },
        config: ofMoneyInDays,
      },
      async ({ query }) => {
        const report = await service.listDays(query);
        return presentReport(report, presentDay(report.currency));
      },
    );

    server.get(
      '/reports/pending-age',
      {
        schema: {
          tags: ['reports'],
          summary: 'Show pending cashback by age',
          description: `Rewards that are pending, by the days (UTC) since their purchase was recorded. ${FRESHNESS}`,
          querystring: CurrencyQuery,
          response: { 200: PendingAgeReport },
        },
        config: ofMoney,
      },
      async ({ query }) => {
        const report = await service.listPendingAges(query);
        return presentReport(report, presentPendingAge(report.currency));
      },
    );

    server.get(
      '/reports/merchants',
      {
        schema: {
          tags: ['reports'],
          summary: 'Show the ten merchants with the most cashback',
          description: `Of the purchases that were recorded in the range, as they are now. ${FRESHNESS}`,
          querystring: RangeQuery,
          response: { 200: MerchantReport },
        },
        config: ofMoneyInDays,
      },
      async ({ query }) => {
        const report = await service.listMerchants(query);
        return presentReport(report, presentMerchantSales(report.currency));
      },
    );

    server.get(
      '/reports/refusals',
      {
        schema: {
          tags: ['reports'],
          summary: 'Show refused reports by day and code',
          description: `Reports of partners that a rule refused, of all currencies. Counted for 30 days. ${FRESHNESS}`,
          querystring: RefusalRangeQuery,
          response: { 200: RefusalReport },
        },
        config: { access: ['admin'], errors: [reportsNotReady, ruleViolation] },
      },
      async ({ query }) => presentReport(await service.listRefusals(query), presentRefusalsOfDay),
    );
  };
}
