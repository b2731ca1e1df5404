import type { AccountCaller } from '../../../core/caller.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import type { PasswordChecks } from './password-checks.ts';
import type { AuthRepository } from './repository.ts';

export type StepUpService = ReturnType<typeof stepUpService>;

/** A fresh proof of the password, for sessions of apps whose account has no second factor. */
export function stepUpService(deps: {
  database: Database;
  clock: Clock;
  passwords: PasswordChecks;
  sessions: Pick<AuthRepository, 'setPasswordProven'>;
}) {
  const { database, clock, passwords, sessions } = deps;

  /**
   * Renews the time for which the session may do what asks for a fresh password.
   * @throws INVALID_CREDENTIALS, RATE_LIMITED or OVERLOADED.
   */
  async function provePassword(caller: AccountCaller, password: string, address: string): Promise<void> {
    await passwords.requirePassword(caller, password, address);
    await database.transaction((trx) => sessions.setPasswordProven(trx, caller.sessionId, clock()));
  }

  return { provePassword };
}
