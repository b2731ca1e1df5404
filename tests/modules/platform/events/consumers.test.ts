import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import {
  defineEvent,
  type EventConsumer,
  eventsModule,
  type RecordedEvent,
  SYSTEM,
} from '../../../../src/modules/platform/events/index.ts';
import { testClock } from '../../../support/clock.ts';
import { beginTransaction, createTestDatabase, runSql } from '../../../support/database.ts';
import { untilFeedIsComplete } from '../../../support/feed.ts';
import { until } from '../../../support/until.ts';

const clock = testClock();
const database = await createTestDatabase();
const lampLit = defineEvent<{ readonly watts: number }>({
  type: 'lamp.lit',
  resourceType: 'lamp',
  summary: 'A lamp was lit.',
  details: { watts: 'Its power.' },
});
const lampSold = defineEvent({ type: 'lamp.sold', resourceType: 'lamp', summary: 'Sold.', details: {} });
const events = eventsModule({ database, clock, sources: () => [{ events: [lampLit] }] }).client;

const lit = (watts: number) => lampLit({ actor: SYSTEM, resourceId: newId(clock()), details: { watts } });
const recordLit = (...watts: number[]) =>
  database.transaction(async (trx) => events.record(trx, watts.map(lit)));

/** True while a test keeps a transaction open. */
let isHeldOpen = false;

async function light(...watts: number[]): Promise<void> {
  await recordLit(...watts);
  if (!isHeldOpen) await untilFeedIsComplete(database.url);
}

let consumers = 0;

/** A new consumer, which is at the present end. `run` lets it read all there is, and `seen` are the watts that it got. */
async function follow(types: readonly string[] = ['lamp.lit'], changes: Partial<EventConsumer> = {}) {
  consumers += 1;
  const name = `reader_${'x'.repeat(consumers)}`;
  const seen: unknown[] = [];
  const wattsOf = ({ details }: RecordedEvent) => (details as { watts?: number }).watts;
  const loop = events.consumerLoop({
    name,
    types: async () => types,
    consume: async (_trx, batch) => {
      for (const event of batch) seen.push(wattsOf(event) ?? event.action);
    },
    ...changes,
  });
  const { signal } = new AbortController();
  const run = async () => {
    for (let found = -1; found !== 0; ) found = await loop.run(signal);
  };
  await run();
  return { name, seen, run, loop };
}

/** A transaction that has recorded this event and stays open until it is released. */
async function recordLate(watts: number) {
  const recorded = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const done = database.transaction(async (trx) => {
    events.record(trx, [lit(watts)]);
    await trx.selectFrom('event_consumers').select('name').execute();
    recorded.resolve();
    await released.promise;
  });
  await recorded.promise;
  isHeldOpen = true;
  return {
    async commit() {
      released.resolve();
      await done;
      isHeldOpen = false;
      await untilFeedIsComplete(database.url);
    },
  };
}

describe('a consumer of events', () => {
  test('starts at the present end and gets each later event once, in order', async () => {
    await light(1);
    const reader = await follow();
    await light(2, 3);
    await reader.run();
    await light(4);
    await reader.run();
    await reader.run();
    assert.deepEqual(reader.seen, [2, 3, 4]);
  });

  test('misses no event of a transaction that commits late, and keeps the order of transactions', async () => {
    const reader = await follow();
    const late = await recordLate(1);
    await light(2);
    await reader.run();
    assert.deepEqual(reader.seen, [], 'an earlier transaction is still open');
    await late.commit();
    await reader.run();
    assert.deepEqual(reader.seen, [1, 2]);
  });

  test('does not wait for transactions of other databases of the server', async () => {
    const reader = await follow();
    const elsewhere = await beginTransaction((await createTestDatabase({ empty: true })).url);
    await elsewhere.run('select pg_current_xact_id()');
    await recordLit(1);
    await until(async () => {
      await reader.run();
      return reader.seen.length > 0;
    });
    await elsewhere.commit();
    assert.deepEqual(reader.seen, [1]);
  });

  test('gets the types that it asks for: of the feed by a pattern, all by name, failures never', async () => {
    const [byPattern, byName] = [await follow(['lamp.*']), await follow(['lamp.sold'])];
    await database.transaction(async (trx) =>
      events.record(trx, [
        lampSold({ actor: SYSTEM, resourceId: newId(clock()) }),
        lampSold({ actor: SYSTEM, resourceId: newId(clock()), outcome: 'failure' }),
        lit(5),
      ]),
    );
    await untilFeedIsComplete(database.url);
    for (const { run } of [byPattern, byName]) await run();
    assert.deepEqual([byPattern.seen, byName.seen], [[5], ['lamp.sold']]);
  });

  test('reads more than a batch, also where one transaction recorded all of it', async () => {
    const reader = await follow();
    const watts = Array.from({ length: 1_203 }, (_, index) => index);
    await light(...watts);
    await reader.run();
    assert.deepEqual(reader.seen, watts);
  });

  test('gets events again whose effect was rolled back', async () => {
    let isBroken = true;
    const seen: number[] = [];
    const reader = await follow(['lamp.lit'], {
      consume: async (_trx, batch) => {
        if (isBroken) throw new Error('out of order');
        seen.push(batch.length);
      },
    });
    await light(1, 2);
    await assert.rejects(reader.run(), /out of order/);
    isBroken = false;
    await reader.run();
    assert.deepEqual(seen, [2]);
  });

  test('that runs in several processes gets each event once', async () => {
    const reader = await follow();
    await light(...Array(900).keys());
    await Promise.all(Array.from({ length: 4 }, () => reader.run()));
    await reader.run();
    assert.deepEqual(reader.seen, [...Array(900).keys()]);
  });

  test('without types reads nothing, and continues from what is the end then', async () => {
    const types: string[] = [];
    const reader = await follow(types);
    await light(1);
    await reader.run();
    types.push('*');
    await light(2);
    await reader.run();
    assert.deepEqual(reader.seen, [2]);
  });

  test('is moved to the end by its first subscription, which misses nothing that commits after it', async () => {
    const reader = await follow();
    await light(1);
    const late = await recordLate(2);
    await database.transaction((trx) => events.moveToEnd(trx, reader.name));
    await light(3);
    await late.commit();
    await reader.run();
    assert.deepEqual(reader.seen, [2, 3]);
  });
});

describe('a database with a history', () => {
  test('has the records of before their transaction was stored in the order of their ids', async () => {
    const reader = await follow();
    const watts = Array.from({ length: 1_100 }, (_, index) => index);
    // As migration 0053 left them: all have the transaction of the migration.
    await runSql(
      database.url,
      `begin;
       alter table audit_logs disable trigger user;
       insert into audit_logs (id, occurred_at, actor_type, action, resource_type, resource_id, outcome, details)
       select ('01936f2e-8c1b-7c3a-9d55-' || lpad(to_hex(1100 - watts), 12, '0'))::uuid, now(), 'system', 'lamp.lit',
         'lamp', gen_random_uuid(), 'success', jsonb_build_object('watts', 1100 - watts - 1)
       from generate_series(0, 1099) as watts;
       commit`,
    );
    await untilFeedIsComplete(database.url);
    await reader.run();
    assert.deepEqual(reader.seen, watts);
  });

  test('that was restored into a server with lower transaction ids continues after its last record', async () => {
    const reader = await follow();
    // Stored by a transaction far beyond those of this server.
    await runSql(
      database.url,
      `insert into audit_logs (id, occurred_at, actor_type, action, resource_type, resource_id, outcome, details, recorded_in)
       select gen_random_uuid(), now(), 'system', 'lamp.lit', 'lamp', gen_random_uuid(), 'success', '{"watts": 1}',
         (pg_current_xact_id()::text::bigint + 1000000)::text::xid8`,
    );
    const [{ recordings_ahead: ahead } = {}] = await runSql(database.url, 'select recordings_ahead()');
    assert.ok(Number(ahead) > 999_000);

    await runSql(database.url, 'select continue_recording(); select continue_recording()');

    assert.deepEqual(await runSql(database.url, 'select recordings_ahead()'), [{ recordings_ahead: '0' }]);
    await light(2);
    await reader.run();
    const late = await recordLate(3);
    await light(4);
    await reader.run();
    assert.deepEqual(reader.seen, [1, 2]);
    await late.commit();
    await reader.run();
    assert.deepEqual(reader.seen, [1, 2, 3, 4]);
  });
});
