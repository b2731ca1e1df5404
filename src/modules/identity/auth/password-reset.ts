import { userInactive } from '../../../core/caller.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Database, Db } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import type { Actor, EventClient } from '../../platform/events/index.ts';
import type { User, UserClient } from '../users/index.ts';
import { invalidResetToken } from './errors.ts';
import { passwordReset, passwordResetIssued } from './events.ts';
import type { PasswordReset, TokenPair } from './model.ts';
import type { AuthRepository } from './repository.ts';
import type { AuthService } from './service.ts';
import { hashToken, type Tokens } from './tokens.ts';

export type PasswordResetService = ReturnType<typeof passwordResetService>;

/**
 * Password resets by token. The platform sends no mail: an administrator issues the token, and the operator sends it to
 * the user by other means. Imported users set their first password in the same way.
 */
export function passwordResetService(deps: {
  database: Database;
  clock: Clock;
  repository: AuthRepository;
  tokens: Tokens;
  users: UserClient;
  events: EventClient;
  sessions: Pick<AuthService, 'admit'>;
  resetTtlSeconds: number;
}) {
  const { database, clock, repository, tokens, users, events, sessions, resetTtlSeconds } = deps;

  /** Issues a reset token, which replaces an earlier one of the same user. @throws NOT_FOUND. */
  async function issueResetToken(
    userId: string,
    actor: Actor,
  ): Promise<{ readonly token: string; readonly expiresAt: Temporal.Instant }> {
    const token = tokens.newOpaqueToken();
    const expiresAt = clock().add({ seconds: resetTtlSeconds });
    await database.transaction(async (trx) => {
      const user = await users.findUser(trx, userId);
      if (user === undefined) throw notFound('user', userId);
      await repository.putReset(trx, { hash: hashToken(token), userId: user.id, expiresAt });
      events.record(trx, [passwordResetIssued({ actor, resourceId: user.id })]);
    });
    return { token, expiresAt };
  }

  /**
   * Sets the password of the token's user, ends all sessions of the user and opens a new one.
   * @throws MFA_REQUIRED after that, if the account has a second factor; INVALID_RESET_TOKEN, USER_INACTIVE,
   * PASSWORD_NOT_COMPLEX_ENOUGH or OVERLOADED.
   */
  async function resetPassword(
    token: string,
    newPassword: string,
    { address, requestId }: { readonly address: string; readonly requestId: string },
  ): Promise<TokenPair> {
    const hash = hashToken(token);
    // Checked before the expensive hash, which an attacker could otherwise trigger.
    await requireUsable(database.db, await repository.findReset(database.db, hash));
    const passwordHash = await users.hashNewPassword(newPassword, { field: 'new_password', address });
    const result = await database.transaction(async (trx) => {
      const user = await requireUsable(trx, await repository.takeReset(trx, hash));
      await users.setPasswordHash(trx, user.id, passwordHash);
      await repository.revokeSessionsOf(trx, user.id, clock());
      const actor: Actor = { type: user.role, id: user.id, requestId };
      events.record(trx, [passwordReset({ actor, resourceId: user.id })]);
      return sessions.admit(trx, user, passwordHash, requestId);
    });
    if (result instanceof Error) throw result;
    return result;
  }

  /** Refuses an unknown, a used and an expired token with the same error, so that the error reveals nothing. */
  async function requireUsable(db: Db, reset: PasswordReset | undefined): Promise<User> {
    const isOpen = reset !== undefined && Temporal.Instant.compare(clock(), reset.expiresAt) < 0;
    const user = isOpen ? await users.findUser(db, reset.userId) : undefined;
    if (user === undefined) throw invalidResetToken();
    if (!user.active) throw userInactive();
    return user;
  }

  return { issueResetToken, resetPassword };
}
