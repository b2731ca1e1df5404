import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bulkInsert, bulkUpdate } from '../../../src/core/database/bulk.ts';
import { createTestDatabase, runSql } from '../../support/database.ts';

const database = await createTestDatabase({ empty: true });
await runSql(
  database.url,
  `create table goods (
     shelf int, place int, name text, tags jsonb, price numeric, since timestamptz, primary key (shelf, place)
   )`,
);
const goods = () =>
  runSql(
    database.url,
    `select shelf, place, name, tags, price::text, since::text from goods order by shelf, place`,
  );

type Good = {
  readonly shelf: number;
  readonly place: number;
  readonly name: string | null;
  readonly price: string;
};

const insert = bulkInsert<Good, string>(
  'goods',
  {
    shelf: ['int', ({ shelf }) => shelf],
    place: ['int', ({ place }) => place],
    name: ['text', ({ name }) => name],
    tags: ['jsonb', ({ name }) => JSON.stringify({ name })],
    price: ['numeric', ({ price }) => price],
    since: ['timestamptz', (_, now) => now],
  },
  'on conflict do nothing',
);

const NOW = '2026-03-14 09:26:53+00';
const NAMES = ['plain', null, '', 'null', '{a,"b"}', "it's \\ back", 'é 😀', 'two\nlines'];
const all = NAMES.map((name, place) => ({ shelf: 1, place, name, price: '1.50' }));

describe('a bulk insert', () => {
  test('writes every row with what all of them share, whatever the text', async () => {
    await database.transaction(async (trx) => insert(trx, all, NOW));

    assert.deepEqual(
      await goods(),
      all.map(({ name, ...rest }) => ({ ...rest, name, tags: { name }, since: NOW })),
    );
  });

  test('ends as its tail says', async () => {
    const before = await goods();
    await database.transaction(async (trx) => insert(trx, all, '2027-01-01'));
    assert.deepEqual(await goods(), before);
  });
});

describe('a bulk update', () => {
  const reprice = bulkUpdate<Good>(
    'goods',
    ['shelf', 'place'],
    {
      shelf: ['int', ({ shelf }) => shelf],
      place: ['int', ({ place }) => place],
      price: ['numeric', ({ price }) => price],
    },
    { set: 'since = null', where: 'goods.price <> given.price' },
  );

  test('sets the other columns of the rows of its key, under its condition', async () => {
    const [first, second, third] = all as [Good, Good, Good];
    await database.transaction(async (trx) =>
      reprice(trx, [{ ...first, price: '2.00' }, second, { ...third, shelf: 2, price: '2.00' }]),
    );

    const changed = (await goods()).filter(({ since, price }) => since === null || price !== '1.50');
    assert.deepEqual(
      changed.map(({ place, price, since }) => [place, price, since]),
      [[0, '2.00', null]],
    );
  });
});

test('an empty list sends nothing', async () => {
  const sent: string[] = [];
  const trx = { session: { write: (text: string) => sent.push(text) } };
  insert(trx as never, [], NOW);
  assert.deepEqual(sent, []);
});
