import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { replay } from '../../../../src/modules/platform/events/history.ts';
import type { RecordedEvent } from '../../../../src/modules/platform/events/model.ts';
import { adminActor, NOW } from '../../../support/purchases-builders.ts';

const event = (action: string, details: Record<string, unknown>): RecordedEvent => ({
  id: newId(),
  occurredAt: NOW,
  actor: adminActor(newId()),
  action,
  resourceType: 'lamp',
  resourceId: 'lamp 1',
  outcome: 'success',
  details,
  recordedIn: '7',
});

const now = { id: 'lamp 1', colour: 'red', watts: 9 };
const changeOf = ({ details }: RecordedEvent) => details;

describe('replaying the events of an object', () => {
  test('shows it as it was after each, with a sequence and the values before', () => {
    const events = [
      event('lamp.made', { watts: 3, room: null }),
      event('lamp.changed', { watts: 5, room: null }),
      event('lamp.changed', { watts: 9 }),
    ];
    const shown = replay(now, events, { changeOf });
    assert.deepEqual(
      events.map(({ id }) => shown.get(id)),
      [
        { data: { ...now, watts: 3, room: null, sequence: 1 }, previous: null },
        { data: { ...now, watts: 5, room: null, sequence: 2 }, previous: { watts: 3 } },
        { data: { ...now, watts: 9, room: null, sequence: 3 }, previous: { watts: 5 } },
      ],
    );
  });

  test('says nothing of values before that no event has set', () => {
    const [first, second] = [event('lamp.changed', { watts: 5 }), event('lamp.changed', { watts: 9 })];
    const shown = replay(now, [first, second], { changeOf });
    assert.deepEqual([shown.get(first.id)?.previous, shown.get(second.id)?.previous], [null, { watts: 5 }]);
  });

  test('orders by phase before the order of the feed', () => {
    const [broken, lit] = [event('lamp.broken', { on: false }), event('lamp.lit', { on: true })];
    const phaseOf = ({ action }: RecordedEvent) => (action === 'lamp.lit' ? 0 : 1);
    const shown = replay(now, [broken, lit], { changeOf, phaseOf });
    assert.deepEqual(shown.get(broken.id), {
      data: { ...now, on: false, sequence: 2 },
      previous: { on: true },
    });
  });
});
