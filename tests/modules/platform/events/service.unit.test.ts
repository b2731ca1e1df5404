import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import {
  defineEvent,
  type FindLabels,
  labelKey,
  SYSTEM,
} from '../../../../src/modules/platform/events/index.ts';
import type { EventRepository } from '../../../../src/modules/platform/events/repository.ts';
import { eventService } from '../../../../src/modules/platform/events/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel, fakeTransaction } from '../../../support/fakes.ts';
import { adminActor, NOW } from '../../../support/purchases-builders.ts';

function events(replaced: Partial<EventRepository>, findLabels: FindLabels = async () => new Map()) {
  const { kernel, ...seen } = fakeKernel();
  const service = eventService({ ...kernel, findLabels, repository: fake<EventRepository>(replaced) });
  return { service, kernel, ...seen };
}

const lampLit = defineEvent<{ readonly watts: number }>({
  type: 'lamp.lit',
  resourceType: 'lamp',
  summary: 'Someone switched a lamp on.',
  details: { watts: 'The power.' },
});
const lampBroken = defineEvent({
  type: 'lamp.broken',
  resourceType: 'lamp',
  summary: 'A lamp broke.',
  outcome: 'failure',
  details: {},
});

describe('recording events', () => {
  test('stores them in the transaction of the change, with the time of the clock', () => {
    const stored: unknown[] = [];
    const { service, clock } = events({ queueInsert: (...call) => void stored.push(call) });
    const trx = fakeTransaction();
    const list = [lampBroken({ actor: SYSTEM, resourceId: newId() })];
    clock.advance({ seconds: 7 });

    service.record(trx, list);

    assertEqual(stored, [[trx, list, clock()]]);
  });
});

describe('listing the audit log', () => {
  test('hands filter and page on', async () => {
    const asked: unknown[] = [];
    const page = { items: [], total: 0, nextKey: null };
    const { service, kernel } = events({
      list: async (...call) => {
        asked.push(call);
        return page;
      },
    });

    assertEqual(await service.listAuditLogs({ actions: ['lamp.lit'] }, { offset: 20, limit: 10 }), page);
    assertEqual(asked, [[kernel.database.db, { actions: ['lamp.lit'] }, { offset: 20, limit: 10 }]]);
  });
});

describe('an event', () => {
  const resourceId = newId();
  const actor = adminActor(newId());

  test('has type, resource and outcome of its definition, and its own details', () => {
    assertEqual(lampLit({ actor, resourceId, details: { watts: 40 } }), {
      type: 'lamp.lit',
      actor,
      resourceType: 'lamp',
      resourceId,
      outcome: 'success',
      details: { watts: 40 },
    });
  });

  test('has no details by default, and may name another resource or outcome', () => {
    const { outcome, details } = lampBroken({ actor, resourceId });
    assertEqual([outcome, details], ['failure', {}]);
    const other = lampBroken({ actor, resourceId, resourceType: 'torch', outcome: 'success' });
    assertEqual([other.resourceType, other.outcome], ['torch', 'success']);
  });

  test('labels actors and resources that have a name', async () => {
    const asked: unknown[] = [];
    const [admin, lamp, other] = [newId(), newId(), newId()];
    const record = {
      occurredAt: NOW,
      action: 'lamp.lit',
      resourceType: 'lamp',
      outcome: 'success',
      details: {},
    } as const;
    const items = [
      { ...record, id: newId(), actor: adminActor(admin), resourceId: lamp },
      { ...record, id: newId(), actor: SYSTEM, resourceId: other },
    ];
    const { service } = events(
      { list: async () => ({ items, total: 2, nextKey: null }) },
      async (_db, things) => {
        asked.push(things);
        return new Map([
          [labelKey({ type: 'admin', id: admin }), 'carol@example.com'],
          [labelKey({ type: 'lamp', id: lamp }), 'Hall'],
        ]);
      },
    );

    const found = await service.listAuditLogs({}, { offset: 0, limit: 20 });

    assertEqual(
      found.items.map(({ actorLabel, resourceLabel }) => [actorLabel, resourceLabel]),
      [
        ['carol@example.com', 'Hall'],
        [null, null],
      ],
    );
    assertEqual(asked, [
      [
        { type: 'admin', id: admin },
        { type: 'lamp', id: lamp },
        { type: 'lamp', id: other },
      ],
    ]);
  });
});
