import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DomainError } from '../../../src/core/errors.ts';
import {
  CursorQuery,
  PageQuery,
  presentCursorPage,
  presentPage,
  readPage,
} from '../../../src/core/http/pagination.ts';
import { compileText } from '../../../src/core/http/validation.ts';
import { isId, newId } from '../../../src/core/id.ts';

describe('the query of a list', () => {
  const check = compileText(PageQuery({}));
  for (const query of [
    { limit: '0' },
    { limit: '101' },
    { offset: '-1' },
    { offset: '1.5' },
    { limit: 'all' },
  ]) {
    test(`refuses ${JSON.stringify(query)}`, () => assert.equal(check(query), false));
  }

  test('defaults to the first twenty items', () => {
    const query = {};
    assert.equal(check(query), true);
    assert.deepEqual(query, { offset: 0, limit: 20 });
  });

  test('takes a cursor only where the list has them', () => {
    assert.equal(check({ cursor: 'YWJj' }), false);
    assert.equal(compileText(CursorQuery({}))({ cursor: 'YWJj' }), true);
  });

  for (const cursor of ['', 'a b', 'YWJj=', '../x', 'a'.repeat(129)]) {
    test(`refuses the cursor ${JSON.stringify(cursor.slice(0, 20))}`, () => {
      assert.equal(compileText(CursorQuery({}))({ cursor }), false);
    });
  }
});

describe('a cursor', () => {
  test('leads to the rows after its page, and ignores the offset', () => {
    const id = newId();
    const query = { offset: 5, limit: 10 };
    const { pagination } = presentCursorPage(query, { items: [id], total: 30, nextKey: id }, (item) => item);
    assert.deepEqual(Object.keys(pagination), ['offset', 'limit', 'total', 'next_cursor']);

    const page = readPage({ ...query, cursor: pagination.next_cursor ?? '' }, isId);

    assert.deepEqual(page, { offset: 0, limit: 10, after: id });
  });

  test('is null on the last page', () => {
    const page = presentCursorPage({ offset: 0, limit: 10 }, { items: [], total: 0, nextKey: null }, String);
    assert.equal(page.pagination.next_cursor, null);
  });

  test('that is not one of ours is refused as VALIDATION_ERROR of the field cursor', () => {
    const forged = Buffer.from("' or true --").toString('base64url');
    assert.throws(
      () => readPage({ offset: 0, limit: 10, cursor: forged }, isId),
      (error: DomainError) => {
        assert.equal(error.code, 'VALIDATION_ERROR');
        assert.equal((error.details.violations as { field: string }[])[0]?.field, 'cursor');
        return true;
      },
    );
  });
});

test('a page shows each item in the form of the API, with where it stands', () => {
  const page = presentPage(
    { offset: 2, limit: 2 },
    { items: [1, 2], total: 9, nextKey: null },
    (item) => item * 10,
  );
  assert.deepEqual(page, { data: [10, 20], pagination: { offset: 2, limit: 2, total: 9 } });
});
