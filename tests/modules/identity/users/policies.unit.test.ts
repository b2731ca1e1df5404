import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Violation } from '../../../../src/core/errors.ts';
import type { User } from '../../../../src/modules/identity/users/model.ts';
import {
  normalizeEmail,
  requireAnotherAdmin,
  requireComplexPassword,
} from '../../../../src/modules/identity/users/policies.ts';

const person = (id: string, role: User['role'], active = true, staffRoles?: User['staffRoles']): User => ({
  id,
  role,
  staffRoles: staffRoles ?? (role === 'admin' ? ['administrator'] : []),
  active,
  email: `${id}@example.com`,
  createdAt: Temporal.Instant.from('2026-03-14T09:26:53Z'),
});

describe('somebody can administer the platform without', () => {
  const carol = person('carol', 'admin');
  const supporter = person('sam', 'admin', true, ['support', 'finance', 'partnerships', 'fraud']);
  const table: [string, User, readonly User[], boolean][] = [
    ['a user, whoever else there is', person('alice', 'user'), [], true],
    ['an admin, when there is another', carol, [carol, person('dan', 'admin')], true],
    ['the only admin', carol, [carol], false],
    ['an admin, when the others are inactive', carol, [carol, person('dan', 'admin', false)], false],
    ['an admin, when the others are users', carol, [carol, person('alice', 'user')], false],
    ['an admin, when the others have lesser roles', carol, [carol, supporter], false],
    ['staff of a lesser role, whoever else there is', supporter, [supporter], true],
  ];
  for (const [title, user, users, isLeft] of table) {
    test(`${title}: ${isLeft ? 'yes' : 'LAST_ACTIVE_ADMIN'}`, () => {
      const decide = () => requireAnotherAdmin(user, users);
      if (isLeft) assert.doesNotThrow(decide);
      else assert.throws(decide, { code: 'LAST_ACTIVE_ADMIN', details: { user_id: user.id } });
    });
  }
});

describe('a password', () => {
  const table: [string, readonly string[]][] = [
    ['', ['at least 8', 'a lower-case', 'an upper-case', 'a digit', 'a special']],
    ['Ab1!', ['at least 8']],
    ['abcdefgh', ['an upper-case', 'a digit', 'a special', 'commonest']],
    ['str0ng!pass', ['an upper-case']],
    ['STR0NG!PASS', ['a lower-case']],
    ['Strong!Pass', ['a digit']],
    ['Str0ngPass', ['a special']],
    ['Str0ng Pass', ['a special']],
    ['12345678', ['a lower-case', 'an upper-case', 'a special', 'commonest']],
    ['Qwertyuiop1!', ['commonest']],
    [`Aa1!${'x'.repeat(125)}`, ['at most 128']],
  ];
  for (const [password, reasons] of table) {
    test(`"${password.slice(0, 16)}" is refused for: ${reasons.join(', ')}`, () => {
      const error = refusalOf(() => requireComplexPassword(password));
      assert.equal(error.code, 'PASSWORD_NOT_COMPLEX_ENOUGH');
      const named = error.details.violations.map(({ field, reason }) => `${field} ${reason}`);
      assert.equal(named.length, reasons.length, named.join());
      for (const [index, reason] of reasons.entries())
        assert.match(named[index] ?? '', new RegExp(`^password must .*${reason}`));
    });
  }

  for (const password of [`Aa1!${'x'.repeat(124)}`, 'Пароль№1-длинный', 'Str0ng!Pass', 'Aa1 😀😀😀😀']) {
    test(`"${password.slice(0, 16)}" of ${[...password].length} characters is accepted`, () => {
      assert.doesNotThrow(() => requireComplexPassword(password));
    });
  }
});

test('an email address has one spelling', () => {
  for (const email of ['alice@example.com', ' Alice@Example.COM\t'])
    assert.equal(normalizeEmail(email), 'alice@example.com');
});

describe('a password that replaces another', () => {
  test('is another one, however a keyboard composes its letters', () => {
    const change = (to: string, from: string) => () =>
      requireComplexPassword(to, { field: 'new_password', otherThan: from });
    assert.doesNotThrow(change('An0ther!Pass', 'Str0ng!Pass'));
    assert.doesNotThrow(change('str0ng!PASS', 'Str0ng!Pass'));
    for (const same of ['Caf\u00e9!1234', 'Cafe\u0301!1234']) {
      assert.throws(change(same, 'Caf\u00e9!1234'), {
        code: 'PASSWORD_NOT_COMPLEX_ENOUGH',
        details: { violations: [{ field: 'new_password', reason: 'must differ from the current password' }] },
      });
    }
  });
});

describe('a common password', () => {
  const refused: [string, readonly string[]][] = [
    ['in the list', ['Password1!', 'Superman1!', 'Princess1!', 'Sunshine1!', 'Chocolate99?', 'Baseball123!']],
    ['in the list once its letters are restored', ['P@ssw0rd1!', 'Sup3rm@n1!']],
    ['a repetition', ['Xxxxxxxx1!', 'Qwerqwer1!', 'Blablabla12!', '1Q1q1q1q!']],
    ['a sequence', ['Abcdefgh1!', 'Hgfedcba1!']],
  ];
  for (const [why, passwords] of refused) {
    for (const password of passwords) {
      test(`that is ${why} is refused: ${password}`, () => {
        assert.throws(() => requireComplexPassword(password), {
          code: 'PASSWORD_NOT_COMPLEX_ENOUGH',
          details: {
            violations: [{ field: 'password', reason: 'must not be one of the commonest passwords' }],
          },
        });
      });
    }
  }

  for (const password of ['Str0ng!Pass', 'Secret123!', 'Aa1!aaaa', 'Abc1!Abc1!', 'Aa1!Aa1!', 'Abcdefgz1!']) {
    test(`is not ${password}`, () => assert.doesNotThrow(() => requireComplexPassword(password)));
  }
});

type Refusal = { readonly code: string; readonly details: { readonly violations: readonly Violation[] } };

function refusalOf(call: () => void): Refusal {
  let refusal: Refusal | undefined;
  assert.throws(call, (error: Refusal) => {
    refusal = error;
    return true;
  });
  assert.ok(refusal);
  return refusal;
}
