import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import * as common from '#messages/common.ts';
import { Button } from '#ui/button.tsx';
import { Card } from '#ui/card.tsx';
import { Empty } from '#ui/empty.tsx';
import { FilterBar } from '#ui/filter-bar.tsx';
import { useMessages } from '#ui/locale.tsx';
import { PageTitle } from '#ui/page-title.tsx';
import { Pager, type PagerProps } from '#ui/pager.tsx';
import { Skeleton, useSkeleton } from '#ui/skeleton.tsx';
import { Table } from '#ui/table.tsx';
import type { TableProps } from '#ui/table-parts.ts';
import { Failure } from './failure.tsx';
import { Freshness } from './freshness.tsx';
import type { ListOf, ListQuery } from './list-query.ts';
import type { PlaceInList } from './search-params.ts';
import { useSteadyRows } from './steady-rows.ts';

export type ListPageProps<Row extends object, Filters extends PlaceInList> = Pick<
  TableProps<Row>,
  'columns' | 'rowId' | 'rowLink' | 'selection'
> & {
  readonly title: string;
  readonly actions?: ReactNode;
  /** Reads the URL, as made by `defineFilters`. */
  readonly filters: (search: Readonly<Record<string, unknown>>) => Filters;
  readonly query: (filters: Filters) => ListQuery<Row>;
  /** The controls of the filters. `set` writes to the URL and returns to the first page. */
  readonly filterBar?: (filters: Filters, set: (change: Partial<Filters>) => void) => ReactNode;
  /** What an empty list means, in one sentence, and what to do about it. */
  readonly empty: ReactNode;
  readonly emptyAction?: ReactNode;
  /** Where to go on when nothing matches the filters, beside clearing them. */
  readonly noMatchAction?: (filters: Filters) => ReactNode;
  /** Between the filters and the table: what can be done with the selected rows. */
  readonly children?: ReactNode;
};

/** A list with all its states: filters and cursor in the URL, previous rows kept while others load. */
export function ListPage<Row extends object, Filters extends PlaceInList>({
  title,
  actions,
  filters: readFilters,
  query,
  filterBar,
  empty,
  emptyAction,
  noMatchAction,
  children,
  ...table
}: ListPageProps<Row, Filters>) {
  const t = useMessages(common);
  const [filters, setFilters] = useFilters(readFilters);
  const options = query(filters);
  const list = useQuery(options);
  const name = JSON.stringify(list.isPlaceholderData ? null : options.queryKey);
  const queue = useSteadyRows(name, list.data, table.rowId);
  const rows = isPolled(options) ? queue.rows : list.data;
  const showsSkeleton = useSkeleton(list.isPending);
  const active = Object.keys(filters).filter((name) => name !== 'cursor' && name !== 'offset').length;
  const clear = () =>
    setFilters(Object.fromEntries(Object.keys(filters).map((name) => [name, undefined])) as Partial<Filters>);

  return (
    <div className="grid gap-5">
      <PageTitle title={title} actions={actions} />
      {filterBar && (
        <FilterBar active={active} onClear={clear}>
          {filterBar(filters, setFilters)}
        </FilterBar>
      )}
      {children}
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {showsSkeleton && (
        <Card>
          <Skeleton lines={8} />
        </Card>
      )}
      {isPolled(options) && queue.fresh > 0 && !list.isPlaceholderData && (
        <div>
          <Button icon="arrow" onClick={queue.show}>
            {t.newRows(queue.fresh)}
          </Button>
        </div>
      )}
      {list.data && rows && !showsSkeleton && (
        <Card flush>
          <div aria-busy={list.isPlaceholderData}>
            {rows.data.length > 0 ? (
              <Table label={title} rows={rows.data} {...table} />
            ) : active > 0 ? (
              <Empty
                action={
                  <div className="flex flex-wrap justify-center gap-2">
                    <Button onClick={clear}>{t.clearFilters}</Button>
                    {noMatchAction?.(filters)}
                  </div>
                }
              >
                {t.noMatch}
              </Empty>
            ) : (
              <Empty action={emptyAction}>{empty}</Empty>
            )}
            {rows.data.length > 0 && (
              <Pager {...placeOf(list.data)} isFirst={filters.cursor === undefined && !filters.offset} />
            )}
          </div>
        </Card>
      )}
      <Freshness query={list} />
    </div>
  );
}

/** The filters of the URL, and how to change them: any change returns to the first page. */
export function useFilters<Filters extends PlaceInList>(
  read: (search: Readonly<Record<string, unknown>>) => Filters,
): [Filters, (change: Partial<Filters>) => void] {
  const search = useSearch({ strict: false }) as Readonly<Record<string, unknown>>;
  const navigate = useNavigate();
  return [
    read(search),
    (change) =>
      void navigate({
        to: '.',
        search: { ...search, ...change, cursor: undefined, offset: undefined } as never,
        replace: true,
      }),
  ];
}

function isPolled({ refetchInterval }: { readonly refetchInterval?: unknown }): boolean {
  return typeof refetchInterval === 'number';
}

export function placeOf({ data, pagination }: ListOf<unknown>): Omit<PagerProps, 'isFirst'> {
  const { total, total_is_estimate: totalIsEstimate = false, next_cursor: cursor, offset = 0 } = pagination;
  const end = offset + data.length;
  const byOffset = cursor === undefined && end < total ? { offset: end } : undefined;
  const next: PagerProps['next'] = cursor ? { cursor } : byOffset;
  return { total, totalIsEstimate, next };
}
