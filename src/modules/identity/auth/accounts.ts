import type { AccountCaller } from '../../../core/caller.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Database, Trx } from '../../../core/database/index.ts';
import { ruleViolation } from '../../../core/errors.ts';
import type { EventClient } from '../../platform/events/index.ts';
import type { UserClient } from '../users/index.ts';
import type { EmailProofRepository } from './email-proofs-repository.ts';
import { invalidCredentials } from './errors.ts';
import { passwordChanged, userActivated, userDeactivated } from './events.ts';
import type { FactorRepository } from './factors-repository.ts';
import type { Notices } from './notices.ts';
import type { PasswordChecks } from './password-checks.ts';
import type { AuthRepository } from './repository.ts';

export type AccountService = ReturnType<typeof accountService>;

/** The changes of an account that also end sessions. They are here because the module users does not know sessions. */
export function accountService(deps: {
  database: Database;
  clock: Clock;
  repository: AuthRepository;
  users: UserClient;
  events: EventClient;
  proofs: Pick<EmailProofRepository, 'removeOf' | 'removeChangeOf'>;
  factors: Pick<FactorRepository, 'remove'>;
  passwords: PasswordChecks;
  notices: Notices;
}) {
  const { database, clock, repository, users, events, proofs, factors, passwords, notices } = deps;

  /**
   * Activates or deactivates a user, from the user's next request on. A deactivation ends all sessions and a reset token: after a later
   * activation the user must log in again. Does nothing if the account already has this status.
   * @throws NOT_FOUND, VALIDATION_ERROR for the caller's own account, or LAST_ACTIVE_ADMIN.
   */
  async function setUserActive(userId: string, active: boolean, caller: AccountCaller): Promise<void> {
    if (!active && userId === caller.id) {
      const reason = 'must not be inactive for your own account';
      throw ruleViolation({ violations: [{ field: 'status', reason }] });
    }
    await database.transaction(async (trx) => {
      if (!(await users.setActive(trx, userId, active))) return;
      if (!active) await endAccess(trx, [userId]);
      events.record(trx, [(active ? userActivated : userDeactivated)({ actor: caller, resourceId: userId })]);
    });
  }

  /** Ends all sessions of the users, and removes their tokens to reset a password or prove an address. */
  async function endAccess(trx: Trx, userIds: readonly string[]): Promise<void> {
    for (const userId of userIds) {
      await repository.removeResetOf(trx, userId);
      await proofs.removeOf(trx, userId);
      await repository.revokeSessionsOf(trx, userId, clock());
    }
  }

  /**
   * Changes the caller's password. Ends all other sessions of the caller and invalidates a pending reset token and a
   * pending change of the address.
   * @throws PASSWORD_NOT_COMPLEX_ENOUGH, RATE_LIMITED, OVERLOADED, or INVALID_CREDENTIALS if the current password is wrong
   * or was changed meanwhile.
   */
  async function changePassword(
    caller: AccountCaller,
    change: { readonly currentPassword: string; readonly newPassword: string },
    address: string,
  ): Promise<void> {
    const { currentPassword, newPassword } = change;
    const refusal = passwordChanged({ actor: caller, resourceId: caller.id, outcome: 'failure' });
    const currentHash = await passwords.requirePassword(caller, currentPassword, address, refusal);
    const newHash = await users.hashNewPassword(newPassword, {
      field: 'new_password',
      otherThan: currentPassword,
      address,
    });
    await database.transaction(async (trx) => {
      await repository.removeResetOf(trx, caller.id);
      await proofs.removeChangeOf(trx, caller.id);
      const change = { from: currentHash, to: newHash };
      if (!(await users.replacePasswordHash(trx, caller.id, change))) throw invalidCredentials();
      await repository.revokeSessionsOf(trx, caller.id, clock(), caller.sessionId);
      events.record(trx, [passwordChanged({ actor: caller, resourceId: caller.id })]);
      await notices.passwordChanged(trx, caller.id);
    });
  }

  /** Removes everything with which a user logs in. */
  async function erase(trx: Trx, userId: string): Promise<void> {
    await factors.remove(trx, userId);
    await repository.removeResetOf(trx, userId);
    await proofs.removeOf(trx, userId);
    await repository.deleteSessionsOf(trx, userId);
  }

  return { setUserActive, endAccess, changePassword, erase };
}
