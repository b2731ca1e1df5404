import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AccountCaller } from '../../../../src/core/caller.ts';
import { notFound } from '../../../../src/core/errors.ts';
import { newId } from '../../../../src/core/id.ts';
import { accountService } from '../../../../src/modules/identity/auth/accounts.ts';
import type { EmailProofRepository } from '../../../../src/modules/identity/auth/email-proofs-repository.ts';
import type { LoginBudgets } from '../../../../src/modules/identity/auth/login-budgets.ts';
import type { Notices } from '../../../../src/modules/identity/auth/notices.ts';
import { passwordChecks } from '../../../../src/modules/identity/auth/password-checks.ts';
import type { AuthRepository } from '../../../../src/modules/identity/auth/repository.ts';
import { passwordNotComplexEnough, type UserClient } from '../../../../src/modules/identity/users/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import { SHOPPER } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

const ADMIN: AccountCaller = {
  type: 'admin',
  id: newId(),
  permissions: [],
  sessionId: newId(),
  mustEnrol: false,
  dueProof: null,
  requestId: 'request',
};
const ADDRESS = '10.0.0.1';
const CALLER: AccountCaller = {
  type: 'user',
  id: SHOPPER,
  permissions: [],
  sessionId: newId(),
  mustEnrol: false,
  dueProof: null,
  requestId: 'request',
};

/** `steps` lists what is stored, in order. */
function accounts(users: Partial<UserClient>) {
  const { kernel, ...seen } = fakeKernel();
  const steps: unknown[][] = [];
  const budget: unknown[][] = [];
  const budgets = fake<LoginBudgets>({
    beginChange: async (...call) => {
      budget.push(['begun', ...call]);
      return { counted: [] };
    },
    checking: (_attempt, check) => check(),
    forgive: async () => void budget.push(['forgiven']),
  });
  const deps = { ...kernel, users: fake<UserClient>(users), budgets };
  const service = accountService({
    ...deps,
    passwords: passwordChecks(deps),
    factors: { remove: async (_trx, id) => void steps.push(['remove factor', id]) },
    notices: fake<Notices>({ passwordChanged: async (_trx, id) => void steps.push(['notify', id]) }),
    proofs: fake<EmailProofRepository>({
      removeOf: async (_trx, id) => void steps.push(['remove proof', id]),
      removeChangeOf: async (_trx, id) => void steps.push(['remove change', id]),
    }),
    repository: fake<AuthRepository>({
      revokeSessionsOf: async (_trx, ...call) => {
        steps.push(['revoke', ...call]);
        return [];
      },
      deleteSessionsOf: async (_trx, id) => void steps.push(['delete sessions', id]),
      removeResetOf: async (_trx, id) => void steps.push(['remove reset', id]),
    }),
  });
  const told = () =>
    seen.events.map(({ type, resourceId, actor, outcome }) => [type, resourceId, actor, outcome]);
  return { service, steps, budget, told, transaction: kernel.database.transaction, ...seen };
}

describe('setting the status of a user', () => {
  test('to inactive ends all sessions of the user, and records it', async () => {
    const { service, steps, told, clock } = accounts({ setActive: async () => true });
    await service.setUserActive(SHOPPER, false, ADMIN);
    assertEqual(steps, [
      ['remove reset', SHOPPER],
      ['remove proof', SHOPPER],
      ['revoke', SHOPPER, clock()],
    ]);
    assertEqual(told(), [['user.deactivated', SHOPPER, ADMIN, 'success']]);
  });

  test('to active gives no session back, and records it', async () => {
    const { service, steps, told } = accounts({ setActive: async () => true });
    await service.setUserActive(SHOPPER, true, ADMIN);
    assertEqual(steps, []);
    assertEqual(told(), [['user.activated', SHOPPER, ADMIN, 'success']]);
  });

  test('that the user has already does nothing', async () => {
    const { service, steps, told } = accounts({ setActive: async () => false });
    await service.setUserActive(SHOPPER, false, ADMIN);
    assertEqual([steps, told()], [[], []]);
  });

  test('to inactive is refused for your own account', async () => {
    const { service, transactions } = accounts({});
    await rejectsWith(service.setUserActive(ADMIN.id, false, ADMIN), 'VALIDATION_ERROR', {
      violations: [{ field: 'status', reason: 'must not be inactive for your own account' }],
    });
    assert.equal(transactions(), 0);
  });

  test('to active is allowed for your own account', async () => {
    const { service, told } = accounts({ setActive: async () => false });
    await service.setUserActive(ADMIN.id, true, ADMIN);
    assertEqual(told(), []);
  });

  test('of a user who does not exist is refused, and recorded nowhere', async () => {
    const { service, steps, told } = accounts({
      setActive: async (_trx, id) => {
        throw notFound('user', id);
      },
    });
    await rejectsWith(service.setUserActive(SHOPPER, false, ADMIN), 'NOT_FOUND');
    assertEqual([steps, told()], [[], []]);
  });
});

test('the erasure of a user removes everything with which the user logs in', async () => {
  const { service, steps, transaction } = accounts({});
  await transaction((trx) => service.erase(trx, SHOPPER));
  assertEqual(
    steps,
    ['remove factor', 'remove reset', 'remove proof', 'delete sessions'].map((step) => [step, SHOPPER]),
  );
});

describe('changing the own password', () => {
  const change = { currentPassword: 'Str0ng!Pass', newPassword: 'An0ther!Pass' };
  const found: Partial<UserClient> = {
    findMatchingHash: async () => 'old hash',
    hashNewPassword: async () => 'new hash',
  };

  test('replaces the hash, and ends a reset token and all sessions but this one', async () => {
    const asked: unknown[] = [];
    const { service, steps, told, clock } = accounts({
      findMatchingHash: async (...call) => {
        asked.push(call);
        return 'old hash';
      },
      hashNewPassword: async (...call) => {
        asked.push(call);
        return 'new hash';
      },
      replacePasswordHash: async (_trx, ...call) => {
        asked.push(call);
        return true;
      },
    });

    await service.changePassword(CALLER, change, ADDRESS);

    assertEqual(asked, [
      [SHOPPER, 'Str0ng!Pass', ADDRESS],
      ['An0ther!Pass', { field: 'new_password', otherThan: 'Str0ng!Pass', address: ADDRESS }],
      [SHOPPER, { from: 'old hash', to: 'new hash' }],
    ]);
    assertEqual(steps, [
      ['remove reset', SHOPPER],
      ['remove change', SHOPPER],
      ['revoke', SHOPPER, clock(), CALLER.sessionId],
      ['notify', SHOPPER],
    ]);
    assertEqual(told(), [['user.password_changed', SHOPPER, CALLER, 'success']]);
  });

  test('refuses a wrong current password, and records the failure', async () => {
    const { service, steps, budget, told } = accounts({ findMatchingHash: async () => undefined });
    await rejectsWith(service.changePassword(CALLER, change, ADDRESS), 'INVALID_CREDENTIALS');
    assertEqual(steps, []);
    assertEqual(budget, [['begun', SHOPPER, ADDRESS]]);
    assertEqual(told(), [['user.password_changed', SHOPPER, CALLER, 'failure']]);
  });

  test('refuses a weak new password, and records nothing', async () => {
    const { service, budget, transactions } = accounts({
      ...found,
      hashNewPassword: () => Promise.reject(passwordNotComplexEnough({ violations: [] })),
    });
    await rejectsWith(service.changePassword(CALLER, change, ADDRESS), 'PASSWORD_NOT_COMPLEX_ENOUGH');
    assert.equal(transactions(), 0);
    assertEqual(budget, [['begun', SHOPPER, ADDRESS], ['forgiven']]);
  });

  test('refuses when another change was faster, and ends no session', async () => {
    const { service, steps, told } = accounts({ ...found, replacePasswordHash: async () => false });
    await rejectsWith(service.changePassword(CALLER, change, ADDRESS), 'INVALID_CREDENTIALS');
    // This is rolled back.
    assertEqual(steps, [
      ['remove reset', SHOPPER],
      ['remove change', SHOPPER],
    ]);
    assertEqual(told(), []);
  });
});
