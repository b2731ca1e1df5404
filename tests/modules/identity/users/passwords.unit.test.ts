import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DomainError } from '../../../../src/core/errors.ts';
import { passwordHasher } from '../../../../src/modules/identity/users/passwords.ts';

test('a password that is not set matches nothing, after the same work', async () => {
  const passwords = passwordHasher({ cost: 11 });
  const stored = await passwords.hashPassword('Str0ng!Pass');
  // Processor time, as other programs may keep the processors busy.
  const workOf = async (hash: string | null) => {
    const before = process.cpuUsage();
    assert.equal(await passwords.verifyPassword('Wr0ng!Pass', hash), false);
    return process.cpuUsage(before).user;
  };
  await workOf(null);

  const known_us = Math.min(await workOf(stored), await workOf(stored), await workOf(stored));
  const unknown_us = Math.min(await workOf(null), await workOf(null), await workOf(null));

  assert.ok(
    unknown_us > known_us / 2,
    `${unknown_us} µs for an unknown account, ${known_us} µs for a known one`,
  );
});

test('a wrong password takes as long with a hash of an older, lower cost as with no account', async () => {
  const stored = await passwordHasher({ cost: 4 }).hashPassword('Str0ng!Pass');
  const passwords = passwordHasher({ cost: 11 });
  const workOf = async (hash: string | null) => {
    const before = process.cpuUsage();
    assert.equal(await passwords.verifyPassword('Wr0ng!Pass', hash), false);
    return process.cpuUsage(before).user;
  };
  await workOf(null);

  const older_us = Math.min(await workOf(stored), await workOf(stored), await workOf(stored));
  const unknown_us = Math.min(await workOf(null), await workOf(null), await workOf(null));

  const report = `${older_us} µs with an older hash, ${unknown_us} µs without an account`;
  assert.ok(older_us > unknown_us / 2 && older_us < unknown_us * 2, report);
});

test('a hash of a lower cost is replaced by one of the present cost, others are not', async () => {
  const stored = await passwordHasher({ cost: 4 }).hashPassword('Str0ng!Pass');
  const passwords = passwordHasher({ cost: 5 });
  const upgraded = (await passwords.upgradedHash('Str0ng!Pass', stored)) ?? '';
  assert.match(upgraded, /^\$2[aby]\$05\$/);
  assert.equal(await passwords.verifyPassword('Str0ng!Pass', upgraded), true);
  assert.equal(await passwords.upgradedHash('Str0ng!Pass', upgraded), undefined);
  assert.equal(await passwordHasher({ cost: 4 }).upgradedHash('Str0ng!Pass', upgraded), undefined);
});

describe('a password', () => {
  const passwords = passwordHasher({ cost: 4 });
  const hashOf = (password: string) => passwords.hashPassword(password);

  test('is stored as a bcrypt hash', async () => {
    assert.match(await hashOf('Str0ng!Pass'), /^\$2[aby]\$04\$.{53}$/);
  });

  test('of 18 emoji fills the 72 bytes of bcrypt, and further characters still matter', async () => {
    const emoji = '😀'.repeat(18);
    assert.equal(Buffer.byteLength(emoji), 72);
    const stored = await hashOf(`${emoji}Aa1!`);
    assert.equal(await passwords.verifyPassword(`${emoji}Aa1!`, stored), true);
    for (const other of [`${emoji}Aa1?`, `${emoji}Aa2!`, emoji, `${emoji}Aa1!!`])
      assert.equal(await passwords.verifyPassword(other, stored), false);
  });

  test('is the same however a keyboard composes its letters, and different in case', async () => {
    const stored = await hashOf('Caf\u00e9!1234');
    assert.equal(await passwords.verifyPassword('Cafe\u0301!1234', stored), true);
    assert.equal(await passwords.verifyPassword('caf\u00e9!1234', stored), false);
  });
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

test('80 hashes of one address do not turn others away', async () => {
  const passwords = passwordHasher({ cost: 8 });
  const flood = Promise.allSettled(
    Array.from({ length: 80 }, () => passwords.verifyPassword('Wr0ng!Pass', null, '10.0.0.1')),
  );

  const others = await Promise.all(
    ['10.0.0.2', '10.0.0.3'].map((address) => passwords.hashPassword('Str0ng!Pass', address)),
  );

  assert.equal(others.length, 2);
  const refused = (await flood).filter((outcome) => outcome.status === 'rejected');
  assert.equal(refused.length, 64);
  for (const { reason } of refused) assert.equal((reason as DomainError).code, 'OVERLOADED');
  // Its share is free again.
  assert.equal(await passwords.verifyPassword('Wr0ng!Pass', null, '10.0.0.1'), false);
});

test('a login in an overload keeps its hash', async () => {
  const stored = await passwordHasher({ cost: 4 }).hashPassword('Str0ng!Pass');
  const passwords = passwordHasher({ cost: 6 });
  const flood = Array.from({ length: 16 }, () => passwords.hashPassword('Str0ng!Pass', '10.0.0.1'));
  assert.equal(await passwords.upgradedHash('Str0ng!Pass', stored, '10.0.0.1'), undefined);
  await Promise.all(flood);
});
