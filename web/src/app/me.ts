import { queryOptions, useQuery } from '@tanstack/react-query';
import { api } from './api.ts';
import type { Answer } from './client.ts';

export type Me = Answer<'/users/me', 'get'>;
export type Permission = NonNullable<Me['permissions']>[number];

/** The person who is logged in. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => api.get('/users/me', { signal }),
  staleTime: 60_000,
});

/** Whether the person may do something. False until it is known: what a role lacks is hidden. */
export function useCan(permission: Permission): boolean {
  const { data } = useQuery(meQuery);
  return data?.permissions?.includes(permission) ?? false;
}
