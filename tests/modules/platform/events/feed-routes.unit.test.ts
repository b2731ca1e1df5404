import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Type from 'typebox';
import { newId } from '../../../../src/core/id.ts';
import { EventData } from '../../../../src/modules/platform/events/event-schemas.ts';
import type { EventFeed, FeedRequest } from '../../../../src/modules/platform/events/feed.ts';
import { feedRoutes } from '../../../../src/modules/platform/events/feed-routes.ts';
import { defineEvent } from '../../../../src/modules/platform/events/index.ts';
import type { Viewer } from '../../../../src/modules/platform/events/presenting.ts';
import { assertViolations, IDS, serveRoutes, testAccess } from '../../../support/routes.ts';

const lampLit = defineEvent({
  type: 'lamp.lit',
  resourceType: 'lamp',
  summary: 'A lamp was lit.',
  details: {},
});
const lampBroken = defineEvent({
  type: 'lamp.broken',
  resourceType: 'lamp',
  summary: 'Broken.',
  details: {},
});
const schema = EventData({ watts: Type.Integer() });
const sources = () => [
  {
    events: [lampLit, lampBroken],
    objects: { resourceType: 'lamp', schema, present: async () => new Map() },
  },
];

const event = {
  id: newId(),
  type: 'lamp.lit',
  created_at: '2026-03-14T09:26:53Z',
  data: { watts: 5, sequence: 2 },
  previous: { watts: 4 },
};
const position = { recordedIn: '742', id: newId() };
const calls: [FeedRequest, Viewer | undefined][] = [];
const feed: EventFeed = {
  listEvents: async (request, viewer) => {
    calls.push([request, viewer]);
    return { events: [event], position, hasMore: true };
  },
};
const api = await serveRoutes(feedRoutes(feed, sources));

describe('GET /events', () => {
  testAccess(api, 'GET', '/events', ['admin', 'partner']);

  test('answers with events and a cursor, which it takes again', async () => {
    const { status, body } = await api('GET', '/events', { token: 'admin' });
    assert.equal(status, 200);
    assert.deepEqual(body.data, [event]);
    assert.equal(body.has_more, true);
    assert.deepEqual(calls.at(-1), [
      { types: undefined, resourceId: undefined, after: undefined, limit: 100 },
      undefined,
    ]);

    const resourceId = newId();
    const query = `type=lamp.*&type=lamp.lit&resource_id=${resourceId}&limit=7&cursor=${body.cursor}`;
    await api('GET', `/events?${query}`, { token: 'admin' });
    assert.deepEqual(calls.at(-1)?.[0], {
      types: ['lamp.*', 'lamp.lit'],
      resourceId,
      after: position,
      limit: 7,
    });
    await api('GET', '/events?cursor=latest', { token: 'admin' });
    assert.equal(calls.at(-1)?.[0].after, 'latest');
  });

  test('reads for the partner that asks', async () => {
    await api('GET', '/events', { token: 'partner' });
    assert.deepEqual(calls.at(-1)?.[1], { partnerId: IDS.partner });
  });

  for (const [query, field] of [
    ['type=Lamp', 'type'],
    ['type=lamp.lit&type=Lamp', 'type'],
    ['type=lamp*', 'type'],
    ['resource_id=lamp', 'resource_id'],
    ['limit=101', 'limit'],
    ['limit=0', 'limit'],
    ['cursor=a.b', 'cursor'],
    [`cursor=${Buffer.from('7.x').toString('base64url')}`, 'cursor'],
    [`cursor=${Buffer.from(`7.${newId()}.8`).toString('base64url')}`, 'cursor'],
  ] as const) {
    test(`refuses ${query}`, async () => {
      assertViolations(await api('GET', `/events?${query}`, { token: 'admin' }), [field]);
    });
  }
});
