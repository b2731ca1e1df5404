import { describe, test } from 'node:test';
import type { Found } from '../../../../src/modules/insight/search/model.ts';
import { searchRoutes } from '../../../../src/modules/insight/search/routes.ts';
import type { SearchService } from '../../../../src/modules/insight/search/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeCalls } from '../../../support/fakes.ts';
import { MERCHANT, SHOPPER } from '../../../support/purchases-builders.ts';
import { assertViolations, serveRoutes, testAccess } from '../../../support/routes.ts';

const found: Found[] = [
  {
    kind: 'purchase',
    id: SHOPPER,
    title: 'order-1',
    subtitle: 'Corner Books, alice@example.com',
    status: 'pending',
    amount: 5n,
    currency: 'EUR',
    field: 'external_id',
  },
  {
    kind: 'merchant',
    id: MERCHANT,
    title: 'Orderly',
    subtitle: null,
    status: 'active',
    amount: null,
    currency: null,
    field: 'name',
  },
];
const { calls, called } = fakeCalls();
const service = fake<SearchService>({ search: (...query) => called(found, ...query) });
const api = await serveRoutes(searchRoutes(service));

testAccess(api, 'GET', '/search?q=order', ['admin']);

describe('GET /search', () => {
  const search = (query: string) => api('GET', `/search?${query}`, { token: 'admin' });

  test('answers what was found, each with its type and the field that matched', async () => {
    assertEqual((await search('q=order')).body, {
      data: [
        {
          type: 'purchase',
          id: SHOPPER,
          title: 'order-1',
          subtitle: 'Corner Books, alice@example.com',
          status: 'pending',
          amount: '0.05',
          currency: 'EUR',
          matched_by: 'external_id',
        },
        {
          type: 'merchant',
          id: MERCHANT,
          title: 'Orderly',
          subtitle: null,
          status: 'active',
          amount: null,
          currency: null,
          matched_by: 'name',
        },
      ],
    });
    assertEqual(calls.at(-1), ['order', 20]);
  });

  test('reads the limit from the query', async () => {
    await search('q=%25_&limit=3');
    assertEqual(calls.at(-1), ['%_', 3]);
  });

  for (const [query, field] of [
    ['', 'q'],
    ['q=', 'q'],
    ['q=%20%20', 'q'],
    ['q=%E2%80%8B', 'q'],
    ['q=a%00b', 'q'],
    [`q=${'a'.repeat(10_000)}`, 'q'],
    ['q=a&q=b', 'q'],
    ['q=a&limit=0', 'limit'],
    ['q=a&limit=51', 'limit'],
    ['q=a&type=user', 'type'],
  ] as const) {
    test(`refuses ?${query.slice(0, 20)}`, async () => assertViolations(await search(query), [field]));
  }
});
