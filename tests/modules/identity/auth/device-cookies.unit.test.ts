import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceCookies } from '../../../../src/modules/identity/auth/device-cookies.ts';
import { testClock } from '../../../support/clock.ts';

const EMAIL = 'alice@example.com';
const key = (id: string) => ({ id, key: Buffer.alloc(32, id) });

function cookies(...keyIds: string[]) {
  const clock = testClock();
  return { clock, ...deviceCookies({ clock, encryptionKeys: keyIds.map(key), isSecure: false }) };
}

const sent = (header: string) => header.split(';')[0] ?? '';

test('a cookie gives the id of the browser back, for the account that logged in', () => {
  const { issue, read } = cookies('a');
  const cookie = sent(issue(EMAIL));
  assert.match(String(read(cookie, EMAIL)), /^[\w-]{22}$/);
  assert.equal(read(cookie, 'bob@example.com'), undefined);
});

test('two logins give two ids', () => {
  const { issue, read } = cookies('a');
  assert.notEqual(read(sent(issue(EMAIL)), EMAIL), read(sent(issue(EMAIL)), EMAIL));
});

test('a cookie is not readable by a script, is for logins only, and is secure where TLS is', () => {
  const { clock, issue } = cookies('a');
  assert.match(issue(EMAIL), /; Path=\/api\/v1\/auth; HttpOnly; SameSite=Strict$/);
  const secure = deviceCookies({ clock, encryptionKeys: [key('a')], isSecure: true });
  assert.match(secure.issue(EMAIL), /; Secure$/);
});

test('a cookie expires after half a year', () => {
  const { clock, issue, read } = cookies('a');
  const cookie = sent(issue(EMAIL));
  clock.advance({ hours: 180 * 24 - 1 });
  assert.ok(read(cookie, EMAIL));
  clock.advance({ hours: 1 });
  assert.equal(read(cookie, EMAIL), undefined);
});

test('a cookie that is altered, or whose key is gone, is none', () => {
  const cookie = sent(cookies('a').issue(EMAIL));
  const { read } = cookies('b', 'a');
  assert.ok(read(cookie, EMAIL), 'an older key still verifies');
  assert.equal(cookies('b').read(cookie, EMAIL), undefined);
  const [name, value = ''] = cookie.split('=');
  const [id, expires, keyId, hash = ''] = value.split('.');
  for (const forged of [
    `${name}=${id}x.${expires}.${keyId}.${hash}`,
    `${name}=${id}.${Number(expires) + 1}.${keyId}.${hash}`,
    `${name}=${id}.${expires}.${keyId}.${hash.slice(1)}`,
    `${name}=${id}.${expires}`,
    `x${cookie}`,
    '',
    undefined,
  ]) {
    assert.equal(read(forged, EMAIL), undefined, String(forged));
  }
});
