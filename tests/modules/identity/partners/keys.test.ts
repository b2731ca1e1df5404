import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { DomainError } from '../../../../src/core/errors.ts';
import type { Batcher } from '../../../../src/core/overload/batcher.ts';
import { partnerAuthentication } from '../../../../src/modules/identity/partners/authentication.ts';
import { isApiKey, newKey, readKey } from '../../../../src/modules/identity/partners/keys.ts';
import type { KeyOfPartner, TakenMessage } from '../../../../src/modules/identity/partners/model.ts';
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
    for (const path of ['/users/me', '/users/me/wallet', '/users/me/purchases', '/offers', '/purchases'])
      assert.equal((await api('GET', path, { token })).status, 403, path);
  });
});

describe('a forged key', () => {
  const { text, prefix } = newKey();
  const [, , secret = '', sum = ''] = /^(cnb_.{8})_(.{43})_(.{8})$/.exec(text) ?? [];
  const FORGERIES: Record<string, (key: string) => string> = {
    'another checksum': (key) => `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`,
    'no checksum': (key) => key.slice(0, -9),
    'a part cut off': (key) => key.slice(0, -1),
    'a sign too many': (key) => `${key}0`,
    'capitals throughout': (key) => key.toUpperCase(),
    'small letters throughout': (key) => key.toLowerCase(),
    'its checksum in capitals': (key) =>
      key.slice(0, -8) +
      key
        .slice(-8)
        .toUpperCase()
        .replace(/[0-9]$/, 'A'),
    'the readable beginning alone': (key) => key.slice(0, 12),
    'another prefix': (key) => key.replace('cnb_', 'sk_'),
    'the secret of another key': (key) => key.replace(/_[\w-]{43}_/, `_${secret}_`),
    'the shape of a key and a true checksum, never issued': () => text,
    SQL: () => `${prefix}_'or'1'='1`,
    'SQL in the place of the secret': () => `${prefix}_${"';select--".padEnd(43, '-')}_${sum}`,
    'a NUL': (key) => `${key.slice(0, -1)}\0`,
    'a space within': (key) => `${key.slice(0, 20)} ${key.slice(20)}`,
    nothing: () => '',
    'ten thousand signs': (key) => key.repeat(120),
  };

  for (const [what, forge] of Object.entries(FORGERIES)) {
    test(`with ${what} is INVALID_TOKEN`, async () => {
      const { token } = await openPartner(platform);
      const forged = forge(token);
      assert.notEqual(forged, token);

      const answer = await knock(forged);

      assert.equal(answer.status, 401, JSON.stringify(answer.body));
      assert.equal(answer.body.error.code, 'INVALID_TOKEN');
      assert.deepEqual(answer.body.error.details, {});
      assert.equal(await codeFor(token), 'opens');
    });
  }

  test('with any one sign changed is INVALID_TOKEN, without a look into the database', () => {
    for (let position = 0; position < text.length; position += 1) {
      for (const sign of ['0', 'a', 'Z', '_', '-']) {
        const changed = text.slice(0, position) + sign + text.slice(position + 1);
        if (changed !== text) assert.equal(readKey(changed), undefined, changed);
      }
    }
    assert.ok(readKey(text));
    assert.ok(isApiKey(text));
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
    for (const { name } of tables) {
      const dump = JSON.stringify(await rowsOf(platform, `select t::text as row from ${name} t`));
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

  test('that cannot be written is logged, and retried with the next request', async () => {
    const { text, hash } = newKey();
    const warnings: string[] = [];
    let attempts = 0;
    const authentication = authenticationWith({
      findKey: async () => keyOf(hash),
      warn: (line) => warnings.push(line),
      transaction: async () => {
        attempts += 1;
        throw new Error('the database is gone');
      },
    });

    const caller = await authentication.authenticate(text, 'request');
    await authentication.settle();
    await authentication.authenticate(text, 'request');
    await authentication.settle();

    assert.equal(caller.id, 'partner');
    assert.equal(attempts, 2);
    assert.match(warnings[0] ?? '', /the use of an API key was not written down/);
    assert.match(warnings[0] ?? '', /the database is gone/);
  });
});

describe('a key that is looked up', () => {
  test('is not looked up when its checksum is wrong', async () => {
    let lookups = 0;
    const authentication = authenticationWith({
      findKey: async () => {
        lookups += 1;
        return undefined;
      },
    });
    const { text } = newKey();

    await assert.rejects(authentication.authenticate(`${text}0`, 'request'), isInvalidToken);
    await assert.rejects(authentication.authenticate('', 'request'), isInvalidToken);
    assert.equal(lookups, 0);
    await assert.rejects(authentication.authenticate(text, 'request'), isInvalidToken);
    assert.equal(lookups, 1);
  });

  test('is refused when the row that comes back has another hash', async () => {
    const { text } = newKey();
    const authentication = authenticationWith({ findKey: async () => keyOf(newKey().hash) });

    await assert.rejects(authentication.authenticate(text, 'request'), isInvalidToken);
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

function isInvalidToken(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'INVALID_TOKEN';
}

function keyOf(hash: Buffer): KeyOfPartner {
  return {
    id: 'key',
    hash,
    scopes: ['purchases:write'],
    expiresAt: null,
    revokedAt: null,
    partner: {
      id: 'partner',
      active: true,
      signatureRequired: false,
      signing: { current: null, previous: null, previousUntil: null },
    },
  };
}

/** By itself, with a database that answers as no test can make it answer at will. */
function authenticationWith(fakes: {
  readonly findKey: () => Promise<KeyOfPartner | undefined>;
  readonly warn?: (line: string) => void;
  readonly transaction?: () => Promise<never>;
}) {
  const { findKey, warn = () => undefined, transaction = async () => undefined } = fakes;
  return partnerAuthentication({
    database: { transaction },
    clock,
    logger: pino({ level: 'warn' }, { write: warn }),
    findKey,
    messages: {} as Batcher<TakenMessage, void>,
  } as unknown as Parameters<typeof partnerAuthentication>[0]);
}
