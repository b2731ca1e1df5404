import { userInactive } from '../../../core/caller.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Database, Trx } from '../../../core/database/index.ts';
import { forbidden, notFound } from '../../../core/errors.ts';
import { type Actor, type EventClient, SYSTEM } from '../../platform/events/index.ts';
import type { MailClient } from '../../platform/mail/index.ts';
import type { User, UserClient } from '../users/index.ts';
import type { EmailProofRepository } from './email-proofs-repository.ts';
import { invalidResetToken } from './errors.ts';
import { passwordReset, passwordResetIssued, userVerified } from './events.ts';
import type { LoginBudgets } from './login-budgets.ts';
import type { Client, PasswordReset, TokenPair } from './model.ts';
import type { Notices } from './notices.ts';
import type { AuthRepository } from './repository.ts';
import type { AuthService } from './service.ts';
import { hashToken, type Tokens } from './tokens.ts';

/** Who uses a reset token: the network address, and the client of the session that it opens. */
export type ResetSender = { readonly address: string; readonly client: Client; readonly requestId: string };

export type IssuedReset = { readonly token: string; readonly expiresAt: Temporal.Instant };

export type PasswordResetService = ReturnType<typeof passwordResetService>;

/**
 * Password resets by token. The platform mails it to a user who asks for it; or an administrator issues it, and the operator
 * sends it by other means. Imported users set their first password in the same way.
 */
export function passwordResetService(deps: {
  database: Database;
  clock: Clock;
  repository: AuthRepository;
  tokens: Tokens;
  users: UserClient;
  events: EventClient;
  sessions: Pick<AuthService, 'admit'>;
  proofs: Pick<EmailProofRepository, 'removeOf'>;
  budgets: Pick<LoginBudgets, 'rememberAddress'>;
  mail: MailClient;
  notices: Notices;
  resetTtlSeconds: number;
  publicUrl: string;
}) {
  const { database, clock, repository, tokens, users, events, sessions, mail, resetTtlSeconds } = deps;

  /**
   * Issues a reset token, which replaces an earlier one of the same user. A token for staff comes from the server alone:
   * otherwise one administrator could become another.
   * @throws NOT_FOUND, or FORBIDDEN for staff.
   */
  function issueResetToken(userId: string, actor: Actor): Promise<IssuedReset> {
    return issue(userId, actor, (user) => {
      if (user.role === 'admin') throw forbidden({ reason: 'staff' });
    });
  }

  /** For the command `password-reset`, which is for staff too. @throws NOT_FOUND. */
  function issueResetTokenOnServer(userId: string): Promise<IssuedReset> {
    return issue(userId, SYSTEM);
  }

  async function issue(
    userId: string,
    actor: Actor,
    requireAllowed?: (user: User) => void,
  ): Promise<IssuedReset> {
    const { token, hash, expiresAt } = newToken();
    await database.transaction(async (trx) => {
      // Locked, so that a deactivation removes the token or is done already.
      const user = (await users.lockUsersForShare(trx, [userId])).get(userId);
      if (user === undefined) throw notFound('user', userId);
      requireAllowed?.(user);
      const isFromServer = requireAllowed === undefined;
      await repository.putReset(trx, { hash, userId, expiresAt, isFromServer });
      events.record(trx, [passwordResetIssued({ actor, resourceId: userId })]);
    });
    return { token, expiresAt };
  }

  /**
   * Mails a token to each of these addresses that has an active account. Staff get none: their passwords are reset on the
   * server.
   */
  async function mailTokens(trx: Trx, emails: readonly string[]): Promise<void> {
    const found = await users.findByEmails(trx, emails);
    const locked = await users.lockUsersForShare(
      trx,
      found.map(({ id }) => id),
    );
    for (const user of found.filter(mayReset)) {
      // Deactivated, or with another address, since it was found: the lock shows it.
      const present = locked.get(user.id);
      if (present === undefined || !mayReset(present) || present.email !== user.email) continue;
      const { token, hash, expiresAt } = newToken();
      await repository.putReset(trx, { hash, userId: user.id, expiresAt, isFromServer: false });
      const link = `${deps.publicUrl}/reset-password#token=${token}`;
      mail.queue(trx, [
        {
          to: { userId: user.id, email: user.email, locale: user.locale },
          key: hash.toString('hex'),
          template: 'reset-password',
          data: { link, expiresAt },
        },
      ]);
      events.record(trx, [passwordResetIssued({ actor: SYSTEM, resourceId: user.id })]);
    }
  }

  function newToken() {
    const token = tokens.newOpaqueToken();
    return { token, hash: hashToken(token), expiresAt: clock().add({ seconds: resetTtlSeconds }) };
  }

  /**
   * Sets the password of the token's user, ends all sessions of the user and opens a new one.
   * @throws MFA_REQUIRED after that, if the account has a second factor; INVALID_RESET_TOKEN, USER_INACTIVE,
   * PASSWORD_NOT_COMPLEX_ENOUGH or OVERLOADED.
   */
  async function resetPassword(
    token: string,
    newPassword: string,
    { address, client, requestId }: ResetSender,
  ): Promise<TokenPair> {
    const hash = hashToken(token);
    // Checked before the expensive hash, which an attacker could otherwise trigger.
    const found = await repository.findReset(database.db, hash);
    const [owner] = found === undefined ? [] : [await users.findUser(database.db, found.userId)];
    const { id } = requireUsable(found, owner);
    const passwordHash = await users.hashNewPassword(newPassword, { field: 'new_password', address });
    const result = await database.transaction(async (trx) => {
      // The user first, in the order of a deactivation: it waits for this session and ends it, or there is none.
      const account = await users.lockAccount(trx, id);
      const user = requireUsable(await repository.takeReset(trx, hash), account);
      const isFirstProof = await users.setPasswordHash(trx, user.id, passwordHash);
      await deps.proofs.removeOf(trx, user.id);
      await repository.revokeSessionsOf(trx, user.id, clock());
      const actor: Actor = { type: user.role, id: user.id, requestId };
      events.record(trx, [
        passwordReset({ actor, resourceId: user.id }),
        ...(isFirstProof ? [userVerified({ actor, resourceId: user.id })] : []),
      ]);
      await deps.notices.passwordChanged(trx, user.id);
      await deps.budgets.rememberAddress(trx, user.email, address);
      return sessions.admit(trx, user, passwordHash, {
        client,
        app: null,
        isNewDevice: false,
        requestId,
      });
    });
    if (result instanceof Error) throw result;
    return result;
  }

  /** Refuses an unknown, a used and an expired token with the same error, so that the error reveals nothing. */
  function requireUsable(reset: PasswordReset | undefined, user: User | undefined): User {
    const isOpen = reset !== undefined && Temporal.Instant.compare(clock(), reset.expiresAt) < 0;
    if (!isOpen || user === undefined) throw invalidResetToken();
    // The user may have become staff since the token was issued.
    if (user.role === 'admin' && !reset.isFromServer) throw invalidResetToken();
    if (!user.active) throw userInactive();
    return user;
  }

  return { issueResetToken, issueResetTokenOnServer, mailTokens, resetPassword };
}

function mayReset({ active, role }: User): boolean {
  return active && role !== 'admin';
}
