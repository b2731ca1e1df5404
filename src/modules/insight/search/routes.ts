import type { Routes } from '../../../core/http/route.ts';
import { DEFAULT_HITS, presentResults, SearchQuery, SearchResults } from './schemas.ts';
import type { SearchService } from './service.ts';

export function searchRoutes(service: SearchService): Routes {
  return (server) => {
    server.get(
      '/search',
      {
        schema: {
          tags: ['search'],
          summary: 'Search everything',
          description:
            'Finds purchases, payouts, users, merchants, partners and offers by id, external id, order id, email address, ' +
            'reference or name. Exact matches come first, then fields that begin with the text.',
          querystring: SearchQuery,
          response: { 200: SearchResults },
        },
        config: { access: ['admin'], showsPersonalData: true },
      },
      async ({ query }) => presentResults(await service.search(query.q, query.limit ?? DEFAULT_HITS)),
    );
  };
}
