import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sql } from 'kysely';
import { toParameters } from '../../../src/core/database/parameters.ts';
import { createTestDatabase } from '../../support/database.ts';

const database = await createTestDatabase();

const parameterOf = (value: unknown) => toParameters('select $1', [value])[0];

test('values become what PostgreSQL reads', () => {
  assert.equal(parameterOf('a "b"'), 'a "b"');
  assert.equal(parameterOf(12), '12');
  assert.equal(parameterOf(9_007_199_254_740_993n), '9007199254740993');
  assert.equal(parameterOf(false), 'false');
  assert.equal(parameterOf(null), null);
  assert.equal(parameterOf(undefined), null);
  assert.deepEqual(parameterOf(Buffer.from([1, 255])), Buffer.from([1, 255]));
});

test('arrays are quoted where they must be, and only there', () => {
  assert.equal(parameterOf([]), '{}');
  assert.equal(parameterOf(['a', null, 1, true, undefined]), '{a,NULL,1,true,NULL}');
  assert.equal(parameterOf(['', 'null', 'NULL', 'a b', 'a,b']), '{"","null","NULL","a b","a,b"}');
  assert.equal(parameterOf(['{"a": "\\"}']), '{"{\\"a\\": \\"\\\\\\"}"}');
  assert.equal(parameterOf([['a'], ['b']]), '{{a},{b}}');
  assert.equal(parameterOf([Buffer.from([1, 255])]), '{"\\\\x01ff"}');
});

test('objects have no one form', () => {
  assert.throws(() => parameterOf({ a: 1 }), TypeError);
  assert.throws(() => parameterOf([new Date()]), TypeError);
  assert.throws(() => toParameters('select $1::uuid[]', [[{}]]), TypeError);
});

test('any text in an array is read back unchanged', async () => {
  const texts = fc.array(fc.option(fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''))));
  await fc.assert(
    fc.asyncProperty(texts, async (values) => {
      const { rows } = await database.transaction((trx) =>
        sql<{ values: (string | null)[] }>`select ${values}::text[] as values`.execute(trx),
      );
      assert.deepEqual(rows, [{ values }]);
    }),
    { numRuns: 200 },
  );
});

test('UUIDs in an array travel as bytes, and come back as they went', async () => {
  const ids = fc.array(fc.option(fc.uuid()));
  await fc.assert(
    fc.asyncProperty(ids, async (values) => {
      const { rows } = await database.transaction((trx) =>
        sql<{ values: string }>`select ${'first'}::text, ${values}::uuid[]::text[] as values`.execute(trx),
      );
      assert.deepEqual(rows, [{ text: 'first', values }]);
    }),
    { numRuns: 200 },
  );
  assert.deepEqual(
    toParameters('select $1::text[], $2::uuid[], $3::uuid[]', [
      ['01890A5D-ac96-774b-bcce-b302099a8057'],
      ['01890A5D-ac96-774b-bcce-b302099a8057', null],
      null,
    ]),
    [
      '{01890A5D-ac96-774b-bcce-b302099a8057}',
      Buffer.from(
        ['00000001', '00000001', '00000b86', '00000002', '00000001']
          .concat(['00000010', '01890a5dac96774bbcceb302099a8057', 'ffffffff'])
          .join(''),
        'hex',
      ),
      null,
    ],
  );
});

test('of what is not written as a UUID PostgreSQL says what it makes of it', async () => {
  const read = (values: readonly unknown[]) =>
    database.transaction((trx) => sql`select ${values}::uuid[]::text[] as values`.execute(trx));
  const id = '01890a5d-ac96-774b-bcce-b302099a8057';
  const { rows } = await read([id.replaceAll('-', ''), `{${id}}`]);
  assert.deepEqual(rows, [{ values: [id, id] }]);
  for (const wrong of [`${id.slice(1)}g`, id.slice(1), `${id}0`, id.replace('5', 'İ'), '', 7, [id]])
    await assert.rejects(read([id, wrong]), { name: 'error', code: /^22P02|2202E$/ });
});

test('bytes in an array come back as they went', async () => {
  const bytes = [Buffer.from([0, 92, 34, 255]), Buffer.alloc(0)];
  const { rows } = await database.transaction((trx) =>
    sql`select element from unnest(${bytes}::bytea[]) as element`.execute(trx),
  );
  assert.deepEqual(
    rows,
    bytes.map((element) => ({ element })),
  );
});
