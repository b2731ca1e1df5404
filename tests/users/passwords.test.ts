import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DomainError } from '../../src/core/errors.ts';
import { passwordHasher } from '../../src/modules/users/passwords.ts';

test('a password that is not set matches nothing, after the same work', async () => {
  const passwords = passwordHasher({ cost: 11 });
  const stored = await passwords.hashPassword('Str0ng!Pass');
  const time = async (hash: string | null) => {
    const begun_ms = performance.now();
    assert.equal(await passwords.verifyPassword('Wr0ng!Pass', hash), false);
    return performance.now() - begun_ms;
  };
  await time(null);

  const known_ms = Math.min(await time(stored), await time(stored), await time(stored));
  const unknown_ms = Math.min(await time(null), await time(null), await time(null));

  assert.ok(
    unknown_ms > known_ms / 2,
    `${unknown_ms} ms for an unknown account, ${known_ms} ms for a known one`,
  );
});

test('hashing has a bounded queue: beyond it OVERLOADED, and what was accepted is done', async () => {
  const passwords = passwordHasher({ cost: 6 });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 200 }, (_, index) => passwords.hashPassword(`password ${index}`)),
  );
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  assert.ok(refused.length > 100 && refused.length < 150, String(refused.length));
  for (const { reason } of refused) assert.equal((reason as DomainError).code, 'OVERLOADED');
  assert.equal(typeof (await passwords.hashPassword('afterwards')), 'string');
});
