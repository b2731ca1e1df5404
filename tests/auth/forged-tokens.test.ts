import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign as signWithKey } from 'node:crypto';
import { describe, test } from 'node:test';
import { startTestPlatform } from '../support/platform.ts';

const SECRET = 'the secret of the present key of 32 and more';
const RETIRED_SECRET = 'the secret of the retired key of 32 and more';

const platform = await startTestPlatform({
  environment: { JWT_KEYS: `present:${SECRET},retired:${RETIRED_SECRET}` },
});
const { api, clock } = platform;
const user = await platform.registerUser();
const other = await platform.registerUser();
const [headerPart = '', payloadPart = ''] = user.token.split('.');
const header = decoded(headerPart);
const payload = decoded(payloadPart);
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

describe('a token of ours', () => {
  test('is a JWT with the claims that the platform asks for, and no more than the user id of the person', () => {
    assert.deepEqual(header, { alg: 'HS256', typ: 'JWT', kid: 'present' });
    assert.deepEqual(Object.keys(payload).sort(), ['aud', 'exp', 'iat', 'iss', 'role', 'sid', 'sub']);
    assert.equal(payload.sub, user.id);
    assert.equal(Number(payload.exp) - Number(payload.iat), 900);
  });

  test('made here by hand works, so that the forgeries below fail for what is wrong with them alone', async () => {
    assert.equal(await statusOf(forge({})), 200);
  });

  test('signed with a key that only verifies any more still works', async () => {
    assert.equal(await statusOf(forge({ header: { kid: 'retired' }, secret: RETIRED_SECRET })), 200);
  });
});

const FORGERIES: Record<string, string> = {
  'no algorithm': `${encoded({ ...header, alg: 'none' })}.${payloadPart}.`,
  'no algorithm, and a signature': forge({ header: { alg: 'none' } }),
  'no algorithm in other letters': forge({ header: { alg: 'nOnE' } }),
  HS384: forge({ header: { alg: 'HS384' }, digest: 'sha384' }),
  HS512: forge({ header: { alg: 'HS512' }, digest: 'sha512' }),
  'HS512 named, HS256 used': forge({ header: { alg: 'HS512' } }),
  RS256: signedWithRsa({ ...header, alg: 'RS256' }),
  'a missing algorithm': forge({ header: { alg: undefined } }),
  'another key': forge({ secret: 'another secret of more than 32 characters' }),
  'an empty key': forge({ secret: '' }),
  'the key of another kid': forge({ secret: RETIRED_SECRET }),
  'an unknown kid': forge({ header: { kid: 'unknown' } }),
  'no kid': forge({ header: { kid: undefined } }),
  'a kid that is a path': forge({ header: { kid: '../../../../dev/null' }, secret: '' }),
  'a kid that is SQL': forge({ header: { kid: "x' union select 'secret" }, secret: 'secret' }),
  'a kid that is a property of every object': forge({ header: { kid: '__proto__' }, secret: '' }),
  'a kid that is a list': forge({ header: { kid: ['present'] } }),
  'a kid with a NUL': forge({ header: { kid: 'present\0' } }),
  'a jku, and its key': signedWithRsa({ ...header, alg: 'RS256', jku: 'https://evil.example/keys' }),
  'an embedded jwk': signedWithRsa({ ...header, alg: 'RS256', jwk: rsa.publicKey.export({ format: 'jwk' }) }),
  'an x5u': signedWithRsa({ ...header, alg: 'RS256', x5u: 'https://evil.example/cert' }),
  'no exp': forge({ payload: { exp: undefined } }),
  'an exp that is text': forge({ payload: { exp: String(payload.exp) } }),
  'an exp that is null': forge({ payload: { exp: null } }),
  'no sub': forge({ payload: { sub: undefined } }),
  'a sub that is no id': forge({ payload: { sub: "' or true --" } }),
  'a sub that is a list': forge({ payload: { sub: [payload.sub] } }),
  'no sid': forge({ payload: { sid: undefined } }),
  'a sid that is no id': forge({ payload: { sid: 'x' } }),
  'a sid that nobody has': forge({ payload: { sid: '01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5e' } }),
  'a sub that nobody has': forge({ payload: { sub: '01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5e' } }),
  'the sid of another user': forge({ payload: { sub: other.id } }),
  'no iss': forge({ payload: { iss: undefined } }),
  'another iss': forge({ payload: { iss: 'clicknback.example' } }),
  'no aud': forge({ payload: { aud: undefined } }),
  'another aud': forge({ payload: { aud: 'another-api' } }),
  'another typ': forge({ header: { typ: 'at+jwt' } }),
  'no typ': forge({ header: { typ: undefined } }),
  'a changed payload': `${headerPart}.${encoded({ ...payload, sub: other.id })}.${user.token.split('.')[2]}`,
  'a changed role': `${headerPart}.${encoded({ ...payload, role: 'admin' })}.${user.token.split('.')[2]}`,
  'a cut signature': user.token.slice(0, -4),
  'no signature': `${headerPart}.${payloadPart}.`,
  'two parts': `${headerPart}.${payloadPart}`,
  'four parts': `${user.token}.x`,
  'a payload that is no JSON': signed(headerPart, Buffer.from('no json').toString('base64url')),
  'a payload that is a list': signed(headerPart, encoded([])),
  'a payload that is null': signed(headerPart, encoded(null)),
  'a header that is no JSON': signed(Buffer.from('no json').toString('base64url'), payloadPart),
  'a header that is null': signed(encoded(null), payloadPart),
  'a refresh token in its place': user.refreshToken,
  nothing: '',
  'a token of ten thousand characters': forge({ payload: { sub: 'x'.repeat(8_000) } }),
};

describe('a forged token', () => {
  for (const [name, token] of Object.entries(FORGERIES)) {
    test(`with ${name} is INVALID_TOKEN`, async () => {
      assert.notEqual(token, user.token);
      const answer = await api('GET', '/users/me', { token });
      assert.equal(answer.status, 401, JSON.stringify(answer.body));
      assert.equal(answer.body.error.code, 'INVALID_TOKEN');
      assert.equal(answer.headers['www-authenticate'], 'Bearer');
      assert.deepEqual(answer.body.error.details, {});
    });
  }

  for (const authorization of [
    'Basic YWxpY2U6cGFzcw==',
    `Token ${user.token}`,
    user.token,
    'Bearer',
    'Bearer ',
    `Bearer ${user.token} x`,
    `Bearer "${user.token}"`,
  ]) {
    test(`in the header "${authorization.slice(0, 14)}…" is INVALID_TOKEN`, async () => {
      const answer = await api('GET', '/users/me', { headers: { authorization } });
      assert.equal(answer.status, 401);
      assert.equal(answer.body.error.code, 'INVALID_TOKEN');
    });
  }

  test('is refused, too, right after the true one was verified and remembered', async () => {
    assert.equal(await statusOf(user.token), 200);
    assert.equal(await statusOf(FORGERIES['a changed payload'] ?? ''), 401);
    assert.equal(await statusOf(user.token), 200);
  });

  test('in the URL or in a cookie opens nothing', async () => {
    const inUrl = await api('GET', `/users/me?access_token=${user.token}`);
    const inCookie = await api('GET', '/users/me', { headers: { cookie: `access_token=${user.token}` } });
    assert.deepEqual([inUrl.status, inCookie.status], [401, 401]);
  });
});

test('the scheme of the header is written in any case', async () => {
  for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
    const answer = await api('GET', '/users/me', { headers: { authorization: `${scheme} ${user.token}` } });
    assert.equal(answer.status, 200, scheme);
  }
});

test('a remembered token expires all the same', async () => {
  assert.equal(await statusOf(user.token), 200);
  clock.advance({ seconds: 901 });
  const answer = await api('GET', '/users/me', { token: user.token });
  assert.equal(answer.body.error.code, 'EXPIRED_TOKEN');
});

async function statusOf(token: string): Promise<number> {
  return (await api('GET', '/users/me', { token })).status;
}

/** A token as ours, but for what is given; `undefined` leaves a field out. */
function forge(changes: {
  readonly header?: Record<string, unknown>;
  readonly payload?: Record<string, unknown>;
  readonly secret?: string;
  readonly digest?: string;
}): string {
  const first = encoded({ ...header, ...changes.header });
  const second = encoded({ ...payload, ...changes.payload });
  return signed(first, second, changes.secret, changes.digest);
}

function signed(first: string, second: string, secret = SECRET, digest = 'sha256'): string {
  const signature = createHmac(digest, secret).update(`${first}.${second}`).digest('base64url');
  return `${first}.${second}.${signature}`;
}

function signedWithRsa(forgedHeader: object): string {
  const text = `${encoded(forgedHeader)}.${payloadPart}`;
  return `${text}.${signWithKey('sha256', Buffer.from(text), rsa.privateKey).toString('base64url')}`;
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decoded(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}
