import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { LabelledLog } from '../../../../src/modules/platform/events/model.ts';
import { auditRoutes } from '../../../../src/modules/platform/events/routes.ts';
import type { EventService } from '../../../../src/modules/platform/events/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake } from '../../../support/fakes.ts';
import { adminActor, NOW } from '../../../support/purchases-builders.ts';
import { assertViolations, serveRoutes, testAccess } from '../../../support/routes.ts';

const log: LabelledLog = {
  id: newId(),
  occurredAt: NOW.add({ milliseconds: 600 }),
  actor: adminActor(newId()),
  action: 'merchant.changed',
  resourceType: 'merchant',
  resourceId: newId(),
  outcome: 'success',
  details: { active: false },
  actorLabel: 'carol@example.com',
  resourceLabel: 'Corner Books',
};

/** The arguments of each call of the service. */
const calls: unknown[][] = [];
const service = fake<EventService>({
  listAuditLogs: async (filter, page) => {
    calls.push([filter, page]);
    return { items: [log], total: 10_000, totalIsEstimate: true, nextKey: log.id };
  },
});
const api = await serveRoutes(auditRoutes(service));
const token = 'admin';
const NO_FILTER = {
  actorTypes: undefined,
  actorIds: undefined,
  actions: undefined,
  resourceTypes: undefined,
  resourceIds: undefined,
  outcomes: undefined,
  requestIds: undefined,
  from: undefined,
  to: undefined,
};

describe('GET /audit-logs', () => {
  testAccess(api, 'GET', '/audit-logs', ['admin']);

  test('answers who did what to which resource, when and in which request', async () => {
    const answer = await api('GET', '/audit-logs', { token });
    assert.equal(answer.status, 200);
    assertEqual(answer.body, {
      data: [
        {
          id: log.id,
          occurred_at: '2026-03-14T09:26:53Z',
          actor_type: 'admin',
          actor_id: log.actor.id,
          actor_label: 'carol@example.com',
          action: 'merchant.changed',
          resource_type: 'merchant',
          resource_id: log.resourceId,
          resource_label: 'Corner Books',
          outcome: 'success',
          details: { active: false },
          request_id: 'test',
        },
      ],
      pagination: {
        offset: 0,
        limit: 20,
        total: 10_000,
        total_is_estimate: true,
        next_cursor: Buffer.from(log.id).toString('base64url'),
      },
    });
    assertEqual(calls.at(-1), [NO_FILTER, { offset: 0, limit: 20 }]);
  });

  test('hands each filter on', async () => {
    const id = newId();
    const filters = [
      ['actor_type', 'partner', 'actorTypes'],
      ['actor_id', id, 'actorIds'],
      ['action', 'offer.created', 'actions'],
      ['resource_type', 'offer', 'resourceTypes'],
      ['resource_id', id, 'resourceIds'],
      ['outcome', 'failure', 'outcomes'],
      ['request_id', 'req-1.2_3', 'requestIds'],
    ] as const;
    for (const [field, value, name] of filters) {
      await api('GET', `/audit-logs?${field}=${encodeURIComponent(value)}`, { token });
      assertEqual(calls.at(-1)?.[0], { ...NO_FILTER, [name]: [value] });
    }
  });

  test('hands times on in UTC', async () => {
    await api('GET', '/audit-logs?from=2026-03-14T10:00:00%2B01:00&to=2026-03-14T09:30:00Z', { token });
    const [from, to] = ['2026-03-14T09:00:00.000000Z', '2026-03-14T09:30:00.000000Z'];
    assertEqual(calls.at(-1)?.[0], { ...NO_FILTER, from, to });
  });

  test('continues after the item that its cursor names', async () => {
    const cursor = Buffer.from(log.id).toString('base64url');
    await api('GET', `/audit-logs?limit=5&offset=40&cursor=${cursor}`, { token });
    assertEqual(calls.at(-1)?.[1], { offset: 0, limit: 5, after: log.id });
  });

  for (const query of [
    'cursor=bm9uc2Vuc2U',
    'cursor=%00',
    'actor_type=robot',
    'actor_id=x',
    'action=Robert%27);drop',
    'resource_type=MERCHANT',
    'resource_id=1',
    'outcome=maybe',
    'request_id=%20',
    'from=yesterday',
    'to=2026-03-14',
    'limit=0',
    'who=me',
  ]) {
    test(`refuses ?${query}`, async () => {
      const [field = ''] = query.split('=');
      assertViolations(await api('GET', `/audit-logs?${query}`, { token }), [field]);
    });
  }

  test('refuses a range that ends before it begins', async () => {
    const query = 'from=2026-03-14T09:00:01Z&to=2026-03-14T09:00:00Z';
    assertViolations(await api('GET', `/audit-logs?${query}`, { token }), ['to']);
  });
});
