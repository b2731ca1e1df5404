import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { notFound } from '../../../../src/core/errors.ts';
import { unsupportedCurrency } from '../../../../src/core/money.ts';
import { ceilingRoutes } from '../../../../src/modules/earning/fraud/ceiling-routes.ts';
import type { FraudService } from '../../../../src/modules/earning/fraud/service.ts';
import { aCeiling } from '../../../support/ceiling-builders.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeCalls } from '../../../support/fakes.ts';
import { assertRefused } from '../../../support/inject.ts';
import { PARTNER } from '../../../support/partner-builders.ts';
import { assertViolations, IDS, serveRoutes, testAccess, testRefusals } from '../../../support/routes.ts';

const ceiling = aCeiling({ scope: { type: 'partner', id: PARTNER }, maxAmount: 10_00n, dailyReleased: 0n });
const shown = {
  scope: 'partner',
  scope_id: PARTNER,
  currency: 'EUR',
  max_amount: '10.00',
  max_reward: null,
  daily_pending: null,
  daily_released: '0.00',
};
const { calls, called, refuse } = fakeCalls();
const service = fake<FraudService>({
  setCeiling: (input, actor) => called(ceiling, input, actor.id),
  listCeilings: (page) => called({ items: [ceiling], total: 41, nextKey: null }, page),
});
const api = await serveRoutes(ceilingRoutes(service));
const token = 'admin';
const put = (body: unknown) => api('PUT', '/ceilings', { token, body });

describe('access', () => {
  testAccess(api, 'PUT', '/ceilings', ['admin']);
  testAccess(api, 'GET', '/ceilings', ['admin']);
});

describe('PUT /ceilings', () => {
  const NOTHING = { maxAmount: null, maxReward: null, dailyPending: null, dailyReleased: null };
  const sent = { scope: 'partner', scope_id: PARTNER.toUpperCase(), currency: 'EUR' };

  test('hands on what is stated, and answers the ceiling', async () => {
    const answer = await put({ ...sent, max_amount: '10.00', max_reward: null, daily_released: 0 });
    assert.equal(answer.status, 200);
    assertEqual(answer.body, shown);
    assertEqual(calls.at(-1), [
      {
        scope: { type: 'partner', id: PARTNER },
        currency: 'EUR',
        limits: { ...NOTHING, maxAmount: '10.00', dailyReleased: 0 },
      },
      IDS.admin,
    ]);
  });

  for (const body of [{ scope: 'platform' }, { scope: 'platform', scope_id: null }]) {
    test(`hands on the scope of ${JSON.stringify(body)}`, async () => {
      await put({ ...body, currency: 'EUR' });
      assertEqual(calls.at(-1), [
        { scope: { type: 'platform', id: null }, currency: 'EUR', limits: NOTHING },
        IDS.admin,
      ]);
    });
  }

  test('refuses a scope without its id', async () => {
    const answer = await put({ scope: 'merchant', currency: 'EUR' });
    assertRefused(answer, 400, 'VALIDATION_ERROR');
    assertEqual(answer.body.error.details.violations[0].field, 'scope_id');
  });

  testRefusals(() => put(sent), refuse, [
    [404, notFound('partner', PARTNER)],
    [422, unsupportedCurrency({ currency: 'JPY', supported: ['EUR'] })],
  ]);

  for (const [body, fields] of [
    [{}, ['scope', 'currency']],
    [{ ...sent, scope: 'user' }, ['scope']],
    [{ ...sent, scope_id: 'me' }, ['scope_id']],
    [{ ...sent, currency: 'euro' }, ['currency']],
    [{ ...sent, max_amount: -1 }, ['max_amount']],
    [{ ...sent, max_reward: 'much' }, ['max_reward']],
    [{ ...sent, daily_pending: 1e10 }, ['daily_pending']],
    [{ ...sent, daily_released: true }, ['daily_released']],
    [{ ...sent, monthly: '1.00' }, ['monthly']],
  ] as const) {
    test(`refuses ${JSON.stringify(body)}`, async () => assertViolations(await put(body), fields));
  }
});

describe('GET /ceilings', () => {
  test('answers a page', async () => {
    const answer = await api('GET', '/ceilings?offset=40&limit=1', { token });
    assertEqual(answer.body, { data: [shown], pagination: { offset: 40, limit: 1, total: 41 } });
    assertEqual(calls.at(-1), [{ offset: 40, limit: 1 }]);
  });

  test('refuses ?limit=101', async () => {
    assertViolations(await api('GET', '/ceilings?limit=101', { token }), ['limit']);
  });
});
