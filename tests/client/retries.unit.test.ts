import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import openApi from '../../openapi.json' with { type: 'json' };
import { createClient } from '../../packages/client/src/index.ts';
import { isRepeatable, SAFE_BY_CONTENT } from '../../packages/client/src/repeatable.ts';
import { type AttemptResult, delayBeforeRetry } from '../../packages/client/src/retries.ts';
import { refusal, scriptedFetch } from '../support/scripted-fetch.ts';

const RETRY = { attempts: 3, firstDelayMs: 1 };
const url = 'http://platform.test';
const lost = new TypeError('fetch failed');
const payout = {
  body: {
    amount: '5.00',
    method: 'bank_transfer',
    details: { iban: 'DE89370400440532013000', account_holder: 'Ann' },
  },
} as const;

function delay(result: Partial<AttemptResult>, { attempt = 1, repeatable = false } = {}) {
  const whole = { status: undefined, code: undefined, isOutcomeUnknown: false, retryAfter: null, ...result };
  return delayBeforeRetry(whole, attempt, repeatable, {}, () => 1);
}

describe('the pause before a retry', () => {
  test('doubles, is shortened at random, and ends with the last attempt', () => {
    const delays = [1, 2, 3, 4, 5].map((attempt) => delay({}, { attempt, repeatable: true }));
    assert.deepEqual(delays, [250, 500, 1_000, 2_000, undefined]);
    const lost = { status: undefined, code: undefined, isOutcomeUnknown: false, retryAfter: null };
    assert.equal(
      delayBeforeRetry(lost, 1, true, {}, () => 0),
      0,
    );
  });

  test('is at least what Retry-After asks for, and none if that is too long', () => {
    assert.equal(delay({ status: 503, code: 'OVERLOADED', retryAfter: '4' }), 4_250);
    assert.equal(delay({ status: 409, code: 'IDEMPOTENCY_IN_PROGRESS', retryAfter: '1' }), 1_250);
    assert.equal(delay({ status: 429, code: 'RATE_LIMITED', retryAfter: '61' }), undefined);
  });

  test('after a lost answer needs a request that is safe to repeat', () => {
    const answers: Partial<AttemptResult>[] = [
      {},
      { status: 502 },
      { status: 503 },
      { status: 503, code: 'SERVICE_UNAVAILABLE', isOutcomeUnknown: true },
    ];
    for (const answer of answers) {
      assert.equal(delay(answer), undefined);
      assert.equal(delay(answer, { repeatable: true }), 250);
    }
  });

  test('does not exist after another refusal', () => {
    const answers: Partial<AttemptResult>[] = [
      { status: 500, code: 'INTERNAL_ERROR' },
      { status: 429, code: 'MFA_LOCKED' },
      { status: 409, code: 'INSUFFICIENT_BALANCE' },
      { status: 404 },
    ];
    for (const answer of answers)
      assert.equal(delay(answer, { repeatable: true }), undefined, JSON.stringify(answer));
  });
});

describe('the operations that are safe to repeat', () => {
  test('are the idempotent methods, those with a key, and a list of others that exist', () => {
    assert.ok(isRepeatable('GET /purchases') && isRepeatable('POST /users/me/payouts'));
    assert.ok(!isRepeatable('POST /merchants') && !isRepeatable('PATCH /payouts/{id}/process'));
    for (const operation of SAFE_BY_CONTENT) {
      const [method = '', path] = operation.split(' ');
      const methods = (openApi.paths as Record<string, object>)[`/api/v1${path}`] ?? {};
      assert.ok(method.toLowerCase() in methods, operation);
    }
  });
});

describe('a client', () => {
  test('keeps the Idempotency-Key of a call through its retries, and takes another one for the next call', async () => {
    const { fetch, sent } = scriptedFetch(
      lost,
      refusal(409, 'IDEMPOTENCY_IN_PROGRESS', {}, { 'retry-after': '0' }),
      { status: 201, body: {} },
      { status: 201, body: {} },
    );
    const client = createClient({ url, fetch, retry: RETRY });

    await client.post('/users/me/payouts', payout);
    await client.post('/users/me/payouts', payout);

    const keys = sent.map(({ headers }) => headers.get('idempotency-key'));
    assert.match(keys[0] ?? '', /^[\da-f-]{36}$/);
    assert.deepEqual(keys, [keys[0], keys[0], keys[0], keys[3]]);
    assert.notEqual(keys[3], keys[0]);
  });

  test('takes the key that the caller gives, and sends none where none is taken', async () => {
    const { fetch, sent } = scriptedFetch({ status: 201, body: {} }, { status: 201, body: {} });
    const client = createClient({ url, fetch });

    await client.post('/users/me/payouts', { ...payout, params: { header: { 'Idempotency-Key': 'mine' } } });
    await client.post('/merchants', { body: { name: 'Books', default_cashback_percentage: 5 } });

    assert.deepEqual(
      sent.map(({ headers }) => headers.get('idempotency-key')),
      ['mine', null],
    );
  });

  test('does not repeat what may have taken effect, and says how often it was sent', async () => {
    const { fetch, sent } = scriptedFetch(lost);
    const client = createClient({ url, fetch, retry: RETRY });
    const merchant = client.post('/merchants', { body: { name: 'Books', default_cashback_percentage: 5 } });
    await assert.rejects(merchant, { name: 'ConnectionError', attempts: 1, cause: lost });
    assert.equal(sent.length, 1);

    const other = createClient({ url, fetch: scriptedFetch(lost, lost, lost).fetch, retry: RETRY });
    await assert.rejects(other.get('/merchants'), { name: 'ConnectionError', attempts: 3 });
  });

  test('stops at once when its signal is aborted, also in a pause', async () => {
    const abort = new AbortController();
    const { fetch, sent } = scriptedFetch(() => {
      setImmediate(() => abort.abort(new Error('enough')));
      return refusal(503, 'OVERLOADED', {}, { 'retry-after': '50' });
    });
    const client = createClient({ url, fetch });
    await assert.rejects(client.get('/merchants', { signal: abort.signal }), { message: 'enough' });
    assert.equal(sent.length, 1);
  });

  test('sends large bodies in gzip if it is asked to', async () => {
    const done = { body: { results: [] } };
    const { fetch, sent } = scriptedFetch(done, done, done);
    const client = createClient({ url, fetch, gzip: true });
    const users = Array.from({ length: 100 }, (_, index) => ({ email: `user-${index}@example.com` }));

    await client.post('/users/import', { body: users });
    await client.post('/users/import', { body: [{ email: 'a@example.com' }] });
    await createClient({ url, fetch }).post('/users/import', { body: users });

    assert.deepEqual(
      sent.map(({ headers }) => headers.get('content-encoding')),
      ['gzip', null, null],
    );
    const { gunzipSync } = await import('node:zlib');
    assert.deepEqual(JSON.parse(gunzipSync(Buffer.from(sent[0]?.body ?? '', 'latin1')).toString()), users);
  });
});
