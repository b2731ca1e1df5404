import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ApiError, createClient, hasCode, type Tokens } from '../../packages/client/src/index.ts';
import { openSession } from '../../packages/client/src/session.ts';
import { createTransport } from '../../packages/client/src/transport.ts';
import { refusal, type SentRequest, scriptedFetch } from '../support/scripted-fetch.ts';

const url = 'http://platform.test';
const LOGIN = { email: 'ann@example.com', password: 'Str0ng!Pass' };

function tokens(number: number): Tokens {
  return { access_token: `access-${number}`, refresh_token: `refresh-${number}`, token_type: 'bearer' };
}

/** A platform that knows the present access token, and exchanges the present refresh token. */
function platformWithTokens(valid = 1) {
  let present = valid;
  const exchanges: string[] = [];
  async function fetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const { pathname } = new URL(String(input));
    const json = (body: object, status = 200) => Response.json(body, { status });
    await new Promise(setImmediate);
    if (pathname.endsWith('/auth/login')) {
      exchanges.push('login');
      present += 1;
      return json(tokens(present));
    }
    if (pathname.endsWith('/auth/refresh')) {
      const { refresh_token } = JSON.parse(await new Response(init.body).text());
      exchanges.push(refresh_token);
      if (refresh_token !== `refresh-${present}`)
        return json(refusal(401, 'INVALID_REFRESH_TOKEN').body, 401);
      present += 1;
      return json(tokens(present));
    }
    const isKnown = new Headers(init.headers).get('authorization') === `Bearer access-${present}`;
    return isKnown ? json({ id: 'ann' }) : json(refusal(401, 'EXPIRED_TOKEN').body, 401);
  }
  return {
    fetch: fetch as typeof globalThis.fetch,
    exchanges,
    expire: () => {
      present += 0.5;
    },
  };
}

describe('a session', () => {
  test('logs in once for concurrent requests', async () => {
    const { fetch, exchanges } = platformWithTokens();
    const client = createClient({ url, fetch, credentials: LOGIN });
    await Promise.all([client.get('/users/me'), client.get('/users/me'), client.get('/users/me')]);
    assert.deepEqual(exchanges, ['login']);
  });

  test('exchanges an expired token once for concurrent requests, and hands over each pair', async () => {
    const { fetch, exchanges } = platformWithTokens(7);
    const kept: Tokens[] = [];
    const expired = { ...tokens(7), access_token: 'expired' };
    const client = createClient({
      url,
      fetch,
      credentials: { tokens: expired },
      onTokens: (pair) => kept.push(pair),
    });
    const users = await Promise.all([1, 2, 3].map(() => client.get('/users/me')));
    assert.equal(users.length, 3);
    assert.deepEqual(exchanges, ['refresh-7']);
    assert.deepEqual(kept, [tokens(8)]);
  });

  test('exchanges a token once for requests that learn of its end at the same moment', async () => {
    const { fetch, names } = scriptedFetch({ body: tokens(2) });
    const transport = createTransport({ fetch, retry: undefined, timeoutMs: 1_000, gzip: false });
    const credentials = { tokens: tokens(1) };
    const session = openSession({ url, transport, credentials, onTokens: undefined });
    const refused = new Headers({ authorization: 'Bearer access-1' });

    await Promise.all([1, 2].map(() => session.renew(refused, 'EXPIRED_TOKEN')));
    assert.deepEqual(await session.tokens(), tokens(2));
    assert.deepEqual(names(), ['POST /auth/refresh']);
  });

  test('logs in again when its refresh token is refused, or fails if it has no password', async () => {
    const { fetch, exchanges, expire } = platformWithTokens();
    const client = createClient({ url, fetch, credentials: LOGIN });
    await client.get('/users/me');
    expire();
    await client.get('/users/me');
    assert.deepEqual(exchanges, ['login', 'refresh-2', 'login']);

    const other = createClient({ url, fetch, credentials: { tokens: tokens(1) } });
    await assert.rejects(other.get('/users/me'), { code: 'INVALID_REFRESH_TOKEN', status: 401 });
  });

  test('keeps its refresh token if the platform is away during the exchange', async () => {
    const { fetch, names } = scriptedFetch(
      refusal(401, 'EXPIRED_TOKEN'),
      new TypeError('fetch failed'),
      refusal(401, 'EXPIRED_TOKEN'),
      { body: tokens(2) },
      { body: { id: 'ann' } },
    );
    const client = createClient({ url, fetch, credentials: { tokens: tokens(1) }, retry: { attempts: 1 } });
    await assert.rejects(client.get('/users/me'), { name: 'ConnectionError' });
    await client.get('/users/me');
    assert.equal(names().filter((name) => name.endsWith('/auth/refresh')).length, 2);
  });

  test('does not repeat a request whose password or code was wrong', async () => {
    const { fetch, names } = scriptedFetch(refusal(401, 'INVALID_MFA_CODE'));
    const client = createClient({ url, fetch, credentials: { tokens: tokens(1) } });
    await assert.rejects(client.post('/auth/mfa/step-up', { body: { code: '123456' } }), {
      code: 'INVALID_MFA_CODE',
    });
    assert.equal(names().length, 1);
  });

  test('answers the question for the second factor', async () => {
    const verified = (request: SentRequest) => {
      assert.deepEqual(JSON.parse(request.body), { mfa_token: 'half', code: '123456' });
      return { body: tokens(1) };
    };
    const { fetch } = scriptedFetch(refusal(401, 'MFA_REQUIRED', { mfa_token: 'half' }), verified, {
      body: { id: 'ann' },
    });
    const secondFactor = () => ({ code: '123456' });
    const client = createClient({ url, fetch, credentials: { ...LOGIN, secondFactor } });
    assert.deepEqual(await client.get('/users/me'), { id: 'ann' });
  });

  test('ends by its refresh token', async () => {
    const { fetch, sent } = scriptedFetch({ status: 204 });
    await createClient({ url, fetch, credentials: { tokens: tokens(1) } }).logOut();
    assert.deepEqual(
      sent.map(({ name, body }) => [name, JSON.parse(body)]),
      [['POST /api/v1/auth/logout', { refresh_token: 'refresh-1' }]],
    );
  });

  test('leaves a token alone that the caller sends', async () => {
    const { fetch, sent } = scriptedFetch({ body: { id: 'ann' } });
    const client = createClient({ url, fetch, credentials: LOGIN });
    await client.get('/users/me', { headers: { authorization: 'Bearer other' } });
    assert.equal(sent[0]?.headers.get('authorization'), 'Bearer other');
  });
});

describe('an error', () => {
  test('has code, details, status and the id of its request', async () => {
    const details = {
      available_balance: '1.00',
      pending_balance: '0',
      requested_amount: '5',
      currency: 'EUR',
    };
    const { fetch } = scriptedFetch(
      refusal(409, 'INSUFFICIENT_BALANCE', details, { 'x-request-id': 'request-1' }),
    );
    const client = createClient({ url, fetch });
    try {
      await client.get('/users/me/wallet');
      assert.fail('it was not thrown');
    } catch (error) {
      assert.ok(error instanceof ApiError && error.code === 'INSUFFICIENT_BALANCE');
      assert.equal(error.details.available_balance, '1.00');
      assert.deepEqual([error.status, error.requestId, error.attempts], [409, 'request-1', 1]);
    }
  });

  test('of one item of a batch is known by its code too', () => {
    const item: { error?: { code: string } } = { error: { code: 'DUPLICATE_PURCHASE' } };
    assert.ok(hasCode(item.error, 'DUPLICATE_PURCHASE'));
    assert.ok(!hasCode(item.error, 'NOT_FOUND') && !hasCode(undefined, 'NOT_FOUND'));
  });

  test('names what answered instead of a platform', async () => {
    const { fetch } = scriptedFetch({ status: 404, body: '<html>' });
    await assert.rejects(createClient({ url, fetch }).get('/merchants'), {
      name: 'ConnectionError',
      message: /404/,
    });
  });
});
