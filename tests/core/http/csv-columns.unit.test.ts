import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Type from 'typebox';
import { columnsOf, headerOf, lineOf } from '../../../src/core/http/csv-columns.ts';

const item = Type.Object({
  id: Type.String(),
  note: Type.Union([Type.String(), Type.Null()]),
  offer: Type.Union([Type.Object({ value: Type.Number(), ends: Type.Optional(Type.String()) }), Type.Null()]),
  tags: Type.Array(Type.String()),
  details: Type.Object({}, { additionalProperties: true }),
  isOpen: Type.Boolean(),
});
const columns = columnsOf(item);
const lineWith = (note: unknown) => lineOf({ note }, [{ name: 'note', path: ['note'] }]);

test('columns have the names of the JSON, nested by points', () => {
  assert.equal(headerOf(columns), 'id,note,offer.value,offer.ends,tags,details,isOpen\r\n');
});

test('a line has a cell for each column, empty without a value', () => {
  const full = {
    id: 'a',
    note: 'x',
    offer: { value: 5.5, ends: '2026-03-31' },
    tags: ['b', 'c'],
    details: { rule: 'r' },
    isOpen: false,
    hidden: 'never',
  };
  assert.equal(lineOf(full, columns), 'a,x,5.5,2026-03-31,"[""b"",""c""]","{""rule"":""r""}",false\r\n');
  assert.equal(lineOf({ id: 'a', note: null, offer: null }, columns), 'a,,,,,,\r\n');
});

describe('a cell', () => {
  for (const [given, shown] of [
    ['a,b', '"a,b"'],
    ['say "no"', '"say ""no"""'],
    ['two\nlines', '"two\nlines"'],
    ['=1+1', "'=1+1"],
    ['+49 30 123', "'+49 30 123"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['-2+3', "'-2+3"],
    ['-1e3', "'-1e3"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
    ['-12.00', '-12.00'],
    ['12.00', '12.00'],
    [-12, '-12'],
    [' =1', ' =1'],
    ['Müller 😀', 'Müller 😀'],
  ] as const) {
    test(`with ${JSON.stringify(given)} is ${JSON.stringify(shown)}`, () => {
      assert.equal(lineWith(given), `${shown}\r\n`);
    });
  }
});
