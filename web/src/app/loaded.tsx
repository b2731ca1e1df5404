import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Card } from '#ui/card.tsx';
import { Skeleton, useSkeleton } from '#ui/skeleton.tsx';
import { Failure } from './failure.tsx';
import { Freshness } from './freshness.tsx';

export type LoadedProps<Data> = {
  readonly query: UseQueryResult<Data>;
  readonly children: (data: Data) => ReactNode;
  /** In the shape of what comes. Defaults to a card of lines. */
  readonly skeleton?: ReactNode;
};

/** What a query read, or why it is not there yet: the states of a detail page and of any part of a page. */
export function Loaded<Data>({ query, children, skeleton }: LoadedProps<Data>) {
  const showsSkeleton = useSkeleton(query.isPending);
  if (showsSkeleton)
    return (
      skeleton ?? (
        <Card>
          <Skeleton lines={6} />
        </Card>
      )
    );
  if (query.data === undefined)
    return query.isError ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null;
  return (
    <>
      {children(query.data)}
      <Freshness query={query} />
    </>
  );
}
