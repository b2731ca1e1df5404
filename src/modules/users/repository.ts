import { sql } from 'kysely';
import type { Db, Trx } from '../../core/database.ts';
import type { User, UserWithPassword } from './model.ts';

export type UserRepository = ReturnType<typeof userRepository>;

const COLUMNS = ['id', 'email', 'role', 'active', 'created_at'] as const;

type UserRow = {
  id: string;
  email: string;
  role: User['role'];
  active: boolean;
  created_at: Temporal.Instant;
};

export function userRepository() {
  /** Inserts the users whose email is free, and answers with these. */
  async function insert(trx: Trx, users: readonly UserWithPassword[]): Promise<readonly string[]> {
    const { rows } = await sql<{ id: string }>`
      insert into users (id, email, password_hash, role, active, created_at)
      select * from unnest(
        ${users.map(({ id }) => id)}::uuid[],
        ${users.map(({ email }) => email)}::text[],
        ${users.map(({ passwordHash }) => passwordHash)}::text[],
        ${users.map(({ role }) => role)}::user_role[],
        ${users.map(({ active }) => active)}::boolean[],
        ${users.map(({ createdAt }) => createdAt.toString())}::timestamptz[]
      ) as u (id, email)
      order by email
      on conflict (email) do nothing
      returning id
    `.execute(trx);
    return rows.map(({ id }) => id);
  }

  async function findAll(db: Db, ids: readonly string[]): Promise<User[]> {
    const rows = await db
      .selectFrom('users')
      .select(COLUMNS)
      .where('id', '=', sql<string>`any(${ids}::uuid[])`)
      .execute();
    return rows.map(toUser);
  }

  async function findByEmails(db: Db, emails: readonly string[]): Promise<User[]> {
    const rows = await db
      .selectFrom('users')
      .select(COLUMNS)
      .where('email', '=', sql<string>`any(${emails}::text[])`)
      .execute();
    return rows.map(toUser);
  }

  async function findWithPassword(db: Db, email: string): Promise<UserWithPassword | undefined> {
    const row = await db
      .selectFrom('users')
      .select([...COLUMNS, 'password_hash'])
      .where('email', '=', email)
      .executeTakeFirst();
    return row && { ...toUser(row), passwordHash: row.password_hash };
  }

  async function updatePasswordHash(trx: Trx, id: string, passwordHash: string): Promise<void> {
    await trx.updateTable('users').set({ password_hash: passwordHash }).where('id', '=', id).execute();
  }

  return { insert, findAll, findByEmails, findWithPassword, updatePasswordHash };
}

function toUser(row: UserRow): User {
  return { id: row.id, email: row.email, role: row.role, active: row.active, createdAt: row.created_at };
}
