import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { forger } from '../../../support/forged-tokens.ts';
import { startTestPlatform } from '../../../support/platform.ts';

const SECRET = 'the secret of the present key of 32 and more';
const RETIRED_SECRET = 'the secret of the retired key of 32 and more';

const platform = await startTestPlatform({
  environment: { JWT_KEYS: `present:${SECRET},retired:${RETIRED_SECRET}` },
});
const { api, clock } = platform;
const user = await platform.registerUser();
const other = await platform.registerUser();
const { header, payload, forge, forgeries } = forger(
  { token: user.token, refreshToken: user.refreshToken, otherId: other.id },
  { present: SECRET, retired: RETIRED_SECRET },
);

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

describe('a forged token', () => {
  for (const [name, token] of Object.entries(forgeries)) {
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
    assert.equal(await statusOf(forgeries['a changed payload'] ?? ''), 401);
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

test('a remembered token expires too', async () => {
  assert.equal(await statusOf(user.token), 200);
  clock.advance({ seconds: 901 });
  const answer = await api('GET', '/users/me', { token: user.token });
  assert.equal(answer.body.error.code, 'EXPIRED_TOKEN');
});

async function statusOf(token: string): Promise<number> {
  return (await api('GET', '/users/me', { token })).status;
}
