import { describe, test } from 'node:test';
import type { Refusal } from '../../../../src/modules/insight/refusals/model.ts';
import { refusalRoutes } from '../../../../src/modules/insight/refusals/routes.ts';
import type { RefusalService } from '../../../../src/modules/insight/refusals/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeCalls } from '../../../support/fakes.ts';
import { MERCHANT as PARTNER, SHOPPER } from '../../../support/purchases-builders.ts';
import { assertViolations, serveRoutes, testAccess } from '../../../support/routes.ts';

const refusal: Refusal = {
  id: SHOPPER,
  refusedAt: Temporal.Instant.from('2026-03-14T09:26:53.123Z'),
  partnerId: PARTNER,
  externalId: 'order-1',
  code: 'USER_NOT_ELIGIBLE',
  message: 'User x is unknown.',
  details: { reason: 'unknown' },
  requestId: 'request-1',
};
const { calls, called } = fakeCalls();
const service = fake<RefusalService>({
  listRefusals: (...request) => called({ items: [refusal], total: 1, nextKey: null }, ...request),
});
const api = await serveRoutes(refusalRoutes(service));

testAccess(api, 'GET', '/refusals', ['admin']);

describe('GET /refusals', () => {
  const list = (query: string) => api('GET', `/refusals?${query}`, { token: 'admin' });

  test('answers with who was refused, what and why', async () => {
    assertEqual((await list('')).body, {
      data: [
        {
          id: SHOPPER,
          at: '2026-03-14T09:26:53Z',
          partner_id: PARTNER,
          external_id: 'order-1',
          code: 'USER_NOT_ELIGIBLE',
          message: 'User x is unknown.',
          details: { reason: 'unknown' },
          request_id: 'request-1',
        },
      ],
      pagination: { offset: 0, limit: 20, total: 1, next_cursor: null },
    });
  });

  test('reads its filters, and external ids as purchases are found by them', async () => {
    await list(
      `external_id=%20order-1&partner_id=${PARTNER}&code=A&code=B&from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&limit=5`,
    );
    assertEqual(calls.at(-1), [
      {
        externalIds: ['order-1'],
        partnerIds: [PARTNER],
        codes: ['A', 'B'],
        from: '2026-03-01T00:00:00.000000Z',
        to: '2026-03-02T00:00:00.000000Z',
      },
      { offset: 0, limit: 5 },
    ]);
  });

  for (const [query, field] of [
    ['code=lower', 'code'],
    ['partner_id=1', 'partner_id'],
    ['from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z', 'to'],
    ['cursor=AAAA', 'cursor'],
    ['status=open', 'status'],
  ] as const)
    test(`refuses ?${query}`, async () => assertViolations(await list(query), [field]));
});
