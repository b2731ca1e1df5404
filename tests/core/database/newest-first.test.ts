import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { sql } from 'kysely';
import { type NewestFirst, pageNewestFirst } from '../../../src/core/database/newest-first.ts';
import { newId } from '../../../src/core/id.ts';
import type { PageRequest } from '../../../src/core/page.ts';
import { capturingDb } from '../../support/captured-queries.ts';
import { createTestDatabase } from '../../support/database.ts';

/* Of audit records, a table that needs no other. */

const { db, transaction, url } = await createTestDatabase({ asOwner: true });
const COUNTED = 10;

type Row = { id: string; action: string };

function same<T>(row: T): T {
  return row;
}

/** Records of an action of their own, oldest first. */
async function record(action: string, count: number, actors = ['user']): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId());
  const actorOf = (_: string, index: number) => actors[index % actors.length];
  const insert = sql`
    insert into audit_logs (id, occurred_at, actor_type, action, resource_type, resource_id, outcome)
    select id, now(), actor_type, ${action}, 'thing', id, 'success'
    from unnest(${ids}::uuid[], ${ids.map(actorOf)}::actor_type[]) as record (id, actor_type)
  `;
  await transaction((trx) => insert.execute(trx));
  return ids;
}

function listOf(action: string, merged = false): NewestFirst {
  return {
    table: 'audit_logs',
    columns: ['id', 'action'],
    where: [sql`action = ${action}`],
    hasIndex: merged,
    onlyGrows: true,
    ...(merged && {
      merge: {
        each: sql`unnest(enum_range(null::actor_type)) as each (actor_type)`,
        where: sql`audit_logs.actor_type = each.actor_type`,
      },
    }),
  };
}

function read(action: string, page: Partial<PageRequest>, merged = false) {
  return pageNewestFirst(db, listOf(action, merged), same<Row>, { offset: 0, limit: 4, ...page }, COUNTED);
}

for (const merged of [false, true]) {
  describe(merged ? 'a list merged from several orders' : 'a list read in one order', () => {
    const named = (title: string) => `${title}.${merged ? 'merged' : 'plain'}`;

    test('is the same by offset and by cursor, and all of it, whatever is added meanwhile', async () => {
      const action = named('walked');
      const ids = (await record(action, 23, ['user', 'admin', 'partner'])).reverse();

      const byOffset: string[] = [];
      for (let offset = 0; offset < 24; offset += 4) {
        byOffset.push(...(await read(action, { offset }, merged)).items.map(({ id }) => id));
      }
      const byCursor: string[] = [];
      let page = await read(action, {}, merged);
      for (;;) {
        byCursor.push(...page.items.map(({ id }) => id));
        if (page.nextKey === null) break;
        await record(action, 3, ['system']);
        page = await read(action, { after: page.nextKey }, merged);
      }

      assert.deepEqual(byOffset, ids);
      assert.deepEqual(byCursor, ids);
    });

    for (const rows of [0, 1, 3, 4, 5, COUNTED - 1, COUNTED]) {
      test(`of ${rows} says so on every page`, async () => {
        const action = named(`has_${'abcdefghijkl'[rows]}`);
        const ids = await record(action, rows, ['user', 'admin']);
        const pages = [
          await read(action, {}, merged),
          await read(action, { offset: 2 }, merged),
          await read(action, { offset: 4 }, merged),
          await read(action, { offset: 100 }, merged),
          await read(action, { after: ids.at(-1) ?? newId() }, merged),
        ];
        for (const page of pages) {
          assert.equal(page.total, rows);
          assert.equal(page.totalIsEstimate, undefined);
        }
      });
    }

    test('of more than are counted is estimated, near enough and marked, and its last page is exact', async () => {
      const action = named('many');
      const ids = await record(action, 400, ['user', 'admin']);
      await transaction((trx) => sql`analyze audit_logs`.execute(trx));

      const first = await read(action, {}, merged);
      const deep = await read(action, { after: ids[50] ?? '' }, merged);
      const last = await read(action, { offset: 398 }, merged);

      for (const page of [first, deep]) {
        assert.equal(page.totalIsEstimate, true);
        assert.ok(page.total > 300 && page.total < 500, `${page.total}`);
      }
      assert.deepEqual([last.total, last.totalIsEstimate, last.items.length], [400, undefined, 2]);
    });
  });
}

test('an estimate is never below what was counted, nor below what a page shows', async () => {
  const action = 'unknown.yet';
  await record(action, COUNTED + 30);

  // Nothing is known of this action since the last ANALYZE, so that the planner expects next to none.
  assert.ok((await read(action, {})).total > COUNTED);
  assert.ok((await read(action, { offset: 30 })).total >= 35);
});

describe('a list that is known to exceed what is counted', () => {
  const FIRST = { offset: 0, limit: 4 };

  test('is not counted again, and no list with other parameters is taken for it', async () => {
    const { scansOf } = capturingDb(url);
    const queriesOf = async (action: string) =>
      (await scansOf((captured) => pageNewestFirst(captured, listOf(action), same<Row>, FIRST, COUNTED)))
        .length;
    await record('known.large', COUNTED + 1);
    await record('known.small', COUNTED);

    assert.equal(await queriesOf('known.large'), 2, 'the page and the count');
    assert.equal(await queriesOf('known.large'), 1, 'the page alone');
    assert.equal(await queriesOf('known.small'), 2);
    assert.equal((await read('known.small', {})).total, COUNTED);
  });

  test('is estimated again after ten seconds', async () => {
    const action = 'known.growing';
    await record(action, COUNTED + 1);
    assert.equal((await read(action, {})).total, COUNTED + 1);
    await record(action, 400);
    await transaction((trx) => sql`analyze audit_logs`.execute(trx));
    assert.equal((await read(action, {})).total, COUNTED + 1);

    const now = performance.now();
    const clock = mock.method(performance, 'now', () => now + 10_001);
    const { total } = await read(action, {});
    clock.mock.restore();

    assert.ok(total > 300 && total < 500, `${total}`);
  });

  test('is counted again if rows can leave it', async () => {
    const list: NewestFirst = {
      table: 'users',
      columns: ['id'],
      where: [sql`active`],
      hasIndex: false,
      onlyGrows: false,
    };
    const readActive = () => pageNewestFirst(db, list, same<{ id: string }>, FIRST, COUNTED);
    const insert = sql`
      insert into users (id, email, role, active, created_at)
      select gen_random_uuid(), n || '@leaving.example', 'user', true, now()
      from generate_series(1, ${COUNTED + 1}::int) as n
    `;
    await transaction((trx) => insert.execute(trx));
    const before = await readActive();
    const { id } = before.items[0] ?? assert.fail();
    await transaction((trx) => sql`update users set active = false where id = ${id}`.execute(trx));
    const after = await readActive();

    assert.equal(before.totalIsEstimate, true);
    assert.deepEqual([after.total, after.totalIsEstimate], [COUNTED, undefined]);
  });
});
