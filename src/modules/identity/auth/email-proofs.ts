import { type AccountCaller, userInactive } from '../../../core/caller.ts';
import type { Clock } from '../../../core/clock.ts';
import { type Database, type Trx, violates } from '../../../core/database/index.ts';
import { notFound, ruleViolation } from '../../../core/errors.ts';
import type { Actor, EventClient } from '../../platform/events/index.ts';
import type { MailClient } from '../../platform/mail/index.ts';
import { emailAlreadyRegistered, normalizeEmail, type Profile, type UserClient } from '../users/index.ts';
import type { EmailProofRepository } from './email-proofs-repository.ts';
import { invalidVerificationToken, mailNotConfigured } from './errors.ts';
import { emailChanged, userVerified } from './events.ts';
import type { LoginBudgets } from './login-budgets.ts';
import type { EmailProof } from './model.ts';
import type { Notices } from './notices.ts';
import type { PasswordChecks } from './password-checks.ts';
import type { AuthRepository } from './repository.ts';
import { hashToken, type Tokens } from './tokens.ts';

export type EmailProofService = ReturnType<typeof emailProofService>;

/** The time in which a mailed link works. */
const LINK_HOURS = 24;

/** Proofs of addresses by a mailed link: of the address of an account, and of one that is to replace it (ADR 0063). */
export function emailProofService(deps: {
  database: Database;
  clock: Clock;
  repository: EmailProofRepository;
  sessions: Pick<AuthRepository, 'removeResetOf' | 'revokeSessionsOf'>;
  tokens: Pick<Tokens, 'newOpaqueToken'>;
  users: UserClient;
  events: EventClient;
  mail: MailClient;
  notices: Notices;
  budgets: Pick<LoginBudgets, 'countMail' | 'rememberAddress'>;
  passwords: PasswordChecks;
  publicUrl: string;
}) {
  const { database, clock, repository, sessions, tokens, users, events, mail, notices, budgets } = deps;

  /** Mails a link to a new account. `address` is the network address that registered it. */
  async function welcome(trx: Trx, user: Profile, address: string | undefined): Promise<void> {
    if (address !== undefined) await budgets.rememberAddress(trx, user.email, address);
    if (mail.isConfigured && user.emailVerifiedAt === null) await sendLink(trx, user, user.email, null);
  }

  /** Mails a link to the address of the caller, unless it is proven. @throws RATE_LIMITED or MAIL_NOT_CONFIGURED. */
  async function requestProof(caller: AccountCaller, address: string): Promise<void> {
    if (!mail.isConfigured) throw mailNotConfigured();
    await budgets.countMail('proof', caller.id, address);
    await database.transaction(async (trx) => {
      const user = await lock(trx, caller.id);
      if (user.emailVerifiedAt === null) await sendLink(trx, user, user.email, null);
    });
  }

  /**
   * Mails a link to a new address of the caller. The address counts when the link was opened.
   * @throws VALIDATION_ERROR, EMAIL_ALREADY_REGISTERED, INVALID_CREDENTIALS, RATE_LIMITED or MAIL_NOT_CONFIGURED.
   */
  async function requestChange(
    caller: AccountCaller,
    change: { readonly newEmail: string; readonly password: string },
    address: string,
  ): Promise<void> {
    if (!mail.isConfigured) throw mailNotConfigured();
    const newEmail = normalizeEmail(change.newEmail);
    await deps.passwords.requirePassword(caller, change.password, address);
    await budgets.countMail('proof', caller.id, address);
    await database.transaction(async (trx) => {
      const user = await lock(trx, caller.id);
      if (newEmail === user.email) {
        const reason = 'must differ from the present address';
        throw ruleViolation({ violations: [{ field: 'new_email', reason }] });
      }
      if (await users.isRegistered(trx, newEmail)) throw emailAlreadyRegistered({ email: newEmail });
      await sendLink(trx, user, newEmail, caller.sessionId);
    });
  }

  async function sendLink(trx: Trx, user: Profile, email: string, sessionId: string | null): Promise<void> {
    const token = tokens.newOpaqueToken();
    const hash = hashToken(token);
    const expiresAt = clock().add({ hours: LINK_HOURS });
    await repository.put(trx, { userId: user.id, email, sessionId, expiresAt, hash });
    const link = `${deps.publicUrl}/verify-email#token=${token}`;
    mail.queue(trx, [
      {
        to: { userId: user.id, email, locale: user.locale },
        key: hash.toString('hex'),
        template: 'verify-email',
        data: { link, expiresAt },
      },
    ]);
  }

  /**
   * Proves the address that the token was mailed to, and returns it. A new address replaces that of the account: other
   * sessions end than the one that asked for it, and the previous address gets a mail.
   * @throws INVALID_VERIFICATION_TOKEN, USER_INACTIVE, or EMAIL_ALREADY_REGISTERED if another account has taken the new
   * address meanwhile.
   */
  async function prove(token: string, requestId: string): Promise<string> {
    const hash = hashToken(token);
    const found = requireOpen(await repository.find(database.db, hash));
    try {
      return await database.transaction(async (trx) => {
        // The user first, in the order of a deactivation, which removes the proof.
        const user = await users.lockAccount(trx, found.userId);
        const proof = requireOpen(await repository.take(trx, hash));
        if (user === undefined) throw invalidVerificationToken();
        if (!user.active) throw userInactive();
        const actor: Actor = { type: user.role, id: user.id, requestId };
        if (proof.email === user.email) await confirm(trx, user, actor);
        else await replaceAddress(trx, user, proof, actor);
        return proof.email;
      });
    } catch (error) {
      if (!violates(error, 'users_email_key')) throw error;
      throw emailAlreadyRegistered({ email: found.email });
    }
  }

  /** Does nothing if the address is proven already. */
  async function confirm(trx: Trx, user: Profile, actor: Actor): Promise<void> {
    if (!(await users.proveEmail(trx, user.id))) return;
    events.record(trx, [userVerified({ actor, resourceId: user.id })]);
  }

  async function replaceAddress(trx: Trx, user: Profile, proof: EmailProof, actor: Actor): Promise<void> {
    await users.replaceEmail(trx, user.id, proof.email);
    // A reset token was mailed to the previous address.
    await sessions.removeResetOf(trx, user.id);
    await sessions.revokeSessionsOf(trx, user.id, clock(), proof.sessionId ?? undefined);
    events.record(trx, [emailChanged({ actor, resourceId: user.id })]);
    notices.emailChanged(trx, user, proof.email);
  }

  /** Refuses an unknown, a used and an expired token with the same error, so that the error reveals nothing. */
  function requireOpen(proof: EmailProof | undefined): EmailProof {
    const isOpen = proof !== undefined && Temporal.Instant.compare(clock(), proof.expiresAt) < 0;
    if (!isOpen) throw invalidVerificationToken();
    return proof;
  }

  async function lock(trx: Trx, userId: string): Promise<Profile> {
    const user = await users.lockAccount(trx, userId);
    if (user === undefined) throw notFound('user', userId);
    return user;
  }

  function purgeExpired(limit: number): Promise<number> {
    return database.transaction((trx) => repository.deleteExpired(trx, clock(), limit));
  }

  return { welcome, requestProof, requestChange, prove, purgeExpired };
}
