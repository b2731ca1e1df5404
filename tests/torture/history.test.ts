import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { contradictionsOf, type Entry, type Event } from '../../torture/harness/history.ts';

const INITIAL = { available: 1_000, paid: 0 };

/** Credit 100 at 1–2, payout 300 at 3–4. */
const ENTRIES: readonly Entry[] = [
  { kind: 'credit', cents: 100, after: { available: 1_100, paid: 0 } },
  { kind: 'payout', cents: 300, after: { available: 800, paid: 300 } },
];
const CREDIT = anEvent({ name: 'credit', kind: 'credit', cents: 100, invoked: 1, answered: 2 });
const PAYOUT = anEvent({ name: 'payout', kind: 'payout', cents: 300, invoked: 3, answered: 4 });

function anEvent(fields: Partial<Event>): Event {
  return { name: 'event', kind: 'read', cents: 0, invoked: 0, answered: 1, outcome: 'done', ...fields };
}

function aRead(invoked: number, answered: number, available: number, paid: number): Event {
  return anEvent({ name: `read at ${invoked}`, invoked, answered, balances: { available, paid } });
}

function check(events: readonly Event[], entries = ENTRIES): string[] {
  return contradictionsOf([CREDIT, PAYOUT, ...events], entries, INITIAL);
}

describe('a history', () => {
  test('is linearizable if each balance was true at some moment of its request', () => {
    assert.deepEqual(check([aRead(0, 0.5, 1_000, 0), aRead(1.5, 3.5, 1_100, 0), aRead(5, 6, 800, 300)]), []);
  });

  test('is not if a read misses a change that was acknowledged before it', () => {
    assert.match(check([aRead(5, 6, 1_100, 0)]).join(), /read at 5 is explained by no state from 2 to 2/);
  });

  test('is not if a read sees a change that was asked for after it', () => {
    assert.match(check([aRead(0, 0.5, 1_100, 0)]).join(), /read at 0 is explained by no state from 0 to 0/);
  });

  test('is not if a later read sees an earlier state', () => {
    const reads = [aRead(3, 3.2, 800, 300), aRead(3.4, 3.6, 1_100, 0)];
    assert.match(check(reads).join(), /read at 3.4 is explained by no state from 2 to 2/);
  });

  test('is not if the journal has two changes in another order than their clients', () => {
    const swapped = [
      { kind: 'payout', cents: 300, after: { available: 700, paid: 300 } },
      { kind: 'credit', cents: 100, after: { available: 800, paid: 300 } },
    ] as const;
    assert.match(check([], swapped).join(), /payout began after credit was answered, and comes before it/);
  });

  test('is not if an acknowledged change is lost, or a refused one took effect', () => {
    assert.match(check([], ENTRIES.slice(0, 1)).join(), /payout was acknowledged and took no effect/);
    const refused = { ...PAYOUT, outcome: 'nothing' } as const;
    assert.match(
      contradictionsOf([CREDIT, refused], ENTRIES, INITIAL).join(),
      /payout was refused and took effect/,
    );
  });

  test('is not if a change took effect twice, or was never requested', () => {
    const twice = [...ENTRIES, { kind: 'payout', cents: 300, after: { available: 500, paid: 600 } }] as const;
    assert.match(check([], twice).join(), /payout took effect twice/);
    assert.match(contradictionsOf([CREDIT], ENTRIES, INITIAL).join(), /payout of 300 was never requested/);
  });

  test('is not if a withdrawal was refused that was covered all the time', () => {
    const refusal = { kind: 'payout', outcome: 'refused', invoked: 5, answered: 6 } as const;
    assert.deepEqual(check([anEvent({ ...refusal, cents: 900 })]), []);
    assert.match(check([anEvent({ ...refusal, cents: 700 })]).join(), /explained by no state from 2 to 2/);
  });

  test('may have a change of unknown outcome take effect at any time after it was asked for, or never', () => {
    const unknown = { ...PAYOUT, outcome: 'unknown' } as const;
    assert.deepEqual(contradictionsOf([CREDIT, unknown, aRead(5, 6, 1_100, 0)], ENTRIES, INITIAL), []);
    assert.deepEqual(contradictionsOf([CREDIT, unknown], ENTRIES.slice(0, 1), INITIAL), []);
    assert.match(
      contradictionsOf([CREDIT, unknown, aRead(2.2, 2.5, 800, 300)], ENTRIES, INITIAL).join(),
      /read at 2.2 is explained by no state from 1 to 1/,
    );
  });
});
