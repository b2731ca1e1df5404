import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DomainError, defineError, notFound } from '../../src/core/errors.ts';
import { asDomainError } from '../../src/core/http/errors.ts';
import { failure, onlyValue, success } from '../../src/core/outcome.ts';
import { pageOf } from '../../src/core/page.ts';

describe('an outcome', () => {
  test('of a list of one gives its value or throws its own error', () => {
    const refusal = new Error('refused');
    assert.equal(onlyValue([success(42)]), 42);
    assert.throws(() => onlyValue([failure(refusal)]), refusal);
  });

  test('is never picked from a list of none or of several', () => {
    assert.throws(() => onlyValue([]), RangeError);
    assert.throws(() => onlyValue([success(1), success(2)]), RangeError);
  });
});

describe('an error definition', () => {
  test('makes errors that carry its kind, code and message, and their own details', () => {
    const tooLate = defineError<{ by_seconds: number }>('conflict', 'TOO_LATE', 'Too late.');

    const error = tooLate({ by_seconds: 3 });

    assert.ok(error instanceof DomainError && error instanceof Error);
    assert.deepEqual(
      { kind: error.kind, code: error.code, message: error.message, details: error.details },
      { kind: 'conflict', code: 'TOO_LATE', message: 'Too late.', details: { by_seconds: 3 } },
    );
    assert.deepEqual([tooLate.kind, tooLate.code, tooLate.message], ['conflict', 'TOO_LATE', 'Too late.']);
  });

  test('is passed to the caller unchanged', () => {
    const error = notFound('offer', 'x');
    assert.equal(asDomainError(error, 'request-1'), error);
  });

  test('anything else thrown becomes INTERNAL_ERROR with the request id and nothing of the cause', () => {
    for (const thrown of [new Error('password=hunter2'), 'a string', { secret: 1 }]) {
      const error = asDomainError(thrown, 'request-1');
      assert.equal(error.code, 'INTERNAL_ERROR');
      assert.deepEqual(error.details, { request_id: 'request-1' });
      assert.doesNotMatch(error.message, /hunter2/);
    }
  });

  test('a thrown null or undefined becomes INTERNAL_ERROR', () => {
    for (const thrown of [null, undefined]) {
      assert.equal(asDomainError(thrown, 'request-1').code, 'INTERNAL_ERROR');
    }
  });
});

describe('a page', () => {
  const rows = ['e', 'd', 'c'];

  test('has the key of its last item when one more row was found', () => {
    const page = pageOf(rows, 5, { offset: 0, limit: 2 }, (row) => row);
    assert.deepEqual(page, { items: ['e', 'd'], total: 5, nextKey: 'd' });
  });

  test('has no next key when nothing follows, or when it is empty', () => {
    assert.equal(pageOf(rows, 3, { offset: 0, limit: 3 }, (row) => row).nextKey, null);
    assert.equal(pageOf([], 0, { offset: 0, limit: 3 }, String).nextKey, null);
  });
});
