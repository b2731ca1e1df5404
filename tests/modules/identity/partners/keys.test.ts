import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { newKey } from '../../../../src/modules/identity/partners/keys.ts';
import { issueKey, openPartner } from '../../../support/partners.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { openShop, rowsOf } from '../../../support/purchases-shop.ts';

const log: string[] = [];
const platform = await startTestPlatform({
  // The admin stays logged in while the tests move the clock.
  environment: { ACCESS_TOKEN_TTL_SECONDS: '86400' },
  logger: pino({ level: 'trace' }, { write: (line: string) => log.push(line) }),
});
const { api, admin, clock } = platform;
const { settle } = platform.platform.modules.partners.client;
const shop = await openShop(platform);
const purchaseId = (await shop.buy()).id;

/** What a key opens: 404 is a yes, as the purchase is nobody's. */
const knock = (token: string) => api('GET', `/purchases/${purchaseId}`, { token });

async function codeFor(token: string): Promise<string> {
  const { status, body, headers } = await knock(token);
  if (status === 404) return 'opens';
  assert.equal(status, 401, JSON.stringify(body));
  assert.equal(headers['www-authenticate'], 'Bearer');
  return body.error.code;
}

describe('an API key', () => {
  test('opens what its scopes allow', async () => {
    const { token } = await openPartner(platform);
    assert.equal(await codeFor(token), 'opens');
  });

  test('is refused as soon as it is revoked, and other keys of the partner still work', async () => {
    const partner = await openPartner(platform);
    const other = await issueKey(platform, partner.id);
    assert.equal(await codeFor(partner.token), 'opens');

    await api('DELETE', `/partners/${partner.id}/keys/${partner.keyId}`, { token: admin.token });

    assert.equal(await codeFor(partner.token), 'TOKEN_REVOKED');
    assert.equal(await codeFor(other.key), 'opens');
  });

  test('expires to the second', async () => {
    const { id } = await openPartner(platform);
    const expires_at = clock().add({ hours: 1 }).toString();
    const { key } = await issueKey(platform, id, { expires_at });

    clock.advance({ minutes: 59, seconds: 59 });
    assert.equal(await codeFor(key), 'opens');
    clock.advance({ seconds: 1 });
    assert.equal(await codeFor(key), 'EXPIRED_TOKEN');
  });

  test('of a partner is refused while the partner is inactive', async () => {
    const { id, token } = await openPartner(platform);
    const set = (status: string) =>
      api('PATCH', `/partners/${id}/status`, { token: admin.token, body: { status } });

    await set('inactive');
    assert.equal(await codeFor(token), 'USER_INACTIVE');
    await set('active');
    assert.equal(await codeFor(token), 'opens');
  });

  test('is no account: it opens nothing that takes one', async () => {
    const { token } = await openPartner(platform);
    for (const path of ['/users/me', '/users/me/wallet', '/users/me/purchases', '/offers/active', '/payouts'])
      assert.equal((await api('GET', path, { token })).status, 403, path);
  });
});

describe('a forged key', () => {
  const { text, prefix } = newKey();
  const FORGERIES: Record<string, (key: string) => string> = {
    'another checksum': (key) => `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`,
    'the shape of a key and a true checksum, never issued': () => text,
    SQL: () => `${prefix}_'or'1'='1`,
    'a NUL': (key) => `${key.slice(0, -1)}\0`,
    'a space within': (key) => `${key.slice(0, 20)} ${key.slice(20)}`,
    nothing: () => '',
    'ten thousand signs': (key) => key.repeat(120),
  };

  test('is INVALID_TOKEN, whatever is wrong with it', async () => {
    const { token } = await openPartner(platform);
    for (const [what, forge] of Object.entries(FORGERIES)) {
      const answer = await knock(forge(token));
      assert.equal(answer.status, 401, what);
      assert.equal(answer.body.error.code, 'INVALID_TOKEN', what);
      assert.deepEqual(answer.body.error.details, {}, what);
    }
    assert.equal(await codeFor(token), 'opens');
  });

  test('in the URL, in a cookie or under another scheme opens nothing', async () => {
    const { token } = await openPartner(platform);
    const path = `/purchases/${purchaseId}`;
    const answers = [
      await api('GET', `${path}?api_key=${token}`),
      await api('GET', path, { headers: { cookie: `api_key=${token}` } }),
      await api('GET', path, { headers: { 'x-api-key': token } }),
      await api('GET', path, { headers: { authorization: `Basic ${token}` } }),
    ];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [401, 401, 401, 401],
    );
  });
});

describe('the hash of a key', () => {
  test('is all that is kept: neither the database, the log nor the audit log knows the key', async () => {
    const { id, token } = await openPartner(platform);
    await api('POST', '/purchases', { token, body: shop.body() });
    await knock(token);
    await knock(`${token.slice(0, -1)}x`);
    await settle();
    const [, , secret = ''] = /^(cnb_.{8})_(.{43})_/.exec(token) ?? [];
    const [bytes] = [Buffer.from(secret, 'base64url').toString('hex')];

    const tables = await platform.database.db.introspection.getTables();
    for (const { schema, name } of tables) {
      const dump = JSON.stringify(await rowsOf(platform, `select t::text as row from ${schema}.${name} t`));
      assert.ok(!dump.includes(secret) && !dump.includes(bytes), name);
    }
    assert.ok(log.some((line) => line.includes(id)));
    assert.deepEqual(
      log.filter((line) => line.includes(secret)),
      [],
    );
  });
});

describe('the last use of a key', () => {
  test('is written once a minute, beside the request', async () => {
    const { keyId, token } = await openPartner(platform);
    const firstUse = clock().toString();
    await knock(token);
    await settle();
    assert.equal(await lastUseOf(keyId), firstUse);

    clock.advance({ seconds: 59 });
    await knock(token);
    await settle();
    assert.equal(await lastUseOf(keyId), firstUse);

    clock.advance({ seconds: 1 });
    const secondUse = clock().toString();
    await Promise.all([knock(token), knock(token)]);
    await settle();
    assert.equal(await lastUseOf(keyId), secondUse);
  });

  test('that another process has written less than a minute ago is left alone', async () => {
    const { keyId, token } = await openPartner(platform);
    const written = clock().subtract({ seconds: 30 }).toString();
    await rowsOf(platform, `update partner_keys set last_used_at = '${written}' where id = '${keyId}'`);

    await knock(token);
    await settle();

    assert.equal(await lastUseOf(keyId), written);
  });
});

async function lastUseOf(keyId: string): Promise<string | null> {
  const { db } = platform.database;
  const row = await db
    .selectFrom('partner_keys')
    .select('last_used_at')
    .where('id', '=', keyId)
    .executeTakeFirstOrThrow();
  return row.last_used_at?.toString() ?? null;
}
