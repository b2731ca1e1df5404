import { type SqlBool, sql } from 'kysely';
import { type Db, type Trx, violates } from '../../../core/database/index.ts';
import { anyValueOf, pageNewestFirst, withinSeconds } from '../../../core/database/newest-first.ts';
import { anyOf, escapeLike, type RowOf } from '../../../core/database/rows.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { Locale, Profile, ProfileChange, User, UserFilter, UserWithPassword } from './model.ts';
import type { StaffRole } from './staff.ts';

export type UserRepository = ReturnType<typeof userRepository>;

const COLUMNS = ['id', 'email', 'role', 'staff_roles', 'active', 'created_at'] as const;

/** Not in COLUMNS, which every request and every batch of purchases reads. */
const PROFILE_COLUMNS = [
  ...COLUMNS,
  'email_verified_at',
  'locale',
  'display_name',
  'external_reference',
] as const;

type UserRow = RowOf<'users', typeof COLUMNS>;
type ProfileRow = RowOf<'users', typeof PROFILE_COLUMNS>;

export function userRepository() {
  /** Inserts the users whose email and external reference are free, and returns their ids. */
  async function insert(trx: Trx, users: readonly UserWithPassword[]): Promise<readonly string[]> {
    const { rows } = await sql<{ id: string }>`
      insert into users (
        id, email, password_hash, role, staff_roles, active, created_at, email_verified_at, external_reference, locale
      )
      select
        unnest(${users.map(({ id }) => id)}::uuid[]) as id,
        unnest(${users.map(({ email }) => email)}::text[]) as email,
        unnest(${users.map(({ passwordHash }) => passwordHash)}::text[]),
        unnest(${users.map(({ role }) => role)}::user_role[]),
        string_to_array(unnest(${users.map(({ staffRoles }) => staffRoles.join())}::text[]), ','),
        unnest(${users.map(({ active }) => active)}::boolean[]),
        unnest(${users.map(({ createdAt }) => createdAt.toString())}::timestamptz[]),
        unnest(${users.map(({ emailVerifiedAt }) => emailVerifiedAt?.toString() ?? null)}::timestamptz[]),
        unnest(${users.map(({ externalReference }) => externalReference)}::text[]),
        unnest(${users.map(({ locale }) => locale)}::text[])
      order by email
      on conflict do nothing
      returning id
    `.execute(trx);
    return rows.map(({ id }) => id);
  }

  async function findAll(db: Db, ids: readonly string[]): Promise<User[]> {
    const rows = await db.selectFrom('users').select(COLUMNS).where('id', '=', anyOf(ids)).execute();
    return rows.map(toUser);
  }

  async function findProven(db: Db, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await db
      .selectFrom('users')
      .select('id')
      .where('id', '=', anyOf(ids))
      .where('email_verified_at', 'is not', null)
      .execute();
    return new Set(rows.map(({ id }) => id));
  }

  async function findProfile(db: Db, id: string): Promise<Profile | undefined> {
    const row = await db.selectFrom('users').select(PROFILE_COLUMNS).where('id', '=', id).executeTakeFirst();
    return row && toProfile(row);
  }

  async function findProfiles(db: Db, ids: readonly string[]): Promise<Profile[]> {
    const rows = await db.selectFrom('users').select(PROFILE_COLUMNS).where('id', '=', anyOf(ids)).execute();
    return rows.map(toProfile);
  }

  /** Changes what is given, and returns the result. Undefined if there is no such user. */
  async function updateProfile(
    trx: Trx,
    id: string,
    { locale, displayName }: ProfileChange,
  ): Promise<Profile | undefined> {
    const row = await trx
      .updateTable('users')
      .set({
        ...(locale !== undefined && { locale }),
        ...(displayName !== undefined && { display_name: displayName }),
      })
      .where('id', '=', id)
      .returning(PROFILE_COLUMNS)
      .executeTakeFirst();
    return row && toProfile(row);
  }

  /** Locks the users for share until the transaction ends. */
  async function lockForShare(trx: Trx, ids: readonly string[]): Promise<User[]> {
    const rows = await trx
      .selectFrom('users')
      .select(COLUMNS)
      .where('id', '=', anyOf(ids))
      .orderBy('id')
      .forShare()
      .execute();
    return rows.map(toUser);
  }

  async function findByEmails(db: Db, emails: readonly string[]): Promise<Profile[]> {
    const rows = await db
      .selectFrom('users')
      .select(PROFILE_COLUMNS)
      .where('email', '=', sql<string>`any(${emails}::text[])`)
      .execute();
    return rows.map(toProfile);
  }

  /** The ids of the users with these external references, by reference. */
  async function findIdsByReference(
    db: Db,
    references: readonly string[],
  ): Promise<ReadonlyMap<string, string>> {
    const { rows } = await sql<{ id: string; external_reference: string }>`
      select id, external_reference from users where external_reference = any(${references}::text[])
    `.execute(db);
    return new Map(rows.map((row) => [row.external_reference, row.id]));
  }

  /** The shoppers among the owners of `emails` who never proved the address. Staff belongs to the operator. */
  async function findUnproven(db: Db, emails: readonly string[]): Promise<User[]> {
    return (await unproven(db, emails).execute()).map(toUser);
  }

  /** The same, locked until the transaction ends, so that no proof arrives meanwhile. */
  async function lockUnproven(trx: Trx, emails: readonly string[]): Promise<User[]> {
    return (await unproven(trx, emails).orderBy('id').forUpdate().execute()).map(toUser);
  }

  function unproven(db: Db, emails: readonly string[]) {
    return db
      .selectFrom('users')
      .select(COLUMNS)
      .where('email', '=', sql<string>`any(${emails}::text[])`)
      .where('role', '=', 'user')
      .where('email_verified_at', 'is', null);
  }

  /** Frees the addresses and references of accounts and deactivates them. `.invalid` is reserved: no mail is ever sent there (RFC 2606). */
  async function close(trx: Trx, ids: readonly string[]): Promise<void> {
    await trx
      .updateTable('users')
      .set({ email: sql<string>`id::text || '@taken-over.invalid'`, active: false, external_reference: null })
      .where('id', '=', anyOf(ids))
      .execute();
  }

  async function findWithPassword(
    db: Db,
    by: { readonly id: string } | { readonly email: string },
  ): Promise<UserWithPassword | undefined> {
    const [column, value] = 'id' in by ? (['id', by.id] as const) : (['email', by.email] as const);
    const row = await db
      .selectFrom('users')
      .select([...PROFILE_COLUMNS, 'password_hash'])
      .where(column, '=', value)
      .executeTakeFirst();
    return row && { ...toProfile(row), passwordHash: row.password_hash };
  }

  /** Newest first. The cursor is the id, which contains the millisecond of `created_at`. */
  async function list(db: Db, filter: UserFilter, page: PageRequest): Promise<PageOf<Profile>> {
    const { email, roles, active, from, to, externalReference } = filter;
    const byRole = anyValueOf('role', 'user_role', roles, { isIndexed: false });
    const where = [...byRole.where, ...withinSeconds(from, to)];
    if (active !== undefined) where.push(sql`active = ${active}`);
    if (email !== undefined) where.push(sql`email like ${`%${escapeLike(email)}%`}`);
    if (externalReference !== undefined) where.push(sql`external_reference = ${externalReference}`);

    // The planner chooses between an index of few rows and the primary key, by how many rows match.
    const onlyGrows = roles === undefined && active === undefined;
    const list = { table: 'users', columns: PROFILE_COLUMNS, where, hasIndex: false, onlyGrows } as const;
    return pageNewestFirst(db, list, toProfile, page);
  }

  /** Locks the user for share if the password hash is still this one. Undefined otherwise. */
  async function lockWithHash(
    trx: Trx,
    { id, passwordHash }: Pick<UserWithPassword, 'id' | 'passwordHash'>,
  ): Promise<User | undefined> {
    const row = await trx
      .selectFrom('users')
      .select(COLUMNS)
      .where('id', '=', id)
      .where('password_hash', '=', passwordHash)
      .forShare()
      .executeTakeFirst();
    return row && toUser(row);
  }

  /** Locks the user, so that a concurrent login waits. */
  async function lockWithPassword(trx: Trx, id: string): Promise<UserWithPassword | undefined> {
    const row = await trx
      .selectFrom('users')
      .select([...PROFILE_COLUMNS, 'password_hash'])
      .where('id', '=', id)
      .forNoKeyUpdate()
      .executeTakeFirst();
    return row && { ...toProfile(row), passwordHash: row.password_hash };
  }

  /** Returns false if there is no such user, or if `replaced` is given and is not the stored hash any more. */
  async function updatePasswordHash(
    trx: Trx,
    id: string,
    passwordHash: string,
    replaced?: string,
  ): Promise<boolean> {
    let update = trx.updateTable('users').set({ password_hash: passwordHash }).where('id', '=', id);
    if (replaced !== undefined) update = update.where('password_hash', '=', replaced);
    return (await update.returning('id').executeTakeFirst()) !== undefined;
  }

  /** Returns false if the address was proven before. */
  async function proveEmail(trx: Trx, id: string, now: Temporal.Instant): Promise<boolean> {
    const row = await trx
      .updateTable('users')
      .set({ email_verified_at: now.toString() })
      .where('id', '=', id)
      .where('email_verified_at', 'is', null)
      .returning('id')
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Replaces the address of a user by one that is proven. */
  async function updateEmail(trx: Trx, id: string, email: string, now: Temporal.Instant): Promise<void> {
    await trx
      .updateTable('users')
      .set({ email, email_verified_at: now.toString() })
      .where('id', '=', id)
      .execute();
  }

  /** Locks the user and all active staff, so that two administrators cannot remove each other. */
  async function lockWithActiveStaff(trx: Trx, id: string): Promise<Profile[]> {
    const rows = await trx
      .selectFrom('users')
      .select(PROFILE_COLUMNS)
      .where(sql<SqlBool>`(id = ${id} or (role = 'admin' and active))`)
      .orderBy('id')
      .forNoKeyUpdate()
      .execute();
    return rows.map(toProfile);
  }

  /** Removes what names the person. The id stays, as a pseudonym. `.invalid` is reserved: no mail is ever sent there. */
  async function erase(trx: Trx, id: string, now: Temporal.Instant): Promise<void> {
    await trx
      .updateTable('users')
      .set({
        email: sql<string>`id::text || '@erased.invalid'`,
        email_verified_at: null,
        password_hash: null,
        display_name: null,
        external_reference: null,
        locale: 'en',
        role: 'user',
        staff_roles: [],
        active: false,
        erased_at: now.toString(),
      })
      .where('id', '=', id)
      .execute();
  }

  /** Ids of erased users after this one, in their order. */
  async function listErased(db: Db, after: string | undefined, limit: number): Promise<readonly string[]> {
    let users = db.selectFrom('users').select('id').where('erased_at', 'is not', null);
    if (after !== undefined) users = users.where('id', '>', after);
    return (await users.orderBy('id').limit(limit).execute()).map(({ id }) => id);
  }

  async function updateStaffRoles(trx: Trx, id: string, roles: readonly StaffRole[]): Promise<void> {
    const role = roles.length > 0 ? 'admin' : 'user';
    await trx
      .updateTable('users')
      .set({ role, staff_roles: [...roles] })
      .where('id', '=', id)
      .execute();
  }

  async function updateActive(trx: Trx, id: string, active: boolean): Promise<void> {
    await trx.updateTable('users').set({ active }).where('id', '=', id).execute();
  }

  /** Returns false for an erased user, who gets none. */
  async function updateExternalReference(trx: Trx, id: string, reference: string | null): Promise<boolean> {
    const updated = await trx
      .updateTable('users')
      .set({ external_reference: reference })
      .where('id', '=', id)
      .where('erased_at', 'is', null)
      .returning('id')
      .executeTakeFirst();
    return updated !== undefined;
  }

  /** True if `updateExternalReference` failed because another user has the reference. */
  function isReferenceTaken(error: unknown): boolean {
    return violates(error, 'users_external_reference_key');
  }

  return {
    insert,
    findAll,
    findProven,
    findProfile,
    findProfiles,
    updateProfile,
    lockForShare,
    findByEmails,
    findIdsByReference,
    findUnproven,
    lockUnproven,
    close,
    findWithPassword,
    list,
    lockWithHash,
    lockWithPassword,
    updatePasswordHash,
    proveEmail,
    updateEmail,
    lockWithActiveStaff,
    updateStaffRoles,
    erase,
    listErased,
    updateActive,
    updateExternalReference,
    isReferenceTaken,
  };
}

function toUser(row: UserRow): User {
  return {
    id: row.id,
    email: row.email,
    role: row.role,
    staffRoles: row.staff_roles as StaffRole[],
    active: row.active,
    createdAt: row.created_at,
  };
}

function toProfile(row: ProfileRow): Profile {
  return {
    ...toUser(row),
    emailVerifiedAt: row.email_verified_at,
    locale: row.locale as Locale,
    displayName: row.display_name,
    externalReference: row.external_reference,
  };
}
