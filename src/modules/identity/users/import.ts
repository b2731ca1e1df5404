import type { Database, Trx } from '../../../core/database/index.ts';
import { failure, type Outcome, success } from '../../../core/outcome.ts';
import type { Actor, EventClient } from '../../platform/events/index.ts';
import { emailAlreadyRegistered, emailNotVerified } from './errors.ts';
import { addressTakenOver, userImported } from './events.ts';
import type { NewUser, User } from './model.ts';
import { normalizeEmail } from './policies.ts';
import type { UserRepository } from './repository.ts';

export type Customer = {
  readonly email: string;
  /** Takes the address over from an account that never proved it. */
  readonly takeOver?: boolean | undefined;
};

/** Ends the sessions of users whose accounts are closed, in the same transaction. */
export type EndAccess = (trx: Trx, userIds: readonly string[]) => Promise<void>;

/**
 * The import of customers, whose addresses the operator vouches for. An account that only claims such an address is never
 * mistaken for the customer.
 */
export function customerImport(deps: {
  database: Database;
  repository: UserRepository;
  events: EventClient;
  createUsers: (trx: Trx, newUsers: readonly NewUser[]) => Promise<readonly User[]>;
  endAccess: EndAccess;
}) {
  const { database, repository, events, createUsers, endAccess } = deps;

  /** Creates users without a password for existing customers. Returns one outcome for each, in order. */
  return async (customers: readonly Customer[], actor: Actor): Promise<readonly Outcome<User>[]> => {
    const emails = customers.map(({ email }) => normalizeEmail(email));
    const distinct = [...new Set(emails)];
    const takenOver = new Set(emails.filter((_, index) => customers[index]?.takeOver));
    const { created, known, unproven } = await database.transaction(async (trx) => {
      const closed = await closeUnproven(trx, [...takenOver]);
      const newUsers = distinct.map((email) => ({
        email,
        passwordHash: null,
        staffRoles: [],
        isProven: true,
      }));
      const created = byEmail(await createUsers(trx, newUsers));
      events.record(trx, [
        ...closed.map(({ id, email }) => {
          const details = { successor_id: created.get(email)?.id ?? '' };
          return addressTakenOver({ actor, resourceId: id, details });
        }),
        ...[...created.values()].map(({ id }) => userImported({ actor, resourceId: id })),
      ]);
      return {
        created,
        known: byEmail(await repository.findByEmails(trx, distinct)),
        unproven: byEmail(await repository.findUnproven(trx, distinct)),
      };
    });
    return emails.map((email) => {
      const user = created.get(email);
      // Only the first item with an email creates a user. A second one finds the email registered.
      if (created.delete(email) && user !== undefined) return success(user);
      if (unproven.has(email)) return failure(emailNotVerified({ email }));
      return failure(emailAlreadyRegistered({ email, user_id: known.get(email)?.id ?? null }));
    });
  };

  /** Closes the accounts that never proved one of these addresses, and returns them as they were. Their history stays. */
  async function closeUnproven(trx: Trx, emails: readonly string[]): Promise<readonly User[]> {
    if (emails.length === 0) return [];
    const closed = await repository.lockUnproven(trx, emails);
    const ids = closed.map(({ id }) => id);
    await repository.close(trx, ids);
    await endAccess(trx, ids);
    return closed;
  }
}

function byEmail(users: readonly User[]): Map<string, User> {
  return new Map(users.map((user) => [user.email, user]));
}
