import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, day, defineFilters, type FiltersOf, text } from '#app/page-kit.ts';

export const overviewFilters = defineFilters({ currency: text, from: day, to: day });

export type OverviewFilters = FiltersOf<typeof overviewFilters>;

/** Reports are a minute old at most, so the page reads them again each minute. */
const FRESH = { staleTime: 30_000, refetchInterval: 60_000, placeholderData: keepPreviousData } as const;

export const summaryQuery = ({ currency, from, to }: OverviewFilters) =>
  queryOptions({
    queryKey: ['reports', 'summary', { currency, from, to }],
    queryFn: ({ signal }) =>
      api.get('/reports/summary', { params: { query: { currency, from, to } }, signal }),
    ...FRESH,
  });

export const booksQuery = (currency: string | undefined) =>
  queryOptions({
    queryKey: ['reports', 'books', currency],
    queryFn: ({ signal }) => api.get('/reports/books', { params: { query: { currency } }, signal }),
    ...FRESH,
  });

export const dailyQuery = ({ currency, from, to }: OverviewFilters) =>
  queryOptions({
    queryKey: ['reports', 'daily', { currency, from, to }],
    queryFn: ({ signal }) => api.get('/reports/daily', { params: { query: { currency, from, to } }, signal }),
    ...FRESH,
  });

export const pendingAgeQuery = (currency: string | undefined) =>
  queryOptions({
    queryKey: ['reports', 'pending-age', currency],
    queryFn: ({ signal }) => api.get('/reports/pending-age', { params: { query: { currency } }, signal }),
    ...FRESH,
  });

export const topMerchantsQuery = ({ currency, from, to }: OverviewFilters) =>
  queryOptions({
    queryKey: ['reports', 'merchants', { currency, from, to }],
    queryFn: ({ signal }) =>
      api.get('/reports/merchants', { params: { query: { currency, from, to } }, signal }),
    ...FRESH,
  });

export const refusalsPerDayQuery = ({ from, to }: OverviewFilters) =>
  queryOptions({
    queryKey: ['reports', 'refusals', { from, to }],
    queryFn: ({ signal }) => api.get('/reports/refusals', { params: { query: { from, to } }, signal }),
    ...FRESH,
  });
