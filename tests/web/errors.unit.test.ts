import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ApiError, ConnectionError } from '../../web/src/app/client.ts';
import { errorText, isOutcomeUnknown, violationsOf } from '../../web/src/app/errors.ts';
import { createFormat } from '../../web/src/lib/format.ts';
import { de, en } from '../../web/src/messages/errors.ts';

const CODES = [
  ...readFileSync('packages/client/src/errors.generated.ts', 'utf8').matchAll(/^ {2}([A-Z_]+): /gm),
].map(([, code = '']) => code);

function refusal(code: string, details: object = {}) {
  return new ApiError(
    { code, message: 'From the platform.', details },
    { request: 'GET /x', status: 409, requestId: 'r', attempts: 1 },
  );
}

test('has words for every error code in both languages, and for no other', () => {
  assert.ok(CODES.length > 50);
  assert.deepEqual(Object.keys(en).sort(), CODES);
  assert.deepEqual(Object.keys(de).sort(), CODES);
});

test('says what was refused with the figures of the platform', () => {
  const error = refusal('INSUFFICIENT_BALANCE', { available_balance: '12.50', currency: 'EUR' });
  assert.equal(errorText(error, 'en', createFormat('en')), 'Only 12.50\u00a0€ is available.');
  assert.equal(errorText(error, 'de', createFormat('de')), 'Verfügbar sind nur 12,50\u00a0€.');
});

test('uses the sentence of the platform for a code that it does not know', () => {
  assert.equal(errorText(refusal('FUTURE_CODE'), 'de', createFormat('de')), 'From the platform.');
});

test('has words for a lost connection and for the unexpected', () => {
  const lost = new ConnectionError('x', { request: 'GET /x', attempts: 1 });
  assert.match(errorText(lost, 'en', createFormat('en')), /cannot reach/);
  assert.match(errorText(new Error('x'), 'en', createFormat('en')), /unexpected/);
});

test('knows when the outcome is unknown', () => {
  assert.equal(isOutcomeUnknown(new ConnectionError('x', { request: '', attempts: 1 })), true);
  assert.equal(isOutcomeUnknown(refusal('SERVICE_UNAVAILABLE', { outcome: 'unknown' })), true);
  assert.equal(isOutcomeUnknown(refusal('INSUFFICIENT_BALANCE')), false);
});

test('finds the fields that a refusal names', () => {
  const violations = [{ field: 'amount', reason: 'must be positive' }];
  assert.deepEqual(violationsOf(refusal('VALIDATION_ERROR', { violations })), violations);
  assert.deepEqual(violationsOf(new Error('x')), []);
});
