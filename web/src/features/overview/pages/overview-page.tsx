import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useFilters } from '#app/list-page.tsx';
import { Loaded } from '#app/loaded.tsx';
import * as messages from '#messages/overview.ts';
import { useMessages } from '#ui/locale.tsx';
import { PageTitle } from '#ui/page-title.tsx';
import { BooksBanner } from '../parts/books-banner.tsx';
import { ChartsSkeleton } from '../parts/charts-skeleton.tsx';
import { Figures } from '../parts/figures.tsx';
import { FiguresSkeleton } from '../parts/figures-skeleton.tsx';
import { OverviewFilterBar } from '../parts/overview-filter-bar.tsx';
import { booksQuery, overviewFilters, summaryQuery } from '../queries.ts';

const Charts = lazy(async () => ({ default: (await import('../parts/charts.tsx')).Charts }));

export function OverviewPage() {
  const t = useMessages(messages);
  const [filters, setFilters] = useFilters(overviewFilters);
  const books = useQuery(booksQuery(filters.currency));
  const summary = useQuery(summaryQuery(filters));
  return (
    <div className="grid gap-5">
      <PageTitle title={t.title} />
      <Loaded query={books} skeleton={<div className="h-12 rounded-card bg-sunken" />}>
        {(data) => <BooksBanner opens books={data} />}
      </Loaded>
      <OverviewFilterBar filters={filters} onChange={setFilters} />
      <Loaded query={summary} skeleton={<FiguresSkeleton />}>
        {(data) => <Figures summary={data} />}
      </Loaded>
      <Suspense fallback={<ChartsSkeleton />}>
        <Charts filters={filters} currency={summary.data?.currency} />
      </Suspense>
    </div>
  );
}
