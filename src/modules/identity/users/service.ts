import { requireNotOwn } from '../../../core/caller.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Database, Db, Trx } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import { newId } from '../../../core/id.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import { type Actor, type Event, type EventClient, SYSTEM } from '../../platform/events/index.ts';
import { emailAlreadyRegistered, externalReferenceTaken } from './errors.ts';
import { adminCreated, externalReferenceChanged, staffRolesChanged, userRegistered } from './events.ts';
import { customerImport, type EndAccess } from './import.ts';
import type {
  Account,
  Locale,
  NewUser,
  Profile,
  ProfileChange,
  User,
  UserFilter,
  UserWithPassword,
} from './model.ts';
import type { Passwords } from './passwords.ts';
import {
  normalizeEmail,
  type PasswordContext,
  requireAnotherAdmin,
  requireComplexPassword,
  requireStillActive,
} from './policies.ts';
import type { UserRepository } from './repository.ts';
import { orderedRoles, type StaffRole } from './staff.ts';

export type UserService = ReturnType<typeof userService>;

export type Registration = {
  readonly email: string;
  readonly password: string;
  readonly locale?: Locale | undefined;
};

/** Welcomes a new account, in the same transaction. `address` is the network address that it was registered from. */
export type OnRegistered = (trx: Trx, user: Profile, address: string | undefined) => Promise<void>;

/** Creates what other modules need for a new user, in the same transaction. */
export type OnUsersCreated = (trx: Trx, users: readonly User[]) => void;

export function userService(deps: {
  database: Database;
  clock: Clock;
  repository: UserRepository;
  passwords: Passwords;
  events: EventClient;
  onCreated: OnUsersCreated;
  onRegistered: OnRegistered;
  endAccess: EndAccess;
}) {
  const { database, clock, repository, passwords, events, onCreated, onRegistered } = deps;

  /** @throws PASSWORD_NOT_COMPLEX_ENOUGH, EMAIL_ALREADY_REGISTERED, or OVERLOADED if too many hashes wait. */
  function register(input: Registration, requestId: string | null, address?: string): Promise<Profile> {
    return createAccount(input, {
      eventOf: ({ id }) => userRegistered({ actor: { type: 'user', id, requestId }, resourceId: id }),
      address,
    });
  }

  /** Used to load the demo data, whose addresses count as proven. @throws as `register` does. */
  function registerProven(input: Registration): Promise<Profile> {
    return createAccount(input, {
      isProven: true,
      eventOf: ({ id }) => userRegistered({ actor: SYSTEM, resourceId: id }),
    });
  }

  /** Used by the command `admin-create`, for the first administrator. @throws as `register` does. */
  function createAdmin(input: Registration): Promise<Profile> {
    return createAccount(input, {
      staffRoles: ['administrator'],
      // The operator creates administrators, and vouches for them.
      isProven: true,
      eventOf: ({ id }) => adminCreated({ actor: SYSTEM, resourceId: id }),
    });
  }

  async function createAccount(
    input: Registration,
    {
      staffRoles = [],
      isProven = false,
      eventOf,
      address,
    }: {
      readonly staffRoles?: readonly StaffRole[];
      readonly isProven?: boolean;
      readonly eventOf: (user: User) => Event;
      readonly address?: string | undefined;
    },
  ): Promise<Profile> {
    const passwordHash = await hashNewPassword(input.password, { address });
    const email = normalizeEmail(input.email);
    return database.transaction(async (trx) => {
      const [user] = await createUsers(trx, [
        { email, passwordHash, staffRoles, isProven, externalReference: null, locale: input.locale },
      ]);
      if (user === undefined) throw emailAlreadyRegistered({ email });
      events.record(trx, [eventOf(user)]);
      await onRegistered(trx, user, address);
      return user;
    });
  }

  /** Returns the hash to store. @throws PASSWORD_NOT_COMPLEX_ENOUGH, or OVERLOADED if too many hashes wait. */
  async function hashNewPassword(
    password: string,
    { address, ...context }: PasswordContext & { readonly address?: string | undefined } = {},
  ): Promise<string> {
    requireComplexPassword(password, context);
    return passwords.hashPassword(password, address);
  }

  /**
   * Replaces the password of a user who used a reset token. The token was sent to the address of the user, so it proves
   * the address. The caller decides about the user's sessions. Returns true if the address was not proven before.
   */
  async function setPasswordHash(trx: Trx, userId: string, passwordHash: string): Promise<boolean> {
    const isFirstProof = await proveEmail(trx, userId);
    await repository.updatePasswordHash(trx, userId, passwordHash);
    return isFirstProof;
  }

  /** Takes the address of a user as proven. Returns false if it was before. */
  function proveEmail(trx: Trx, userId: string): Promise<boolean> {
    return repository.proveEmail(trx, userId, clock());
  }

  /** Replaces the address of a user by one that is proven. Violates `users_email_key` if another account has it. */
  function replaceEmail(trx: Trx, userId: string, email: string): Promise<void> {
    return repository.updateEmail(trx, userId, email, clock());
  }

  async function isRegistered(db: Db, email: string): Promise<boolean> {
    return (await repository.findByEmails(db, [email])).length > 0;
  }

  function findByEmails(db: Db, emails: readonly string[]): Promise<readonly Profile[]> {
    return repository.findByEmails(db, emails);
  }

  /** Those of these users who have proved their address. */
  function findProven(db: Db, ids: readonly string[]): Promise<ReadonlySet<string>> {
    return repository.findProven(db, ids);
  }

  function findProfile(db: Db, id: string): Promise<Profile | undefined> {
    return repository.findProfile(db, id);
  }

  /** Replaces the password of a user if its stored hash is still `hash.from`. Returns false otherwise. */
  function replacePasswordHash(
    trx: Trx,
    userId: string,
    hash: { readonly from: string; readonly to: string },
  ): Promise<boolean> {
    return repository.updatePasswordHash(trx, userId, hash.to, hash.from);
  }

  /** Skips emails and external references that are taken, and returns the created users. */
  async function createUsers(trx: Trx, newUsers: readonly NewUser[]): Promise<readonly Profile[]> {
    const now = clock();
    const users: UserWithPassword[] = newUsers.map(({ isProven, locale = 'en', ...user }) => ({
      id: newId(now),
      role: user.staffRoles.length > 0 ? 'admin' : 'user',
      active: true,
      createdAt: now,
      emailVerifiedAt: isProven ? now : null,
      locale,
      displayName: null,
      ...user,
    }));
    const insertedIds = new Set(await repository.insert(trx, users));
    const inserted = users.filter(({ id }) => insertedIds.has(id));
    onCreated(trx, inserted);
    return inserted;
  }

  /** @throws NOT_FOUND. */
  async function getUser(id: string): Promise<Profile> {
    const user = await repository.findProfile(database.db, id);
    if (user === undefined) throw notFound('user', id);
    return user;
  }

  /** Changes what is given. @throws NOT_FOUND. */
  function changeProfile(id: string, change: ProfileChange): Promise<Profile> {
    return database.transaction(async (trx) => {
      const user = await repository.updateProfile(trx, id, change);
      if (user === undefined) throw notFound('user', id);
      return user;
    });
  }

  /** @throws NOT_FOUND. */
  async function getAccount(id: string): Promise<Account> {
    const user = await repository.findWithPassword(database.db, { id });
    if (user === undefined) throw notFound('user', id);
    const { passwordHash, ...account } = user;
    return { user: account, hasPassword: passwordHash !== null };
  }

  function listUsers(filter: UserFilter, page: PageRequest): Promise<PageOf<Profile>> {
    return repository.list(database.db, filter, page);
  }

  async function findByEmail(email: string): Promise<Profile | undefined> {
    const [user] = await repository.findByEmails(database.db, [normalizeEmail(email)]);
    return user;
  }

  async function findUser(db: Db, id: string): Promise<User | undefined> {
    const [user] = await repository.findAll(db, [id]);
    return user;
  }

  /** The existing users among `ids`, by id. */
  async function findUsers(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, User>> {
    const users = await repository.findAll(db, ids);
    return new Map(users.map((user) => [user.id, user]));
  }

  /** The ids of the users with these external references, by reference. */
  function findIdsByReference(db: Db, references: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return repository.findIdsByReference(db, references);
  }

  /** Locks the existing users among `ids` for share, so that none is deactivated before the transaction ends. */
  async function lockUsersForShare(trx: Trx, ids: readonly string[]): Promise<ReadonlyMap<string, User>> {
    if (ids.length === 0) return new Map();
    const users = await repository.lockForShare(trx, ids);
    return new Map(users.map((user) => [user.id, user]));
  }

  /** Locks the account of a sender for share. @throws USER_INACTIVE. */
  async function requireActiveSender(trx: Trx, sender: Actor): Promise<void> {
    if (sender.id !== null) requireStillActive(await lockUsersForShare(trx, [sender.id]), sender);
  }

  /**
   * Verifies a login. Takes the same time for an unknown email as for a wrong password. Replaces a hash that is cheaper
   * than those of today.
   */
  async function checkCredentials(
    email: string,
    password: string,
    address: string,
  ): Promise<
    | { readonly matches: true; readonly account: UserWithPassword }
    | { readonly matches: false; readonly account: UserWithPassword | undefined }
  > {
    const account = await repository.findWithPassword(database.db, { email: normalizeEmail(email) });
    const storedHash = account?.passwordHash ?? null;
    const matches = await passwords.verifyPassword(password, storedHash, address);
    if (!matches || account === undefined || storedHash === null) return { matches: false, account };
    const passwordHash = await passwords.upgradedHash(password, storedHash, address);
    if (passwordHash === undefined) return { matches, account };
    const hash = { from: storedHash, to: passwordHash };
    const isReplaced = await database.transaction((trx) => replacePasswordHash(trx, account.id, hash));
    // Another login was faster, or the password was changed meanwhile.
    if (!isReplaced) return checkCredentials(email, password, address);
    return { matches, account: { ...account, passwordHash } };
  }

  /** Locks and returns the user. Undefined if the password has changed since it was verified. */
  function lockUnchanged(trx: Trx, verified: UserWithPassword): Promise<User | undefined> {
    return repository.lockWithHash(trx, verified);
  }

  /** Locks the account until the transaction ends, so that a concurrent login waits. */
  function lockAccount(trx: Trx, id: string): Promise<UserWithPassword | undefined> {
    return repository.lockWithPassword(trx, id);
  }

  /** Returns the stored hash if the password is right, undefined otherwise. */
  async function findMatchingHash(
    userId: string,
    password: string,
    address: string,
  ): Promise<string | undefined> {
    const user = await repository.findWithPassword(database.db, { id: userId });
    const matches = await passwords.verifyPassword(password, user?.passwordHash ?? null, address);
    return matches ? (user?.passwordHash ?? undefined) : undefined;
  }

  /**
   * Locks the user and all active staff until the transaction ends. Returns false if nothing had to change.
   * @throws NOT_FOUND or LAST_ACTIVE_ADMIN.
   */
  async function setActive(trx: Trx, id: string, active: boolean): Promise<boolean> {
    const users = await repository.lockWithActiveStaff(trx, id);
    const user = users.find((candidate) => candidate.id === id);
    if (user === undefined) throw notFound('user', id);
    if (user.active === active) return false;
    if (!active) requireAnotherAdmin(user, users);
    await repository.updateActive(trx, id, active);
    return true;
  }

  /**
   * Null removes the reference. The event does not contain it, because it is personal data.
   * @throws NOT_FOUND, FORBIDDEN for the caller's own account, or EXTERNAL_REFERENCE_TAKEN.
   */
  async function setExternalReference(id: string, reference: string | null, actor: Actor): Promise<Profile> {
    requireNotOwn(actor, id);
    try {
      return await database.transaction(async (trx) => {
        const account = await repository.lockWithPassword(trx, id);
        if (account === undefined) throw notFound('user', id);
        const { passwordHash: _, ...user } = account;
        if (user.externalReference === reference) return user;
        if (!(await repository.updateExternalReference(trx, id, reference))) throw notFound('user', id);
        events.record(trx, [externalReferenceChanged({ actor, resourceId: id })]);
        return { ...user, externalReference: reference };
      });
    } catch (error) {
      if (reference === null || !repository.isReferenceTaken(error)) throw error;
      const holders = await repository.findIdsByReference(database.db, [reference]);
      const details = { external_reference: reference, user_id: holders.get(reference) ?? null };
      throw externalReferenceTaken(details);
    }
  }

  /** Locks a user who is to be erased, and all active staff. @throws NOT_FOUND or LAST_ACTIVE_ADMIN. */
  async function lockForErasure(trx: Trx, id: string): Promise<void> {
    const users = await repository.lockWithActiveStaff(trx, id);
    const user = users.find((candidate) => candidate.id === id);
    if (user === undefined) throw notFound('user', id);
    requireAnotherAdmin(user, users);
  }

  /** Removes what names the person, and closes the account. The caller has locked it. */
  function erase(trx: Trx, id: string): Promise<void> {
    return repository.erase(trx, id, clock());
  }

  /** The next ids of erased users, at most 500. */
  function listErased(db: Db, after: string | undefined): Promise<readonly string[]> {
    return repository.listErased(db, after, 500);
  }

  /**
   * Replaces the staff roles of a user, from the user's next request on. Without a role, the user is a shopper again.
   * @throws NOT_FOUND, FORBIDDEN for the caller's own roles, or LAST_ACTIVE_ADMIN.
   */
  function setStaffRoles(id: string, roles: readonly StaffRole[], actor: Actor): Promise<Profile> {
    requireNotOwn(actor, id);
    const staffRoles = orderedRoles(roles);
    return database.transaction(async (trx) => {
      const users = await repository.lockWithActiveStaff(trx, id);
      const user = users.find((candidate) => candidate.id === id);
      if (user === undefined) throw notFound('user', id);
      const before = user.staffRoles.join();
      const after = staffRoles.join();
      if (before === after) return user;
      if (user.active && !staffRoles.includes('administrator')) requireAnotherAdmin(user, users);
      await repository.updateStaffRoles(trx, id, staffRoles);
      events.record(trx, [staffRolesChanged({ actor, resourceId: id, details: { before, after } })]);
      return { ...user, staffRoles, role: staffRoles.length > 0 ? 'admin' : 'user' };
    });
  }

  return {
    register,
    registerProven,
    createAdmin,
    importUsers: customerImport({ ...deps, createUsers }),
    getUser,
    changeProfile,
    getAccount,
    listUsers,
    findByEmail,
    findUser,
    findUsers,
    findIdsByReference,
    lockUsersForShare,
    requireActiveSender,
    checkCredentials,
    lockUnchanged,
    lockAccount,
    findMatchingHash,
    hashNewPassword,
    setPasswordHash,
    proveEmail,
    replaceEmail,
    isRegistered,
    findByEmails,
    findProven,
    findProfile,
    replacePasswordHash,
    setActive,
    setExternalReference,
    setStaffRoles,
    lockForErasure,
    erase,
    listErased,
  };
}
