import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { invalidToken } from '../../../../src/core/caller.ts';
import {
  type DomainError,
  forbidden,
  notFound,
  overloaded,
  rateLimited,
  ruleViolation,
  validationError,
} from '../../../../src/core/errors.ts';
import { internalError } from '../../../../src/core/http/errors.ts';
import { duplicatePurchase, userNotEligible } from '../../../../src/modules/earning/purchases/errors.ts';
import type { RefusedReport } from '../../../../src/modules/insight/refusals/model.ts';
import { isRefusal, storable } from '../../../../src/modules/insight/refusals/policies.ts';
import { MERCHANT, SHOPPER } from '../../../support/purchases-builders.ts';

const NOW = Temporal.Instant.from('2026-03-14T09:26:53Z');

const report = (fields: Partial<RefusedReport> = {}): RefusedReport => ({
  partnerId: MERCHANT,
  externalId: 'order-1',
  error: userNotEligible({ user_id: SHOPPER, reason: 'unknown' }),
  requestId: 'request-1',
  ...fields,
});

describe('a refusal is an answer by a rule', () => {
  const violations = { violations: [{ field: 'amount', reason: 'must be an amount' }] };
  const cases: readonly (readonly [DomainError, boolean])[] = [
    [userNotEligible({ user_id: SHOPPER, reason: 'unknown' }), true],
    [validationError(violations), true],
    [ruleViolation(violations), true],
    [forbidden(), true],
    [notFound('merchant', MERCHANT), true],
    [duplicatePurchase({ external_id: 'order-1', purchase: {}, differences: [] }), false],
    [invalidToken(), false],
    [rateLimited({}), false],
    [overloaded({}), false],
    [internalError({}), false],
  ];
  for (const [error, expected] of cases)
    test(`${error.code} of the kind ${error.kind}: ${expected}`, () =>
      assert.equal(isRefusal(report({ error })), expected));
});

describe('what is stored', () => {
  const stored = (fields: Partial<RefusedReport>) => storable(report(fields), SHOPPER, NOW);

  test('names the partner, the order, the error and the request', () => {
    const { refusedAt, ...rest } = stored({});
    assert.ok(refusedAt.equals(NOW));
    assert.deepEqual(rest, {
      id: SHOPPER,
      partnerId: MERCHANT,
      externalId: 'order-1',
      code: 'USER_NOT_ELIGIBLE',
      message: `User ${SHOPPER} is unknown.`,
      details: { user_id: SHOPPER, reason: 'unknown' },
      requestId: 'request-1',
    });
  });

  test('has the external id in the form of recorded purchases', () => {
    assert.equal(stored({ externalId: ' ｏrder-2\u{200b}\n' }).externalId, 'order-2');
  });

  for (const externalId of [null, '', ' ', '\u{200b}'])
    test(`has no external id of ${JSON.stringify(externalId)}`, () =>
      assert.equal(stored({ externalId }).externalId, null));

  test('is text that PostgreSQL accepts, of a bounded length', () => {
    const error = validationError({ violations: [{ field: 'a\0b\ud800', reason: 'is unknown' }] });
    const { externalId, details } = stored({ externalId: `\0${'x'.repeat(300)}`, error });
    assert.deepEqual([externalId?.length, externalId?.startsWith('\u{fffd}x')], [255, true]);
    assert.deepEqual(details, { violations: [{ field: 'a\u{fffd}b\u{fffd}', reason: 'is unknown' }] });
  });

  test('leaves out details that are too long', () => {
    const violations = Array.from({ length: 100 }, () => ({ field: 'x'.repeat(50), reason: 'is unknown' }));
    assert.deepEqual(stored({ error: ruleViolation({ violations }) }).details, {});
  });
});
