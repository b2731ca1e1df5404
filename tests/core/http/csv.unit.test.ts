import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvLine, guardedCell } from '../../../src/core/http/csv.ts';

test('cells that a spreadsheet would run are guarded, and no others', () => {
  for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])
    assert.equal(guardedCell(text), `'${text}`);
  for (const text of ['', 'a=b', '1-2', 'Erika', "'=1"]) assert.equal(guardedCell(text), text);
});

test('a line quotes what would break it', () => {
  assert.equal(csvLine(['a', '', '10.00']), 'a,,10.00\r\n');
  assert.equal(csvLine(['a,b', 'a"b', 'a\nb', 'a\rb']), '"a,b","a""b","a\nb","a\rb"\r\n');
});
