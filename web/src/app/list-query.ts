import { keepPreviousData, type QueryKey, type UseQueryOptions } from '@tanstack/react-query';

/** A page of a list as the API sends it. */
export type ListOf<Row> = {
  readonly data: readonly Row[];
  readonly pagination: {
    readonly total: number;
    readonly offset?: number;
    readonly total_is_estimate?: boolean;
    readonly next_cursor?: string | null;
  };
};

export type ListQuery<Row> = UseQueryOptions<ListOf<Row>> & { readonly queryKey: QueryKey };

/**
 * The query of a list: `listQuery(['merchants', filters], ({ signal }) => api.get('/merchants', { params: { query: filters }, signal }))`.
 * Previous rows stay while others load.
 */
export function listQuery<Row>(
  queryKey: QueryKey,
  read: (context: { readonly signal: AbortSignal }) => Promise<ListOf<Row>>,
  options?: { readonly refetchInterval?: number },
): ListQuery<Row> {
  return {
    queryKey,
    queryFn: ({ signal }) => read({ signal }),
    placeholderData: keepPreviousData,
    ...options,
  };
}
