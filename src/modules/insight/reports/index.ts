import { formatMoney } from '../../../core/money.ts';
import type { Kernel } from '../../../kernel.ts';
import { reportRefreshing } from './refreshing.ts';
import { reportRepository } from './repository.ts';
import { rollupRepository } from './rollup-repository.ts';
import { reportRoutes } from './routes.ts';
import { type ReportService, reportService } from './service.ts';
import { statesRepository } from './states-repository.ts';

export type ReportClient = Pick<ReportService, 'refusedShares'> &
  Pick<ReturnType<typeof reportRefreshing>, 'refresh'>;

/** Figures over all purchases, wallets and payouts, which a loop keeps up to date behind the feed of events. */
export function reportsModule(
  kernel: Pick<Kernel, 'database' | 'clock'>,
  needs: {
    readonly supportedCurrencies: readonly [string, ...string[]];
    /** The least amount of a payout in each currency, in minor units. */
    readonly payoutMinimum: ReadonlyMap<string, bigint>;
    readonly defaultConfirmationDays: number;
    readonly autoConfirmFlag: string;
  },
) {
  const { payoutMinimum } = needs;
  const deps = { ...kernel, ...needs, repository: reportRepository() };
  const service = reportService({ ...deps, minimumOf: (currency) => payoutMinimum.get(currency) ?? 0n });
  const minimums = new Map(
    [...payoutMinimum].map(([currency, amount]) => [currency, formatMoney(amount, currency)]),
  );
  const refreshing = reportRefreshing({
    ...deps,
    minimums,
    rollup: rollupRepository(),
    states: statesRepository(),
  });
  return {
    routes: reportRoutes(service),
    client: { ...service, ...refreshing } satisfies ReportClient,
    loops: [refreshing.loop],
  };
}
