import { queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';

export type AppInfo = {
  readonly name: string;
  readonly version: string;
  readonly support_email: string | null;
  readonly registration: boolean;
  readonly currencies: readonly { readonly code: string; readonly minor_digits: number }[];
  readonly demo_logins: readonly { readonly email: string; readonly password: string }[] | null;
};

/** What the apps need to know of the platform before anybody logs in. */
export const appInfoQuery = queryOptions({
  queryKey: ['app-info'],
  queryFn: async ({ signal }) =>
    (await api.get('/app-info' as '/users/me', { signal })) as unknown as AppInfo,
  staleTime: Number.POSITIVE_INFINITY,
});
