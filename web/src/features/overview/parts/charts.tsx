import type { OverviewFilters } from '../queries.ts';
import { DailyChart } from './daily-chart.tsx';
import { MerchantsChart } from './merchants-chart.tsx';
import { PendingAgeChart } from './pending-age-chart.tsx';
import { RefusalsChart } from './refusals-chart.tsx';

export type ChartsProps = {
  readonly filters: OverviewFilters;
  /** The currency of the amounts, as soon as it is known. */
  readonly currency: string | undefined;
};

/** The four charts, loaded after the figures. */
export function Charts({ filters, currency = 'EUR' }: ChartsProps) {
  return (
    <div className="grid items-start gap-5 lg:grid-cols-2">
      <DailyChart filters={filters} currency={currency} />
      <PendingAgeChart filters={filters} currency={currency} />
      <MerchantsChart filters={filters} currency={currency} />
      <RefusalsChart filters={filters} />
    </div>
  );
}
