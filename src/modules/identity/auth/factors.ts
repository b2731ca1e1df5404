import type { AccountCaller } from '../../../core/caller.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Database, Db, Trx } from '../../../core/database/index.ts';
import { type DomainError, forbidden, notFound } from '../../../core/errors.ts';
import type { Encryption } from '../../../core/secrets/encryption.ts';
import { type Actor, type EventClient, SYSTEM } from '../../platform/events/index.ts';
import type { UserClient } from '../users/index.ts';
import { invalidMfaCode, mfaNotEnrolled } from './errors.ts';
import {
  mfaCodeRefused,
  mfaEnrolled,
  mfaRecoveryCodesReplaced,
  mfaRecoveryCodeUsed,
  mfaRemoved,
} from './events.ts';
import type { FactorRepository } from './factors-repository.ts';
import type { Factor, FactorProof } from './model.ts';
import type { Notices } from './notices.ts';
import { decideCode, withoutFailures } from './policies.ts';
import { hashRecoveryCode, newRecoveryCodes } from './recovery-codes.ts';
import type { AuthRepository } from './repository.ts';
import { newTotpSecret, otpauthUri, timeStepOf } from './totp.ts';

export type FactorService = ReturnType<typeof factorService>;

/**
 * The second factor of accounts. A live session of an account with a factor has `factorProvenAt`, any other has not: so
 * authentication reads the session alone. An account is locked before its factor, and the factor before sessions.
 */
export function factorService(deps: {
  database: Database;
  clock: Clock;
  repository: FactorRepository;
  sessions: Pick<AuthRepository, 'setFactorProven' | 'forgetFactorProven' | 'revokeSessionsOf'>;
  users: UserClient;
  events: EventClient;
  notices: Pick<Notices, 'factorChanged'>;
  encryption: Encryption;
  isFactorRequiredOfAdmins: boolean;
}) {
  const { database, clock, repository, sessions, users, events, notices, encryption } = deps;
  const { isFactorRequiredOfAdmins } = deps;

  async function isEnrolled(db: Db, userId: string): Promise<boolean> {
    return isActive(await repository.findFactor(db, userId));
  }

  async function describe(caller: AccountCaller) {
    const isFactorActive = await isEnrolled(database.db, caller.id);
    return {
      enrolled: isFactorActive,
      required: isRequiredOf(caller),
      recoveryCodesLeft: isFactorActive ? await repository.countRecoveryCodes(database.db, caller.id) : 0,
    };
  }

  /** Makes a new secret. A factor in use stays valid until a code of the new one confirms it. */
  async function startEnrolment(caller: AccountCaller): Promise<{ secret: string; uri: string }> {
    const secret = newTotpSecret();
    return database.transaction(async (trx) => {
      const user = await users.findUser(trx, caller.id);
      if (user === undefined) throw notFound('user', caller.id);
      await repository.putPending(trx, caller.id, encryption.encrypt(secret, encryptionContext(caller.id)));
      return { secret, uri: otpauthUri(secret, user.email) };
    });
  }

  /**
   * Activates the factor and returns its recovery codes. Ends all other sessions: they were opened without it.
   * @throws MFA_NOT_ENROLLED without an enrolment that was started, or INVALID_MFA_CODE.
   */
  async function confirmEnrolment(caller: AccountCaller, code: string): Promise<readonly string[]> {
    const result = await database.transaction(async (trx) => {
      // A login in the meantime waits, and then needs the factor.
      await users.lockAccount(trx, caller.id);
      const factor = await repository.lockFactor(trx, caller.id);
      if (factor?.pendingSecret == null) throw mfaNotEnrolled();
      const lastStep = timeStepOf(code, decrypted(factor.userId, factor.pendingSecret), clock());
      if (lastStep === undefined) return refuse(trx, caller.id, caller, invalidMfaCode());
      const { pendingSecret: secret } = factor;
      await repository.update(trx, { ...factor, secret, pendingSecret: null, lastStep });
      const codes = await replaceCodes(trx, caller.id);
      await sessions.revokeSessionsOf(trx, caller.id, clock(), caller.sessionId);
      await sessions.setFactorProven(trx, caller.sessionId, clock());
      events.record(trx, [mfaEnrolled({ actor: caller, resourceId: caller.id })]);
      await notices.factorChanged(trx, caller.id, 'enrolled');
      return codes;
    });
    if (result instanceof Error) throw result;
    return result;
  }

  /** @throws MFA_NOT_ENROLLED. */
  async function replaceRecoveryCodes(caller: AccountCaller): Promise<readonly string[]> {
    return database.transaction(async (trx) => {
      if (!isActive(await repository.lockFactor(trx, caller.id))) throw mfaNotEnrolled();
      events.record(trx, [mfaRecoveryCodesReplaced({ actor: caller, resourceId: caller.id })]);
      await notices.factorChanged(trx, caller.id, 'recovery_codes_replaced');
      return replaceCodes(trx, caller.id);
    });
  }

  async function replaceCodes(trx: Trx, userId: string): Promise<readonly string[]> {
    const codes = newRecoveryCodes();
    await repository.replaceRecoveryCodes(trx, userId, codes.map(hashRecoveryCode));
    return codes;
  }

  /** Renews the time for which the session may do what asks for a fresh code. @throws as `prove` returns. */
  async function stepUp(caller: AccountCaller, proof: FactorProof): Promise<void> {
    const refusal = await database.transaction(async (trx) => {
      const refused = await prove(trx, caller.id, proof, { onRefusal: caller, onSuccess: caller });
      if (refused === undefined) await sessions.setFactorProven(trx, caller.sessionId, clock());
      return refused;
    });
    if (refusal !== undefined) throw refusal;
  }

  /** @throws FORBIDDEN if the caller must have a factor, or as `prove` returns. */
  async function removeFactor(caller: AccountCaller, proof: FactorProof): Promise<void> {
    if (isRequiredOf(caller)) throw forbidden({ reason: 'Administrators must have a second factor here.' });
    const refusal = await database.transaction(async (trx) => {
      await users.lockAccount(trx, caller.id);
      const refused = await prove(trx, caller.id, proof, { onRefusal: caller, onSuccess: caller });
      if (refused === undefined) await remove(trx, caller.id, caller);
      return refused;
    });
    if (refusal !== undefined) throw refusal;
  }

  /**
   * Removes the factor of an account that has lost it, and ends its sessions. Used by the command `mfa-reset`.
   * @throws MFA_NOT_ENROLLED.
   */
  async function resetFactor(userId: string): Promise<void> {
    await database.transaction(async (trx) => {
      await users.lockAccount(trx, userId);
      if ((await repository.lockFactor(trx, userId)) === undefined) throw mfaNotEnrolled();
      await remove(trx, userId, SYSTEM);
      await sessions.revokeSessionsOf(trx, userId, clock());
    });
  }

  async function remove(trx: Trx, userId: string, actor: Actor): Promise<void> {
    await repository.remove(trx, userId);
    await sessions.forgetFactorProven(trx, userId);
    events.record(trx, [mfaRemoved({ actor, resourceId: userId })]);
    await notices.factorChanged(trx, userId, 'removed');
  }

  /**
   * Uses a code or a recovery code up. Returns the refusal, which must be committed: MFA_NOT_ENROLLED, MFA_LOCKED or
   * INVALID_MFA_CODE.
   */
  async function prove(
    trx: Trx,
    userId: string,
    proof: FactorProof,
    actors: { readonly onRefusal: Actor; readonly onSuccess: Actor },
  ): Promise<DomainError | undefined> {
    const factor = await repository.lockFactor(trx, userId);
    if (!isActive(factor)) return mfaNotEnrolled();
    if ('recoveryCode' in proof) {
      const hash = hashRecoveryCode(proof.recoveryCode);
      if (!(await repository.takeRecoveryCode(trx, userId, hash)))
        return refuse(trx, userId, actors.onRefusal, invalidMfaCode());
      await repository.update(trx, withoutFailures(factor));
      const left = await repository.countRecoveryCodes(trx, userId);
      events.record(trx, [
        mfaRecoveryCodeUsed({ actor: actors.onSuccess, resourceId: userId, details: { left } }),
      ]);
      await notices.factorChanged(trx, userId, 'recovery_code_used');
      return undefined;
    }
    const step = timeStepOf(proof.code, decrypted(userId, factor.secret), clock());
    const decision = decideCode(factor, step, clock());
    await repository.update(trx, { ...factor, ...decision.change });
    if (decision.kind === 'refuse') return refuse(trx, userId, actors.onRefusal, decision.error);
    return undefined;
  }

  function refuse(trx: Trx, userId: string, actor: Actor, refusal: DomainError): DomainError {
    events.record(trx, [mfaCodeRefused({ actor, resourceId: userId, details: { code: refusal.code } })]);
    return refusal;
  }

  function decrypted(userId: string, secret: string): string {
    return encryption.decrypt(secret, encryptionContext(userId));
  }

  function isRequiredOf({ type }: Pick<AccountCaller, 'type'>): boolean {
    return isFactorRequiredOfAdmins && type === 'admin';
  }

  return {
    isEnrolled,
    describe,
    startEnrolment,
    confirmEnrolment,
    replaceRecoveryCodes,
    stepUp,
    removeFactor,
    resetFactor,
    prove,
  };
}

type ActiveFactor = Factor & { readonly secret: string };

function isActive(factor: Factor | undefined): factor is ActiveFactor {
  return factor !== undefined && factor.secret !== null;
}

/** The additional data of the encryption. A secret that is copied to another account cannot be decrypted. */
export function encryptionContext(userId: string): string {
  return `second factor ${userId}`;
}
