import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DomainError, overloaded } from '../../../../src/core/errors.ts';
import { failure, success } from '../../../../src/core/outcome.ts';
import { RepeatedRefusal } from '../../../../src/modules/platform/idempotency/model.ts';
import {
  canonicalText,
  isRepeated,
  isStoredRefusal,
  repeat,
  repeatOutcome,
  requestKey,
  toStored,
} from '../../../../src/modules/platform/idempotency/policies.ts';
import { assertEqual } from '../../../support/equality.ts';

const refusal = new DomainError('conflict', 'TOO_LATE', 'It is too late.', { since: '2026-03-14' });
const storedRefusal = {
  refusal: {
    kind: 'conflict',
    code: 'TOO_LATE',
    message: 'It is too late.',
    details: { since: '2026-03-14' },
  },
} as const;

describe('a refusal is a response to store', () => {
  for (const [kind, isStored] of [
    ['conflict', true],
    ['unprocessable', true],
    ['invalid', true],
    ['not_found', true],
    ['forbidden', true],
    ['unauthenticated', false],
    ['method_not_allowed', false],
    ['too_large', false],
    ['unsupported_media_type', false],
    ['rate_limited', false],
    ['internal', false],
    ['unavailable', false],
  ] as const) {
    test(`${isStored ? 'if' : 'never if'} it is of the kind ${kind}`, () => {
      assert.equal(isStoredRefusal(new DomainError(kind, 'CODE', 'text', {})), isStored);
    });
  }

  test('never if it is no refusal', () => {
    assert.equal(isStoredRefusal(new Error('out of order')), false);
    assert.equal(isStoredRefusal(undefined), false);
  });
});

describe('an outcome', () => {
  test('is stored as its answer, or as all parts of its refusal', () => {
    assertEqual(toStored(success({ id: '7' })), { answer: { id: '7' } });
    assertEqual(toStored(failure(refusal)), storedRefusal);
  });

  test('that is no response leaves the key free', () => {
    assert.equal(toStored(failure(overloaded())), undefined);
    assert.equal(toStored(failure(new Error('out of order'))), undefined);
  });

  test('that was stored is repeated as it was, and says that it is a repeat', () => {
    const answer = repeat({ answer: [1, null] });
    assertEqual(answer, success({ answer: [1, null], replayed: true }));
    assert.equal(isRepeated(answer), true);

    const refused = repeat(storedRefusal);
    assert.ok(!refused.ok && refused.error instanceof RepeatedRefusal);
    const { kind, code, message, details } = refused.error;
    assertEqual({ refusal: { kind, code, message, details } }, storedRefusal);
    assert.equal(isRepeated(refused), true);
  });

  test('that is the first of its key is no repeat', () => {
    assert.equal(isRepeated(success({ answer: 1, replayed: false })), false);
    assert.equal(isRepeated(failure(refusal)), false);
  });

  test('of the same list is repeated alike, and an error that is no response as it is', () => {
    assertEqual(repeatOutcome(success('done')), success({ answer: 'done', replayed: true }));
    const refused = repeatOutcome(failure(refusal));
    assert.ok(!refused.ok && refused.error instanceof RepeatedRefusal);
    const failed = failure(overloaded());
    assert.equal(repeatOutcome(failed), failed);
  });
});

describe('a request', () => {
  const request = {
    callerId: 'c',
    key: 'k',
    operation: 'thing.do',
    content: { a: '1', b: { c: '2', d: null } },
  };
  const text = canonicalText(request);

  test('has one text for any order of its fields, and for any caller and key', () => {
    const content = { b: { d: null, c: '2' }, a: '1' };
    assert.equal(canonicalText({ ...request, content }), text);
    assert.equal(canonicalText({ ...request, callerId: 'x', key: 'y' }), text);
  });

  for (const [title, other] of [
    ['another operation', { operation: 'thing.undo' }],
    ['another value', { content: { a: '1', b: { c: '2', d: '' } } }],
    ['a field less', { content: { a: '1', b: { c: '2' } } }],
    ['a field elsewhere', { content: { a: '1', b: {}, c: '2', d: null } }],
    ['a number instead of text', { content: { a: 1, b: { c: '2', d: null } } }],
  ] as const) {
    test(`has another text with ${title}`, () => {
      assert.notEqual(canonicalText({ ...request, ...other }), text);
    });
  }

  test('has another text for another order of a list', () => {
    assert.notEqual(
      canonicalText({ ...request, content: ['1', '2'] }),
      canonicalText({ ...request, content: ['2', '1'] }),
    );
  });

  test('has a name of its caller and key, which no other pair shares', () => {
    const names = [
      { callerId: 'a', key: 'b' },
      { callerId: 'a', key: 'bb' },
      { callerId: 'ab', key: 'b' },
    ].map(requestKey);
    assert.equal(new Set(names).size, 3);
  });
});
