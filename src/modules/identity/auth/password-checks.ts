import type { AccountCaller } from '../../../core/caller.ts';
import type { Database } from '../../../core/database/index.ts';
import type { Event, EventClient } from '../../platform/events/index.ts';
import type { UserClient } from '../users/index.ts';
import { invalidCredentials } from './errors.ts';
import { passwordRefused } from './events.ts';
import type { LoginBudgets } from './login-budgets.ts';

export type PasswordChecks = ReturnType<typeof passwordChecks>;

/** Asks a caller for the password again, before what a stolen session must not do alone. */
export function passwordChecks(deps: {
  database: Database;
  users: Pick<UserClient, 'findMatchingHash'>;
  events: EventClient;
  budgets: LoginBudgets;
}) {
  const { database, users, events, budgets } = deps;

  /**
   * Returns the stored hash of the right password. A wrong one is counted, and recorded as `refusal`.
   * @throws INVALID_CREDENTIALS, RATE_LIMITED or OVERLOADED.
   */
  async function requirePassword(
    caller: AccountCaller,
    password: string,
    address: string,
    refusal: Event = passwordRefused({ actor: caller, resourceId: caller.id }),
  ): Promise<string> {
    const attempt = await budgets.beginChange(caller.id, address);
    const hash = await budgets.checking(attempt, () => users.findMatchingHash(caller.id, password, address));
    if (hash === undefined) {
      await database.transaction(async (trx) => events.record(trx, [refusal]));
      throw invalidCredentials();
    }
    await budgets.forgive(attempt);
    return hash;
  }

  return { requirePassword };
}
