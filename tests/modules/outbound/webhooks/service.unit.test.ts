import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { GuardedPost } from '../../../../src/core/outbound/guarded-post.ts';
import type { DeliveryRepository } from '../../../../src/modules/outbound/webhooks/delivery-repository.ts';
import type { Delivery, Endpoint } from '../../../../src/modules/outbound/webhooks/model.ts';
import type { EndpointRepository } from '../../../../src/modules/outbound/webhooks/repository.ts';
import { attemptRecording } from '../../../../src/modules/outbound/webhooks/results.ts';
import { webhookService } from '../../../../src/modules/outbound/webhooks/service.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import { PARTNER } from '../../../support/partner-builders.ts';
import { NOW } from '../../../support/purchases-builders.ts';
import {
  aDelivery,
  anAttempt,
  anEndpoint,
  aTakenDelivery,
  ENDPOINT,
  EVENT,
  HEALTHY,
  URL_OF_SHOP,
} from '../../../support/webhook-builders.ts';

const ADMIN = { type: 'admin', id: 'admin', requestId: null } as const;
const OF_PARTNER = { type: 'partner', id: PARTNER, requestId: null } as const;
const input = { url: URL_OF_SHOP, eventTypes: ['purchase.*'], description: null };

/** A service with this endpoint, and what was done with it. */
function open(options: { endpoint?: Endpoint; delivery?: Delivery; active?: number; owned?: number } = {}) {
  const { endpoint = anEndpoint(), delivery, active = 0, owned = 0 } = options;
  const { kernel, events } = fakeKernel();
  const done: unknown[][] = [];
  const note = (name: string) => async (_trx: unknown, written: unknown) => void done.push([name, written]);
  const service = webhookService({
    ...kernel,
    endpoints: fake<EndpointRepository>({
      queueLockSubscriptions: () => void done.push(['lock']),
      findActive: async () => Array.from({ length: active }, () => anEndpoint()),
      count: async (_trx, partnerId) => {
        done.push(['count', partnerId]);
        return owned;
      },
      insert: note('insert'),
      update: note('update'),
      find: async (_db, id) => (id === endpoint.id ? endpoint : undefined),
      lock: async (_trx, id) => (id === endpoint.id ? endpoint : undefined),
      markDeleted: note('delete'),
      startReplay: async (_trx, id, { after, until }) => void done.push(['replay', id, after < until]),
    }),
    deliveries: fake<DeliveryRepository>({
      find: async () => delivery,
      insertAgain: note('again'),
    }),
    encryption: { encrypt: (text, context) => `${context}: ${text}` },
    feed: {
      moveToEnd: async (_trx, name) => void done.push(['move', name]),
      feedTypes: () => ['purchase.recorded', 'payout.failed'],
    },
    sender: {
      send: async (to, event) => {
        done.push(['send', to.id, event.type]);
        return { exchange: { failure: 'timeout' }, attempt: anAttempt({ status: null, failure: 'timeout' }) };
      },
    },
    guardOf: () =>
      fake<GuardedPost>({
        objectionTo: (url) => (url.includes('private') ? 'must not be private' : undefined),
      }),
  });
  return { service, events, done };
}

describe('creating an endpoint', () => {
  test('stores its secret encrypted, and moves to the end of the feed as the first one', async () => {
    const { service, events, done } = open();
    const { endpoint, secret } = await service.createEndpoint(input, ADMIN);
    assert.match(secret, /^whsec_/);
    assert.equal(endpoint.signing.current, `webhook endpoint ${endpoint.id}: ${secret}`);
    assert.equal(endpoint.partnerId, null);
    assert.deepEqual(
      done.map(([name]) => name),
      ['lock', 'move', 'count', 'insert'],
    );
    assert.deepEqual(
      events.map(({ type, details }) => [type, details]),
      [
        [
          'webhook_endpoint.created',
          { host: 'shop.example.com', event_types: 'purchase.*', active: true, partner_id: null },
        ],
      ],
    );
  });

  test('leaves the place in the feed beside another active one', async () => {
    const { service, done } = open({ active: 1 });
    await service.createEndpoint(input, ADMIN);
    assert.ok(!done.some(([name]) => name === 'move'));
  });

  test('gives it to the partner that calls', async () => {
    const { service, done } = open();
    const { endpoint } = await service.createEndpoint(input, OF_PARTNER);
    assert.equal(endpoint.partnerId, PARTNER);
    assert.deepEqual(done[2], ['count', PARTNER]);
  });

  for (const [title, fields, options, code] of [
    ['a private URL', { url: 'https://private/' }, {}, 'VALIDATION_ERROR'],
    ['a type that does not exist', { eventTypes: ['purchase.lost'] }, {}, 'VALIDATION_ERROR'],
    ['the 51st endpoint', {}, { owned: 50 }, 'WEBHOOK_ENDPOINT_LIMIT_REACHED'],
  ] as const) {
    test(`refuses ${title}, and records nothing`, async () => {
      const { service, events } = open(options);
      await assert.rejects(async () => service.createEndpoint({ ...input, ...fields }, ADMIN), { code });
      assert.deepEqual(events, []);
    });
  }
});

describe('changing an endpoint', () => {
  const failing = anEndpoint({
    active: false,
    disabledReason: 'failures',
    health: { failingSince: NOW, lastFailedAt: NOW, pausedUntil: NOW },
  });

  test('that is activated again forgets its failures', async () => {
    const { service, events, done } = open({ endpoint: failing });
    const changed = await service.changeEndpoint(ENDPOINT, { active: true }, ADMIN);
    assert.deepEqual([changed.active, changed.disabledReason, changed.health], [true, null, HEALTHY]);
    assert.ok(done.some(([name]) => name === 'move'));
    assert.deepEqual(events[0]?.details, { active: true });
  });

  test('keeps its failures otherwise, and names no description in the event', async () => {
    const { service, events } = open({ endpoint: failing });
    const changed = await service.changeEndpoint(ENDPOINT, { description: 'personal' }, ADMIN);
    assert.equal(changed.health, failing.health);
    assert.equal(changed.disabledReason, 'failures');
    assert.deepEqual(events[0]?.details, {});
  });

  test('refuses a private URL and a type that does not exist', async () => {
    const { service } = open();
    for (const changes of [{ url: 'https://private/' }, { eventTypes: ['nothing.*'] }])
      await assert.rejects(async () => service.changeEndpoint(ENDPOINT, changes, ADMIN), {
        code: 'VALIDATION_ERROR',
      });
  });
});

describe('an endpoint of somebody else', () => {
  const { service } = open({ endpoint: anEndpoint({ partnerId: 'another' }) });
  for (const [title, call] of Object.entries({
    read: () => service.getEndpoint(ENDPOINT, OF_PARTNER),
    changed: () => service.changeEndpoint(ENDPOINT, { active: true }, OF_PARTNER),
    deleted: () => service.deleteEndpoint(ENDPOINT, OF_PARTNER),
    'given a new secret': () => service.rotateSecret(ENDPOINT, 0, OF_PARTNER),
    tested: () => service.testEndpoint(ENDPOINT, OF_PARTNER),
    'sent an event again': () => service.resend(ENDPOINT, EVENT, OF_PARTNER),
    'sent events since a time': () => service.replay(ENDPOINT, NOW, OF_PARTNER),
    'listed with its deliveries': () =>
      service.listDeliveries(ENDPOINT, undefined, OF_PARTNER, { offset: 0, limit: 1 }),
  }))
    test(`is not ${title}`, () => assert.rejects(async () => call(), { code: 'NOT_FOUND' }));
});

describe('sending again', () => {
  test('makes a delivery due now, and records who asked', async () => {
    const { service, events, done } = open({ delivery: aDelivery() });
    const { status, dueAt } = await service.resend(ENDPOINT, EVENT, ADMIN);
    assert.deepEqual([status, String(dueAt)], ['pending', String(NOW)]);
    assert.equal(done[0]?.[0], 'again');
    assert.deepEqual(events[0]?.details, { event_id: EVENT });
  });

  test('refuses an event that was never delivered, and an inactive endpoint', async () => {
    await assert.rejects(async () => open().service.resend(ENDPOINT, EVENT, ADMIN), { code: 'NOT_FOUND' });
    const { service } = open({ endpoint: anEndpoint({ active: false }), delivery: aDelivery() });
    for (const call of [
      () => service.resend(ENDPOINT, EVENT, ADMIN),
      () => service.replay(ENDPOINT, NOW, ADMIN),
    ])
      await assert.rejects(async () => call(), { code: 'WEBHOOK_ENDPOINT_INACTIVE' });
  });

  test('replays a range of ids', async () => {
    const { service, events, done } = open();
    await service.replay(ENDPOINT, NOW.subtract({ hours: 1 }), ADMIN);
    assert.deepEqual(done, [['replay', ENDPOINT, true]]);
    assert.deepEqual(events[0]?.details, { since: '2026-03-14T08:26:53Z' });
  });

  test('records a test with what came back', async () => {
    const { service, events, done } = open({ endpoint: anEndpoint({ active: false }) });
    await service.testEndpoint(ENDPOINT, ADMIN);
    assert.deepEqual(done, [['send', ENDPOINT, 'webhook.test']]);
    assert.deepEqual(events[0]?.details, { status: null });
  });
});

describe('a result', () => {
  const failed = { status: 'failed', dueAt: null, isGone: true, pausedUntil: null } as const;
  const succeeded = { ...failed, status: 'succeeded', isGone: false } as const;

  function record(endpoint: Endpoint, verdict: typeof failed | typeof succeeded) {
    const { kernel, events } = fakeKernel();
    const done: string[] = [];
    const recordResults = attemptRecording({
      ...kernel,
      endpoints: fake<EndpointRepository>({
        findMany: async () => [endpoint],
        lockMany: async () => {
          done.push('lock');
          return [endpoint];
        },
        update: async (_trx, { active, disabledReason }) => void done.push(`${active} ${disabledReason}`),
      }),
      deliveries: fake<DeliveryRepository>({ recordResults: async () => void done.push('results') }),
    });
    const recorded = recordResults([{ delivery: aTakenDelivery(), attempt: anAttempt(), verdict }]);
    return recorded.then(() => ({ done, events }));
  }

  test('that changes nothing for its endpoint locks nothing', async () => {
    assert.deepEqual((await record(anEndpoint(), succeeded)).done, ['results']);
  });

  test('that ends an endpoint locks it before its deliveries, and records why', async () => {
    const { done, events } = await record(anEndpoint(), failed);
    assert.deepEqual(done, ['lock', 'false gone', 'results']);
    assert.deepEqual(
      events.map(({ type, details }) => [type, details]),
      [['webhook_endpoint.disabled', { reason: 'gone', partner_id: null, host: 'shop.example.com' }]],
    );
  });

  test('does not end an endpoint twice', async () => {
    const ended = anEndpoint({ active: false, disabledReason: 'gone' });
    assert.deepEqual((await record(ended, failed)).events, []);
  });
});
