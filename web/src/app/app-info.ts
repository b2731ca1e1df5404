import { queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';
import type { Answer } from './client.ts';

export type AppInfo = Answer<'/app-info', 'get'>;

/** What the apps need to know of the platform before anybody logs in. */
export const appInfoQuery = queryOptions({
  queryKey: ['app-info'],
  queryFn: ({ signal }) => api.get('/app-info', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});
