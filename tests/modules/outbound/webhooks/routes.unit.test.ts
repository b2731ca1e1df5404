import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { notFound, ruleViolation } from '../../../../src/core/errors.ts';
import {
  webhookEndpointInactive,
  webhookEndpointLimitReached,
} from '../../../../src/modules/outbound/webhooks/errors.ts';
import { webhookRoutes } from '../../../../src/modules/outbound/webhooks/routes.ts';
import type { WebhookService } from '../../../../src/modules/outbound/webhooks/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeCalls, fakeLimits } from '../../../support/fakes.ts';
import { NOW } from '../../../support/purchases-builders.ts';
import { assertViolations, IDS, serveRoutes, testAccess, testRefusals } from '../../../support/routes.ts';
import {
  aDelivery,
  anAttempt,
  anEndpoint,
  ENDPOINT,
  EVENT,
  URL_OF_SHOP,
} from '../../../support/webhook-builders.ts';

const endpoint = anEndpoint();
const shown = {
  id: ENDPOINT,
  partner_id: null,
  url: URL_OF_SHOP,
  event_types: ['purchase.*'],
  description: null,
  status: 'active',
  disabled_reason: null,
  failing_since: null,
  created_at: '2026-03-14T09:26:53Z',
};
const shownAttempt = {
  attempted_at: '2026-03-14T09:26:53Z',
  duration_ms: 12,
  status: 500,
  failure: null,
  response: 'no',
};
const shownDelivery = {
  event_id: EVENT,
  event_type: 'purchase.confirmed',
  status: 'failed',
  next_attempt_at: null,
  attempts: [shownAttempt],
  created_at: '2026-03-14T09:26:53Z',
};

const { calls, called, refuse } = fakeCalls();
const { limitRate, counted } = fakeLimits();
const service = fake<WebhookService>({
  createEndpoint: (input, { id }) => called({ endpoint, secret: 'whsec_x' }, input, id),
  changeEndpoint: (id, changes, actor) => called({ ...endpoint, ...changes }, id, changes, actor.id),
  deleteEndpoint: (id, actor) => called(undefined, id, actor.id),
  rotateSecret: (id, overlap, actor) => called('whsec_y', id, overlap, actor.id),
  testEndpoint: (id, actor) => called({ eventId: EVENT, attempt: anAttempt() }, id, actor.id),
  resend: (id, eventId, actor) => called(aDelivery(), id, eventId, actor.id),
  replay: (id, since, actor) => called(NOW, id, since.toString(), actor.id),
  getEndpoint: (id, actor) => called(endpoint, id, actor.id),
  listEndpoints: (actor, page) => called({ items: [endpoint], total: 41, nextKey: null }, actor.id, page),
  listDeliveries: (id, status, actor, page) =>
    called({ items: [aDelivery()], total: 41, nextKey: EVENT }, id, status, actor.id, page),
});
const api = await serveRoutes(webhookRoutes(service, limitRate));
const token = 'admin';
const path = `/webhook-endpoints/${ENDPOINT}`;
const endpointNotFound = notFound('webhook_endpoint', ENDPOINT);
const wrongUrl = ruleViolation({ violations: [{ field: 'url', reason: 'must be public' }] });
const inactive = webhookEndpointInactive({ webhook_endpoint_id: ENDPOINT });
const newEndpoint = { url: URL_OF_SHOP, event_types: ['purchase.*'] };

describe('access', () => {
  for (const [method, route] of [
    ['POST', '/webhook-endpoints'],
    ['GET', '/webhook-endpoints'],
    ['GET', path],
    ['PATCH', path],
    ['DELETE', path],
    ['POST', `${path}/secret`],
    ['POST', `${path}/test`],
    ['GET', `${path}/deliveries`],
    ['POST', `${path}/deliveries/${EVENT}/resend`],
    ['POST', `${path}/replay`],
  ] as const)
    testAccess(api, method, route, ['admin', 'partner']);
});

describe('POST /webhook-endpoints', () => {
  const create = (body: unknown = newEndpoint) => api('POST', '/webhook-endpoints', { token, body });

  test('creates an endpoint and shows its secret', async () => {
    calls.length = 0;
    const answer = await create({ ...newEndpoint, description: 'Orders' });
    assert.equal(answer.status, 201);
    assert.deepEqual(answer.body, { ...shown, secret: 'whsec_x' });
    const input = { url: URL_OF_SHOP, eventTypes: ['purchase.*'], description: 'Orders' };
    assert.deepEqual(calls, [[input, IDS.admin]]);
  });

  for (const [title, body, field] of [
    ['a URL of another scheme', { ...newEndpoint, url: 'ftp://example.com' }, 'url'],
    ['a URL with a space', { ...newEndpoint, url: 'https://example.com/a b' }, 'url'],
    ['a URL beyond ASCII', { ...newEndpoint, url: 'https://exämple.com/' }, 'url'],
    ['a URL of 2,049 characters', { ...newEndpoint, url: `https://e.com/${'x'.repeat(2_035)}` }, 'url'],
    ['no type', { ...newEndpoint, event_types: [] }, 'event_types'],
    ['a type twice', { ...newEndpoint, event_types: ['*', '*'] }, 'event_types'],
    ['a type without a verb', { ...newEndpoint, event_types: ['purchase'] }, 'event_types.0'],
    ['a pattern in the middle', { ...newEndpoint, event_types: ['*.confirmed'] }, 'event_types.0'],
    ['a description of spaces', { ...newEndpoint, description: ' ' }, 'description'],
    ['an unknown field', { ...newEndpoint, secret: 'mine' }, 'secret'],
  ] as const)
    test(`refuses ${title}`, async () => assertViolations(await create(body), [field]));

  testRefusals(create, refuse, [
    [400, wrongUrl],
    [409, webhookEndpointLimitReached({ limit: 50 })],
  ]);
});

describe('reading', () => {
  test('lists endpoints', async () => {
    const answer = await api('GET', '/webhook-endpoints?limit=1', { token });
    assert.deepEqual(answer.body, { data: [shown], pagination: { offset: 0, limit: 1, total: 41 } });
  });

  test('shows an endpoint', async () => {
    assert.deepEqual((await api('GET', path, { token })).body, shown);
  });
  testRefusals(() => api('GET', path, { token }), refuse, [[404, endpointNotFound]]);

  test('lists deliveries of a status', async () => {
    calls.length = 0;
    const answer = await api('GET', `${path}/deliveries?status=failed`, { token });
    assert.deepEqual(answer.body.data, [shownDelivery]);
    assert.equal(Buffer.from(answer.body.pagination.next_cursor, 'base64url').toString(), EVENT);
    assert.deepEqual(calls, [[ENDPOINT, 'failed', IDS.admin, { offset: 0, limit: 20 }]]);
  });
  test('refuses an unknown status and a foreign cursor', async () => {
    assertViolations(await api('GET', `${path}/deliveries?status=lost`, { token }), ['status']);
    assertViolations(await api('GET', `${path}/deliveries?cursor=bm9uZQ`, { token }), ['cursor']);
  });
});

describe('changing', () => {
  test('passes on what was set', async () => {
    calls.length = 0;
    const body = { event_types: ['*'], status: 'inactive', description: null };
    const answer = await api('PATCH', path, { token, body });
    assert.equal(answer.body.status, 'inactive');
    assertEqual(calls, [[ENDPOINT, { eventTypes: ['*'], description: null, active: false }, IDS.admin]]);
  });
  test('refuses nothing', async () =>
    assertViolations(await api('PATCH', path, { token, body: {} }), ['body']));
  testRefusals(() => api('PATCH', path, { token, body: { url: URL_OF_SHOP } }), refuse, [
    [404, endpointNotFound],
    [400, wrongUrl],
  ]);

  test('deletes', async () => assert.equal((await api('DELETE', path, { token })).status, 204));

  test('rotates the secret, without an overlap unless one is given', async () => {
    calls.length = 0;
    const first = await api('POST', `${path}/secret`, { token });
    await api('POST', `${path}/secret`, { token: 'partner', body: { overlap_seconds: 60 } });
    assert.deepEqual([first.status, first.body], [201, { secret: 'whsec_y' }]);
    assert.deepEqual(calls, [
      [ENDPOINT, 0, IDS.admin],
      [ENDPOINT, 60, IDS.partner],
    ]);
  });
  test('refuses an overlap of more than a week', async () =>
    assertViolations(await api('POST', `${path}/secret`, { token, body: { overlap_seconds: 604_801 } }), [
      'overlap_seconds',
    ]));
});

describe('sending', () => {
  test('tests an endpoint, up to a limit per caller', async () => {
    const answer = await api('POST', `${path}/test`, { token });
    assert.deepEqual(answer.body, { event_id: EVENT, delivered: false, attempt: shownAttempt });
    assert.deepEqual(counted.at(-1), ['webhook tests', 20, IDS.admin]);
  });

  test('sends an event again', async () => {
    const answer = await api('POST', `${path}/deliveries/${EVENT}/resend`, { token });
    assert.deepEqual([answer.status, answer.body], [200, shownDelivery]);
  });
  testRefusals(() => api('POST', `${path}/deliveries/${EVENT}/resend`, { token }), refuse, [
    [404, endpointNotFound],
    [409, inactive],
  ]);

  const replay = (body: unknown = { since: '2026-03-14T08:00:00Z' }) =>
    api('POST', `${path}/replay`, { token, body });
  test('replays since a time', async () => {
    const answer = await replay();
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, { since: '2026-03-14T08:00:00Z', until: '2026-03-14T09:26:53Z' });
  });
  test('refuses a replay without a time', async () => assertViolations(await replay({}), ['since']));
  testRefusals(replay, refuse, [
    [404, endpointNotFound],
    [409, inactive],
  ]);
});
