import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { firstIdAt, isId, newId } from '../../src/core/id.ts';

const NOON = Temporal.Instant.from('2026-03-14T12:00:00.123456Z');

describe('a new id', () => {
  test('is a UUID of version 7 and variant 2, and never the same twice', () => {
    const ids = Array.from({ length: 10_000 }, () => newId());
    for (const id of ids)
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.ok(ids.every(isId));
    assert.equal(new Set(ids).size, ids.length);
  });

  test('is above all previous ids, for any number of ids in a millisecond', () => {
    const ids = Array.from({ length: 100_000 }, () => newId());
    assert.deepEqual(ids.toSorted(), ids);
  });

  test('is above those made before the clock was set back', (context) => {
    context.after(() => mock.timers.reset());
    const before = newId();
    mock.timers.enable({ apis: ['Date'], now: Date.now() - 3_600_000 });
    assert.ok(newId() > before);
  });

  test('carries the present millisecond', () => {
    const before = Date.now();
    const carried = millisecondOf(newId());
    assert.ok(before <= carried && carried <= Date.now());
  });

  test('carries the millisecond that it is made for, in the order of making', () => {
    const ids = Array.from({ length: 100_000 }, () => newId(NOON));
    assert.ok(ids.every((id) => millisecondOf(id) === NOON.epochMilliseconds));
    assert.deepEqual(ids.toSorted(), ids);
  });

  test('for an instant keeps that order when ids of the present are made in between', () => {
    const ids = Array.from({ length: 1_000 }, () => {
      newId();
      return newId(NOON);
    });
    assert.deepEqual(ids.toSorted(), ids);
  });

  test('of an earlier instant is below those of a later one, in any order of creation', () => {
    const later = newId(NOON.add({ milliseconds: 1 }));
    assert.ok(newId(NOON) < later);
  });

  test('does not reveal how many were made before: each millisecond starts at a random count', () => {
    const starts = Array.from({ length: 50 }, (_, milliseconds) =>
      newId(NOON.add({ milliseconds })).slice(14, 23),
    );
    assert.ok(new Set(starts).size > 45);
  });
});

describe('the first id at an instant', () => {
  test('is at or below the ids of that instant, and above those of the millisecond before', () => {
    const first = firstIdAt(NOON);
    assert.ok(isId(first));
    assert.ok(first <= newId(NOON));
    assert.ok(first > newId(NOON.subtract({ milliseconds: 1 })));
  });

  test('is an id also for years that no id can carry', () => {
    assert.equal(
      firstIdAt(Temporal.Instant.from('0001-01-01T00:00:00Z')),
      '00000000-0000-0000-0000-000000000000',
    );
    assert.match(firstIdAt(Temporal.Instant.from('+020000-01-01T00:00:00Z')), /^ffffffff-ffff-/);
  });
});

function millisecondOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
