import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { describe, test } from 'node:test';
import { sql } from 'kysely';
import pg from 'pg';
import { LostConnection, NoFreeConnection } from '../../../src/core/database/errors.ts';
import {
  asDatabaseFailure,
  type Database,
  type Db,
  inspectServer,
  openDatabase,
  queueSql,
  type Trx,
  violates,
} from '../../../src/core/database/index.ts';
import { OutcomeUnknown } from '../../../src/core/errors.ts';
import { createTestDatabase, runSql } from '../../support/database.ts';
import { until } from '../../support/until.ts';

const database = await createTestDatabase({ asOwner: true });
await runSql(
  database.url,
  `create table things (id int primary key, value int not null default 0);
   create table pairs (id int constraint pairs_id_once unique deferrable initially deferred)`,
);
const things = () => runSql(database.url, 'select id, value from things order by id');

describe('a transaction', () => {
  test('is there as a whole once it is done', async () => {
    const result = await database.transaction(async (trx) => {
      await sql`insert into things (id) values (1), (2)`.execute(trx);
      return 'done';
    });

    assert.equal(result, 'done');
    assert.deepEqual(await things(), [
      { id: 1, value: 0 },
      { id: 2, value: 0 },
    ]);
  });

  test('leaves nothing behind when its work throws, and gives its connection back', async () => {
    const before = await things();
    const refusal = new Error('no');

    await assert.rejects(
      database.transaction(async (trx) => {
        await sql`insert into things (id) values (99)`.execute(trx);
        throw refusal;
      }),
      refusal,
    );

    assert.deepEqual(await things(), before);
    const { total, idle } = database.connections();
    assert.equal(idle, total);
  });

  test('that PostgreSQL picks as the victim of a deadlock is run again as a whole', async () => {
    await runSql(database.url, 'truncate things; insert into things values (1, 0), (2, 0)');
    const bothHoldOne = barrier(2);
    const { promise: theOtherIsDone, resolve: oneIsDone } = Promise.withResolvers<void>();
    let attempts = 0;
    const lockInOrder = (first: number, second: number) =>
      database
        .transaction(async (trx) => {
          attempts += 1;
          // The victim's second attempt, which would otherwise meet the other again on a busy machine.
          if (attempts > 2) await theOtherIsDone;
          await sql`update things set value = value + 1 where id = ${first}`.execute(trx);
          await bothHoldOne();
          await sql`update things set value = value + 1 where id = ${second}`.execute(trx);
        })
        .finally(oneIsDone);

    await Promise.all([lockInOrder(1, 2), lockInOrder(2, 1)]);

    assert.equal(attempts, 3, 'one of the two was run twice');
    assert.deepEqual(await things(), [
      { id: 1, value: 2 },
      { id: 2, value: 2 },
    ]);
  });

  test('is tried three times at most', async () => {
    let attempts = 0;
    const failing = database.transaction(async (trx) => {
      attempts += 1;
      await sql`do $$ begin raise exception 'again' using errcode = '40001'; end $$`.execute(trx);
    });

    await assert.rejects(failing, { code: '40001' });
    assert.equal(attempts, 3);
  });

  test('is not run again for an error that would only come again', async () => {
    let attempts = 0;
    const failing = database.transaction(async (trx) => {
      attempts += 1;
      await sql`insert into things (id) values (1)`.execute(trx);
    });

    await assert.rejects(failing, (error) => violates(error, 'things_pkey') && !violates(error, 'another'));
    assert.equal(attempts, 1);
  });

  test('that lost a race is run again as a whole, if it says that this is one', async () => {
    let attempts = 0;
    const result = await database.transaction(
      async (trx) => {
        attempts += 1;
        await sql`insert into things (id) values (${attempts === 1 ? 1 : 3})`.execute(trx);
        return attempts;
      },
      { isLostRace: (error) => violates(error, 'things_pkey') },
    );

    assert.equal(result, 2);
    assert.deepEqual((await things()).at(-1), { id: 3, value: 0 });
  });

  test('sends statements that do not wait for each other in their order, the first at once and the others in one go', async (t) => {
    const writes = t.mock.method(Socket.prototype as unknown as { _writev: () => void }, '_writev');
    const statements = await database.transaction(async (trx) => {
      const before = writes.mock.callCount();
      const answers = [1, 2, 3, 4, 5].map((id) =>
        sql<{ id: number }>`update things set value = ${id} where id = 1 returning value as id`.execute(trx),
      );
      const values = (await Promise.all(answers)).map(({ rows }) => rows[0]?.id);
      return { values, written: writes.mock.callCount() - before };
    });

    assert.deepEqual(statements.values, [1, 2, 3, 4, 5]);
    assert.equal(statements.written, 2);
  });

  test('sends a COMMIT that nothing leaves with as one write', async (t) => {
    const writes = t.mock.method(Socket.prototype as unknown as { _writev: () => void }, '_writev');
    const before = await database.transaction(async (trx) => {
      await sql`select 1`.execute(trx);
      return writes.mock.callCount();
    });

    assert.equal(writes.mock.callCount() - before, 1);
  });

  test('that fails before its first statement says nothing to the database', async (t) => {
    await database.ping();
    const writes = t.mock.method(Socket.prototype, 'write');
    const failing = database.transaction(async () => {
      throw new Error('refused');
    });

    await assert.rejects(failing, { message: 'refused' });
    assert.equal(writes.mock.callCount(), 0);
  });

  test('asks for one answer to statements that it sends together', async (t) => {
    const reads = t.mock.method(Socket.prototype, 'push');
    const answers = await database.transaction(async (trx) => {
      await sql`select 1`.execute(trx);
      const before = reads.mock.callCount();
      await Promise.all([1, 2, 3, 4, 5].map(() => sql`select pg_sleep(0.01)`.execute(trx)));
      return reads.mock.callCount() - before;
    });

    assert.equal(answers, 1);
  });

  test('prepares a text once on a connection, and reads rows every time', async (t) => {
    const own = openDatabase({ url: database.url, maxConnections: 1, onLostConnection: () => undefined });
    t.after(() => own.close());
    const half = (of: number) =>
      own.transaction((trx) => sql<{ half: number }>`select 12 / ${of}::int as half`.execute(trx));

    assert.deepEqual((await half(2)).rows, [{ half: 6 }]);
    await assert.rejects(half(0), { code: '22012' });
    assert.deepEqual((await half(3)).rows, [{ half: 4 }]);

    assert.deepEqual(await preparedLike(own, 'select 12 /%'), 1);
  });

  test('closes a statement that failed at its first use', async (t) => {
    const own = openDatabase({ url: database.url, maxConnections: 1, onLostConnection: () => undefined });
    t.after(() => own.close());
    for (let times = 1; times <= 20; times += 1) {
      const failing = own.transaction((trx) => sql`select ${times}::int / 0 as failed`.execute(trx));
      await assert.rejects(failing, { code: '22012' });
    }

    assert.equal(await preparedLike(own, 'select $1::int / 0 as failed'), 0);
  });

  test('lets go of connections whose statements no longer fit a table, and is done on another', async (t) => {
    const own = openDatabase({ url: database.url, maxConnections: 3, onLostConnection: () => undefined });
    t.after(() => own.close());
    await runSql(database.url, 'create table shifting (value int); insert into shifting values (1)');
    const read = () => own.transaction((trx) => sql`select * from shifting`.execute(trx));
    const allThree = barrier(3);
    await Promise.all(
      [1, 2, 3].map(() =>
        own.transaction(async (trx) => {
          await allThree();
          await sql`select * from shifting`.execute(trx);
        }),
      ),
    );
    await runSql(database.url, 'alter table shifting alter column value type text');

    const { rows } = await read();

    assert.deepEqual(rows, [{ value: '1' }]);
  });

  test('ends when every connection meets a statement that cannot run', async (t) => {
    const own = openDatabase({ url: database.url, maxConnections: 2, onLostConnection: () => undefined });
    t.after(() => own.close());
    let attempts = 0;
    const failing = own.transaction(async (trx) => {
      attempts += 1;
      await sql`do $$ begin raise exception 'unsupported' using errcode = '0A000'; end $$`.execute(trx);
    });

    await assert.rejects(failing, (error) => asDatabaseFailure(error)?.code === 'OVERLOADED');
    assert.ok(attempts <= 5, `${attempts} attempts`);
  });

  test('answers more texts than a connection keeps', async (t) => {
    const own = openDatabase({ url: database.url, maxConnections: 1, onLostConnection: () => undefined });
    t.after(() => own.close());
    const { rows } = await own.transaction(async (trx) => {
      const each = Array.from({ length: 510 }, (_, number) =>
        sql`select ${sql.lit(number)} as number`.execute(trx),
      );
      await Promise.all(each);
      return await sql<{ kept: number }>`select count(*)::int as kept from pg_prepared_statements`.execute(
        trx,
      );
    });
    assert.deepEqual(rows, [{ kept: 500 }]);
  });

  test('fails if it cannot read a value, and its connection stays usable', async () => {
    const failing = database.transaction((trx) => sql`select 'infinity'::timestamptz as at`.execute(trx));

    await assert.rejects(failing, RangeError);
    const { total, idle } = database.connections();
    assert.equal(idle, total);
    await database.transaction((trx) => sql`select 1`.execute(trx));
  });

  test('answers a statement that has nothing in it, and those beside it', async () => {
    const answers = await database.transaction((trx) =>
      Promise.all([sql``.execute(trx), sql<{ one: number }>`select 1 as one`.execute(trx)]),
    );
    assert.deepEqual(
      answers.map(({ rows }) => rows),
      [[], [{ one: 1 }]],
    );
  });

  test('counts the rows that a write changed', async () => {
    await runSql(database.url, 'truncate things; insert into things values (1, 0), (2, 0)');
    const { numAffectedRows } = await database.transaction((trx) =>
      sql`update things set value = 5`.execute(trx),
    );
    assert.equal(numAffectedRows, 2n);
  });

  test('is undone by one of several statements that fails, whatever was sent with it', async () => {
    const before = await things();
    const late = Promise.withResolvers<void>();
    let afterwards: Promise<unknown> | undefined;

    const failing = database.transaction(async (trx) => {
      afterwards = late.promise.then(() => sql`insert into things (id) values (78)`.execute(trx));
      await Promise.all([
        sql`insert into things (id) values (77)`.execute(trx),
        sql`select 1 / 0`.execute(trx),
        sql`insert into things (id) values (79)`.execute(trx),
      ]);
    });

    await assert.rejects(failing, { code: '22012' });
    late.resolve();
    await assert.rejects(afterwards as Promise<unknown>, /this transaction has ended/);
    assert.deepEqual(await things(), before);
  });

  test('is the only place for a write: outside of one a connection only reads', async () => {
    const write = sql`insert into things (id) values (99)`.execute(database.db);

    await assert.rejects(write, { code: '25006' });
  });

  test('is never run again once COMMIT was sent, not even after a transient error', async () => {
    await runSql(
      database.url,
      `create function fail_at_commit() returns trigger language plpgsql
         as $$ begin raise exception 'at commit' using errcode = '40001'; end $$;
       create constraint trigger fails_at_commit after insert on pairs
         deferrable initially deferred for each row execute function fail_at_commit()`,
    );
    let attempts = 0;
    const failing = database.transaction(async (trx) => {
      attempts += 1;
      await sql`insert into pairs values (1)`.execute(trx);
    });

    await assert.rejects(failing, { code: '40001' });

    assert.equal(attempts, 1);
    assert.deepEqual(await runSql(database.url, 'select * from pairs'), []);
    const { total, idle } = database.connections();
    assert.equal(idle, total, 'the connection is given back');
  });
});

describe('a snapshot', () => {
  const settings = [
    'transaction_isolation',
    'transaction_read_only',
    'statement_timeout',
    'lock_timeout',
    'transaction_timeout',
    'work_mem',
    'jit',
    'max_parallel_workers_per_gather',
    'plan_cache_mode',
    'enable_nestloop',
  ];
  const readSettings = (db: Db) =>
    sql<{ name: string; setting: string }>`
      select name, current_setting(name) as setting from pg_settings where name = any(${settings})
    `.execute(db);

  test('sees one state of the database, whatever is written meanwhile', async () => {
    await runSql(database.url, 'truncate things; insert into things values (1, 0)');
    const values = await database.snapshot(async (db) => {
      const read = () => sql<{ value: number }>`select value from things`.execute(db);
      const before = await read();
      await runSql(database.url, 'update things set value = 1; insert into things values (2, 0)');
      return [before.rows, (await read()).rows];
    });

    assert.deepEqual(values, [[{ value: 0 }], [{ value: 0 }]]);
    assert.deepEqual(await things(), [
      { id: 1, value: 1 },
      { id: 2, value: 0 },
    ]);
  });

  test('writes nothing, and has given its connection back when it has failed', async () => {
    const write = database.snapshot((db) => sql`insert into things (id) values (98)`.execute(db));
    await assert.rejects(write, { code: '25006' });
    const { total, idle } = database.connections();
    assert.equal(idle, total);
  });

  test('has ten minutes for a SQL command, no limit for the whole, and leaves no setting behind', async (t) => {
    const single = openDatabase({ url: database.url, maxConnections: 1, onLostConnection: () => undefined });
    t.after(single.close);
    const { rows: before } = await readSettings(single.db);
    const { rows } = await single.snapshot(readSettings);
    assert.deepEqual(Object.fromEntries(rows.map(({ name, setting }) => [name, setting])), {
      transaction_isolation: 'repeatable read',
      transaction_read_only: 'on',
      statement_timeout: '10min',
      lock_timeout: '5min',
      transaction_timeout: '0',
      work_mem: '64MB',
      jit: 'off',
      max_parallel_workers_per_gather: '0',
      plan_cache_mode: 'force_custom_plan',
      enable_nestloop: 'off',
    });
    assert.deepEqual((await readSettings(single.db)).rows, before);
  });

  test('outlives the deadlines of the connections', async (t) => {
    const hasty = openDatabase({
      url: database.url,
      maxConnections: 1,
      timeout_ms: 200,
      onLostConnection: () => undefined,
    });
    t.after(hasty.close);
    const { rows } = await hasty.snapshot(async (db) => {
      await sql`select pg_sleep(0.3)`.execute(db);
      return sql`select 1 as one`.execute(db);
    });
    assert.deepEqual(rows, [{ one: 1 }]);
    await assert.rejects(sql`select pg_sleep(0.3)`.execute(hasty.db));
  });
});

describe('a queued write', () => {
  const add = (trx: Trx, id: number) => queueSql(trx)`insert into things (id) values (${id})`;

  test('is done in its place among the others', async () => {
    await runSql(database.url, 'truncate things');
    const found = await database.transaction(async (trx) => {
      add(trx, 1);
      queueSql(trx)`update things set value = ${7} where id = ${1}`;
      const { rows } = await sql`select id, value from things`.execute(trx);
      queueSql(trx)`update things set value = value + 1`;
      return rows;
    });

    assert.deepEqual(found, [{ id: 1, value: 7 }]);
    assert.deepEqual(await things(), [{ id: 1, value: 8 }]);
  });

  test('is sent immediately, so that the database works while the next one is built', async (t) => {
    await runSql(database.url, 'truncate things');
    const writes = t.mock.method(Socket.prototype as unknown as { _writev: () => void }, '_writev');
    const [atOnce, atTheEnd] = await database.transaction(async (trx) => {
      const before = writes.mock.callCount();
      add(trx, 1);
      const atOnce = writes.mock.callCount() - before;
      add(trx, 2);
      add(trx, 3);
      await sql`select 1`.execute(trx);
      return [atOnce, writes.mock.callCount() - before];
    });

    assert.deepEqual([atOnce, atTheEnd], [1, 2]);
    assert.equal((await things()).length, 3);
  });

  test('leaves together with BEGIN, its like and COMMIT, for one answer', async (t) => {
    await runSql(database.url, 'truncate things');
    const own = openDatabase({ url: database.url, maxConnections: 1, onLostConnection: () => undefined });
    t.after(() => own.close());
    await own.ping();
    const reads = t.mock.method(Socket.prototype, 'push');

    await own.transaction(async (trx) => {
      add(trx, 1);
      await Promise.resolve();
      add(trx, 2);
    });

    assert.equal(reads.mock.callCount(), 1);
    assert.equal((await things()).length, 2);
  });

  test('fails its transaction with its error, and undoes the others', async () => {
    await runSql(database.url, 'truncate things; insert into things values (1, 0)');
    const failing = database.transaction(async (trx) => {
      add(trx, 2);
      add(trx, 1);
      add(trx, 3);
      return 'done';
    });

    await assert.rejects(failing, (error) => violates(error, 'things_pkey'));
    assert.deepEqual(await things(), [{ id: 1, value: 0 }]);
    const { total, idle } = database.connections();
    assert.equal(idle, total);
  });

  test('fails what is asked after it with its own error', async () => {
    const asked: unknown[] = [];
    const failing = database.transaction(async (trx) => {
      await sql`select 1`.execute(trx);
      add(trx, 1);
      for (let times = 0; times < 3; times += 1) {
        await sql`select 1`.execute(trx).catch((error) => asked.push(error));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      add(trx, 4);
    });

    await assert.rejects(failing, (error) => violates(error, 'things_pkey'));
    assert.equal(asked.length, 3);
    assert.ok(asked.every((error) => violates(error, 'things_pkey')));
    assert.deepEqual(await things(), [{ id: 1, value: 0 }]);
  });

  test('has failed before COMMIT, so that its transaction may be run again', async () => {
    let attempts = 0;
    const failing = database.transaction(async (trx) => {
      attempts += 1;
      queueSql(trx)`do $$ begin raise exception 'again' using errcode = '40001'; end $$`;
    });
    await assert.rejects(failing, { code: '40001' });
    assert.equal(attempts, 3);

    const result = await database.transaction(
      async (trx) => {
        attempts += 1;
        add(trx, attempts === 4 ? 1 : 5);
        return attempts;
      },
      { isLostRace: (error) => violates(error, 'things_pkey') },
    );
    assert.equal(result, 5);
    assert.deepEqual((await things()).at(-1), { id: 5, value: 0 });
  });

  test('has to come before its transaction ends', async () => {
    let kept: Trx | undefined;
    await database.transaction(async (trx) => {
      kept = trx;
    });
    assert.throws(() => add(kept as Trx, 6), /this transaction has ended/);
    assert.ok((await things()).every((thing) => thing.id !== 6));
  });
});

describe('a connection', () => {
  test('speaks UTC and has a bound on every wait', async () => {
    const { rows } = await sql<{ name: string; setting: string }>`
      select name, setting from pg_settings
      where name in ('TimeZone', 'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout',
        'transaction_timeout')
      order by name collate "C"
    `.execute(database.db);
    assert.deepEqual(Object.fromEntries(rows.map(({ name, setting }) => [name, setting])), {
      TimeZone: 'UTC',
      idle_in_transaction_session_timeout: '10000',
      lock_timeout: '5000',
      statement_timeout: '8000',
      transaction_timeout: '10000',
    });
  });

  test('reads timestamps as instants, dates as text, bigint exactly and numeric as text', async () => {
    const { rows } = await sql`
      select '2026-03-14T09:26:53.123456Z'::timestamptz as at, '2026-03-14'::date as day,
        9007199254740993::bigint as big, 10.0500::numeric(19, 4) as amount
    `.execute(database.db);
    assert.deepEqual(rows, [
      {
        at: Temporal.Instant.from('2026-03-14T09:26:53.123456Z'),
        day: '2026-03-14',
        big: 9_007_199_254_740_993n,
        amount: '10.0500',
      },
    ]);
  });

  test('that is lost while checked out fails its transaction, is reported, and does not end the process', async (t) => {
    const lost: Error[] = [];
    const own = openDatabase({
      url: database.url,
      maxConnections: 2,
      onLostConnection: (error) => lost.push(error),
    });
    t.after(() => own.close());

    const failing = own.transaction(async (trx) => {
      const { rows } = await sql<{ id: number }>`select pg_backend_pid() as id`.execute(trx);
      await runSql(database.url, `select pg_terminate_backend(${rows[0]?.id})`);
      await until(() => lost.length > 0);
      const answers = await Promise.allSettled([1, 2, 3].map((id) => sql`select ${id}::int`.execute(trx)));
      assert.deepEqual(
        answers.map(({ status }) => status),
        ['rejected', 'rejected', 'rejected'],
      );
      await sql`select 4`.execute(trx);
    });

    await assert.rejects(failing, (error) => asDatabaseFailure(error)?.code === 'SERVICE_UNAVAILABLE');
    assert.ok(lost.length > 0);
    await own.ping();
  });

  test('that is lost during COMMIT leaves its place in the pool to another', async (t) => {
    await runSql(
      database.url,
      `create table cuts (id int);
       create function cut_at_commit() returns trigger language plpgsql
         as $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
       create constraint trigger cuts_at_commit after insert on cuts
         deferrable initially deferred for each row execute function cut_at_commit()`,
    );
    const own = openDatabase({ url: database.url, maxConnections: 2, onLostConnection: () => undefined });
    t.after(() => own.close());

    let attempts = 0;
    for (let cut = 1; cut <= 5; cut += 1) {
      const failing = own.transaction(
        async (trx) => {
          attempts += 1;
          queueSql(trx)`insert into cuts values (${cut})`;
        },
        { isLostRace: () => true },
      );
      await assert.rejects(failing, OutcomeUnknown);
    }

    await own.ping();
    assert.equal(attempts, 5, 'nobody knows whether it was committed, so none is run again');
    assert.ok(own.connections().total <= 2);
    assert.deepEqual(await runSql(database.url, 'select * from cuts'), []);
  });

  test('that is lost while idle is reported and replaced', async (t) => {
    const lost: Error[] = [];
    const own = openDatabase({
      url: database.url,
      maxConnections: 1,
      onLostConnection: (error) => lost.push(error),
    });
    t.after(() => own.close());
    const { rows } = await sql<{ id: number }>`select pg_backend_pid() as id`.execute(own.db);

    await runSql(database.url, `select pg_terminate_backend(${rows[0]?.id})`);
    await until(() => lost.length > 0);

    await own.ping();
    assert.ok(lost.length > 0);
  });

  test('counts those who wait for one', async (t) => {
    const own = openDatabase({ url: database.url, maxConnections: 1, onLostConnection: () => undefined });
    t.after(() => own.close());
    const holding = own.transaction(async (trx) => {
      const waiting = own.ping();
      await sql`select 1`.execute(trx);
      assert.deepEqual(own.connections(), { total: 1, idle: 0, waiting: 1 });
      return { waiting };
    });
    await (await holding).waiting;
  });
});

describe('a failure of the database', () => {
  const table: [string, unknown, string | undefined][] = [
    ['a lock that could not be had', databaseError('55P03'), 'OVERLOADED'],
    ['a statement that took too long', databaseError('57014'), 'OVERLOADED'],
    ['too many connections', databaseError('53300'), 'OVERLOADED'],
    ['a deadlock that stayed', databaseError('40P01'), 'OVERLOADED'],
    ['a serialization failure that stayed', databaseError('40001'), 'OVERLOADED'],
    ['a pool without a free connection', new NoFreeConnection(new Error('timeout')), 'OVERLOADED'],
    ['a disk that is full', databaseError('53100'), 'OVERLOADED'],
    ['a server that is shutting down', databaseError('57P01'), 'SERVICE_UNAVAILABLE'],
    ['a server that crashed', databaseError('57P02'), 'SERVICE_UNAVAILABLE'],
    ['a server that is starting up', databaseError('57P03'), 'SERVICE_UNAVAILABLE'],
    ['a connection failure', databaseError('08006'), 'SERVICE_UNAVAILABLE'],
    ['a disk that fails', databaseError('58030'), 'SERVICE_UNAVAILABLE'],
    ['a lost connection', new LostConnection(new Error('read ECONNRESET')), 'SERVICE_UNAVAILABLE'],
    ['an unknown outcome', new OutcomeUnknown(new Error('read ECONNRESET')), 'SERVICE_UNAVAILABLE'],
    ['a violated constraint', databaseError('23505'), undefined],
    ['a value out of range', databaseError('22003'), undefined],
    ['an error of ours', new TypeError('x is not a function'), undefined],
    ['something that is no error', 'ECONNREFUSED', undefined],
    ['an error of a socket that is not the database’s', systemError('ECONNRESET'), undefined],
  ];
  for (const [name, error, code] of table) {
    test(`such as ${name} is ${code ?? 'none'}`, () => {
      const failure = asDatabaseFailure(error);
      assert.equal(failure?.code, code);
      if (failure !== undefined) assert.equal(typeof failure.details.retry_after_seconds, 'number');
    });
  }
});

test('a server reports its version, disabled durability, and a superuser', async () => {
  assert.deepEqual(await inspectServer(database.db), {
    version: 18,
    durabilityOff: ['fsync', 'full_page_writes', 'synchronous_commit'],
    isOwner: true,
  });
});

function databaseError(code: string): Error {
  return Object.assign(new pg.DatabaseError('refused', 0, 'error'), { code });
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** How many statements like this one the only connection of this pool has prepared. */
async function preparedLike(own: Database, pattern: string): Promise<number> {
  const { rows } = await own.transaction((trx) =>
    sql<{ times: number }>`
      select count(*)::int as times from pg_prepared_statements where statement like ${pattern}
    `.execute(trx),
  );
  return rows[0]?.times ?? 0;
}

/** Resolves for everybody once so many wait; later comers pass. */
function barrier(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  return () => {
    waiting += 1;
    if (waiting >= count) resolve();
    return promise;
  };
}

describe('a connection that PostgreSQL ends', () => {
  /** A database with one idle connection, and the reports of lost ones. */
  async function openIdle() {
    const lost: Error[] = [];
    const own = openDatabase({
      url: database.url,
      maxConnections: 1,
      onLostConnection: (error) => lost.push(error),
    });
    const { rows } = await sql<{ id: number }>`select pg_backend_pid() as id`.execute(own.db);
    const terminate = () => runSql(database.url, `select pg_terminate_backend(${rows[0]?.id})`);
    return { own, lost, terminate };
  }

  test('is reported once', async () => {
    const { own, lost, terminate } = await openIdle();

    await terminate();
    await until(() => own.connections().total === 0);
    await own.close();

    assert.equal(lost.length, 1, lost.map(({ message }) => message).join('\n'));
    assert.match(lost[0]?.message ?? '', /terminating connection/);
  });

  test('is not reported if the pool is closing', async () => {
    const { own, lost, terminate } = await openIdle();
    const pause = new pg.Client({ connectionString: database.url });
    await pause.connect();
    await pause.query('begin; lock table things');
    // A connection that is in use keeps the pool from closing until it is released.
    const waiting = assert.rejects(sql`select from things`.execute(own.db), /terminating connection/);
    await until(async () => {
      const { rows } = await pause.query('select from pg_locks where not granted');
      return rows.length > 0;
    });
    const closed = own.close();

    await terminate();
    await Promise.all([waiting, closed]);
    await pause.end();

    assert.deepEqual(lost, []);
  });
});
