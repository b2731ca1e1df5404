import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSql } from '../../../support/database.ts';
import { startTestPlatform } from '../../../support/platform.ts';

const { api, clock, database, registerUser, runJob } = await startTestPlatform();
const purge = () => runJob('purge-refresh-tokens');

const counts = async () => {
  const [row] = await runSql(
    database.url,
    'select (select count(*)::int from refresh_tokens) as tokens, (select count(*)::int from sessions) as sessions',
  );
  return row;
};
const refresh = (token: string) => api('POST', '/auth/refresh', { body: { refresh_token: token } });

test('refresh tokens go a week after they expired, and a session with its last one', async () => {
  const gone = await registerUser();
  clock.advance({ hours: 24 });
  const rotated = await registerUser();
  const successor = (await refresh(rotated.refreshToken)).body.refresh_token;
  // The admin's, the one that goes, and the rotated one with its successor.
  assert.deepEqual(await counts(), { tokens: 4, sessions: 3 });

  clock.advance({ hours: 24 * 36 - 1 });
  assert.deepEqual(await purge(), [0]);
  assert.equal((await refresh(gone.refreshToken)).body.error.code, 'EXPIRED_REFRESH_TOKEN');

  clock.advance({ hours: 2 });
  assert.deepEqual(await purge(), [2]);
  assert.deepEqual(await counts(), { tokens: 2, sessions: 1 });
  assert.equal((await refresh(gone.refreshToken)).body.error.code, 'INVALID_REFRESH_TOKEN');
  assert.equal((await refresh(rotated.refreshToken)).body.error.code, 'EXPIRED_REFRESH_TOKEN');

  clock.advance({ hours: 24 });
  assert.deepEqual(await purge(), [2]);
  assert.deepEqual(await counts(), { tokens: 0, sessions: 0 });
  assert.equal((await refresh(successor)).body.error.code, 'INVALID_REFRESH_TOKEN');
});

test('a session that lives on keeps its newest tokens, and the reuse of a rotated one still ends it', async () => {
  const { refreshToken } = await registerUser();
  let newest = refreshToken;
  // A month and a half of daily use.
  for (let day = 0; day < 45; day += 1) {
    clock.advance({ hours: 24 });
    newest = (await refresh(newest)).body.refresh_token;
  }

  assert.deepEqual(await purge(), [8]);
  assert.deepEqual(await counts(), { tokens: 38, sessions: 1 });
  const next = (await refresh(newest)).body;
  assert.ok(next.refresh_token);
  clock.advance({ minutes: 1 });
  assert.equal((await refresh(newest)).body.error.code, 'TOKEN_REVOKED');
  assert.equal((await refresh(next.refresh_token)).body.error.code, 'TOKEN_REVOKED');
});

test('two purges at once delete each token once', async () => {
  for (let index = 0; index < 20; index += 1) await registerUser();
  clock.advance({ hours: 24 * 60 });
  const before = await counts();
  const purged = await Promise.all([purge(), purge()]);
  assert.equal(
    purged.flat().reduce((sum, count) => sum + count),
    before?.tokens,
  );
  assert.deepEqual(await counts(), { tokens: 0, sessions: 0 });
});
