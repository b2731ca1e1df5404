import type { Database, Trx } from '../../../core/database/index.ts';
import { distinct } from '../../../core/lists.ts';
import { failure, type Outcome, success } from '../../../core/outcome.ts';
import type { Actor, EventClient } from '../../platform/events/index.ts';
import { emailAlreadyRegistered, emailNotVerified, externalReferenceTaken } from './errors.ts';
import { addressTakenOver, userImported } from './events.ts';
import type { NewUser, User } from './model.ts';
import { normalizeEmail } from './policies.ts';
import type { UserRepository } from './repository.ts';

export type Customer = {
  readonly email: string;
  /** Takes the address over from an account that never proved it. */
  readonly takeOver?: boolean | undefined;
  /** The operator's own reference of the customer. */
  readonly externalReference?: string | undefined;
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
    const takenOver = new Set(emails.filter((_, index) => customers[index]?.takeOver));
    const candidates = firstOfEach(customers);
    const { created, known, unproven, holders } = await database.transaction(
      async (trx) => {
        const holdersBefore = await findHolders(trx, candidates);
        const free = candidates.filter(({ externalReference = '' }) => !holdersBefore.has(externalReference));
        const freed = free.map(({ email }) => normalizeEmail(email)).filter((email) => takenOver.has(email));
        const closed = await closeUnproven(trx, freed);
        const created = byEmail(await createUsers(trx, free.map(toNewUser)));
        events.record(trx, [
          ...closed.map(({ id, email }) => {
            const details = { successor_id: successorOf(email, created) };
            return addressTakenOver({ actor, resourceId: id, details });
          }),
          ...[...created.values()].map(({ id }) => userImported({ actor, resourceId: id })),
        ]);
        const owners = distinct(emails);
        return {
          created,
          known: byEmail(await repository.findByEmails(trx, owners)),
          unproven: byEmail(await repository.findUnproven(trx, owners)),
          holders: await findHolders(trx, customers),
        };
      },
      { isLostRace: (error) => error instanceof LostReference },
    );
    const mayBeCreated = new Set(candidates);
    return customers.map((customer, index) => {
      const email = emails[index] ?? '';
      const user = created.get(email);
      if (user !== undefined && mayBeCreated.has(customer)) return success(user);
      const isClaimed = unproven.has(email);
      if (isClaimed && !takenOver.has(email)) return failure(emailNotVerified({ email }));
      const owner = known.get(email);
      if (owner !== undefined && !isClaimed)
        return failure(emailAlreadyRegistered({ email, user_id: owner.id }));
      const { externalReference: reference = '' } = customer;
      const details = { external_reference: reference, user_id: holders.get(reference) ?? null };
      return failure(externalReferenceTaken(details));
    });
  };

  /** The ids of the users who have the references of these customers, by reference. */
  async function findHolders(trx: Trx, customers: readonly Customer[]): Promise<ReadonlyMap<string, string>> {
    const references = distinct(customers.flatMap(({ externalReference }) => externalReference ?? []));
    return references.length === 0 ? new Map() : repository.findIdsByReference(trx, references);
  }

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

/** Another transaction took a reference after it was found free. The second attempt finds it taken. */
class LostReference extends Error {}

/** An account is closed only if the customer gets its address. @throws LostReference. */
function successorOf(email: string, created: ReadonlyMap<string, User>): string {
  const successor = created.get(email);
  if (successor === undefined) throw new LostReference();
  return successor.id;
}

/** The first customer with each email and with each reference. Later ones are refused. */
function firstOfEach(customers: readonly Customer[]): readonly Customer[] {
  const emails = new Set<string>();
  const references = new Set<string>();
  return customers.filter(({ email, externalReference: reference }) => {
    const isRepeat =
      emails.has(normalizeEmail(email)) || (reference !== undefined && references.has(reference));
    if (isRepeat) return false;
    emails.add(normalizeEmail(email));
    if (reference !== undefined) references.add(reference);
    return true;
  });
}

function toNewUser({ email, externalReference }: Customer): NewUser {
  return {
    email: normalizeEmail(email),
    passwordHash: null,
    staffRoles: [],
    isProven: true,
    externalReference: externalReference ?? null,
  };
}

function byEmail(users: readonly User[]): Map<string, User> {
  return new Map(users.map((user) => [user.email, user]));
}
