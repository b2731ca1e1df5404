import { authorizedFetch } from './api.ts';
import { createClient } from './client.ts';

type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
type Csv = {
  readonly text: string;
  /** There are more rows than a file may have. */
  readonly isTruncated: boolean;
};

/** All rows of a list as CSV, with the same filters. @throws ApiError, ConnectionError. */
export async function readCsv(path: string, query: Query): Promise<Csv> {
  let isTruncated = false;
  const client = createClient({
    url: window.location.origin,
    retry: { attempts: 1 },
    fetch: async (url, init) => {
      const response = await authorizedFetch(url, init);
      isTruncated = response.headers.get('x-truncated') === 'true';
      return response;
    },
  });
  // The schema describes lists as JSON; their columns are the same.
  const text = (await client.get(path as '/users/me/wallet/transactions', {
    params: { query: query as object },
    headers: { accept: 'text/csv' },
    parseAs: 'text',
  })) as unknown as string;
  return { text, isTruncated };
}
