import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sql } from 'kysely';
import { toParameter } from '../../src/core/parameters.ts';
import { createTestDatabase } from '../support/database.ts';

const database = await createTestDatabase();

test('values become what PostgreSQL reads', () => {
  assert.equal(toParameter('a "b"'), 'a "b"');
  assert.equal(toParameter(12), '12');
  assert.equal(toParameter(9_007_199_254_740_993n), '9007199254740993');
  assert.equal(toParameter(false), 'false');
  assert.equal(toParameter(null), null);
  assert.equal(toParameter(undefined), null);
  assert.deepEqual(toParameter(Buffer.from([1, 255])), Buffer.from([1, 255]));
});

test('arrays are quoted where they must be, and only there', () => {
  assert.equal(toParameter([]), '{}');
  assert.equal(toParameter(['a', null, 1, true, undefined]), '{a,NULL,1,true,NULL}');
  assert.equal(toParameter(['', 'null', 'NULL', 'a b', 'a,b']), '{"","null","NULL","a b","a,b"}');
  assert.equal(toParameter(['{"a": "\\"}']), '{"{\\"a\\": \\"\\\\\\"}"}');
  assert.equal(toParameter([['a'], ['b']]), '{{a},{b}}');
  assert.equal(toParameter([Buffer.from([1, 255])]), '{"\\\\x01ff"}');
});

test('objects have no one form', () => {
  assert.throws(() => toParameter({ a: 1 }), TypeError);
  assert.throws(() => toParameter([new Date()]), TypeError);
});

test('whatever text is in an array comes back as it went', async () => {
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
