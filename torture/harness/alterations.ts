import { sql } from 'kysely';
import type { Database, Db } from '../../src/core/database/index.ts';
import { proveBooks } from '../../src/modules/insight/proof/service.ts';
import { makeConsistent } from '../../tests/support/altered-books.ts';
import { oneOf } from '../random.ts';

/** One altered row, as by an insider with the password of the database. */
export type Alteration = {
  readonly name: string;
  readonly table:
    | 'wallet_entries'
    | 'wallets'
    | 'purchases'
    | 'cashback_transactions'
    | 'payouts'
    | 'adjustments';
  /** The SQL that alters the row with this id. It may use the id of another wallet. */
  readonly statement: (id: string, otherWalletId: string) => string;
};

export const ALTERATIONS: readonly Alteration[] = [
  entry(
    'a larger amount of an entry',
    (id) => `update wallet_entries set amount = amount + 7 where id = '${id}'`,
  ),
  entry(
    'an entry larger by a cent',
    (id) => `update wallet_entries set amount = amount + 0.01 where id = '${id}'`,
  ),
  entry(
    'an entry smaller by a cent',
    (id) => `update wallet_entries set amount = amount - 0.01 where id = '${id}'`,
  ),
  entry('an entry that is gone', (id) => `delete from wallet_entries where id = '${id}'`),
  entry(
    'an entry of another source',
    (id) => `update wallet_entries set source_id = gen_random_uuid() where id = '${id}'`,
  ),
  entry(
    'an entry in another wallet',
    (id, other) => `update wallet_entries set wallet_id = '${other}', sequence = 1000000 where id = '${id}'`,
  ),
  entry(
    'an entry that no source demands',
    (id) => `
      insert into wallet_entries
      select
        gen_random_uuid(), wallet_id, 1000000, 'adjustment', 'platform', 'available', 5, 'adjustment', gen_random_uuid(),
        pending_after, available_after + 5, paid_after, created_at
      from wallet_entries where id = '${id}'`,
  ),
  row(
    'wallets',
    'a larger balance',
    (id) => `update wallets set available = available + 0.01 where id = '${id}'`,
  ),
  row(
    'purchases',
    'a larger purchase',
    (id) => `update purchases set amount = amount + 0.01 where id = '${id}'`,
  ),
  row(
    'purchases',
    'a purchase of another user',
    (id) => `update purchases set user_id = ${other('users', 'purchases.user_id')} where id = '${id}'`,
  ),
  row(
    'cashback_transactions',
    'a larger reward',
    (id) =>
      `update cashback_transactions set uncapped_amount = uncapped_amount + 1, amount = amount + 1 where id = '${id}'`,
  ),
  row('payouts', 'a smaller payout', (id) => `update payouts set amount = amount - 0.01 where id = '${id}'`),
  row(
    'payouts',
    'a payout of another user',
    (id) => `update payouts set user_id = ${other('users', 'payouts.user_id')} where id = '${id}'`,
  ),
  row('payouts', 'a payout that is gone', (id) => `delete from payouts where id = '${id}'`),
  row(
    'adjustments',
    'a larger adjustment',
    (id) => `update adjustments set amount = amount + 100 where id = '${id}'`,
  ),
  row(
    'adjustments',
    'an adjustment the other way',
    (id) =>
      `update adjustments set direction = (case direction when 'credit' then 'debit' else 'credit' end)::adjustment_direction where id = '${id}'`,
  ),
];

export type Attempt = {
  readonly alteration: Alteration;
  /** True if all later entries and the balance were recomputed from the altered row. */
  readonly isHidden: boolean;
  /** Undefined if a constraint refused the alteration. */
  readonly found: boolean | undefined;
};

class RolledBack extends Error {}

/** Alters a random row, proves the books, and rolls the alteration back. */
export async function attemptAlteration(
  { transaction }: Pick<Database, 'transaction'>,
  random: () => number,
  { alteration, isHidden }: Pick<Attempt, 'alteration' | 'isHidden'>,
): Promise<Attempt> {
  let found: boolean | undefined;
  const mark = String(random());
  try {
    await transaction(async (trx) => {
      // Turns triggers and foreign keys off. Unique keys and checks stay active.
      await sql`set local session_replication_role = replica`.execute(trx);
      const id = await pick(trx, alteration.table, mark);
      const wallet = await walletOf(trx, id);
      const otherWallet = await pick(trx, 'wallets', mark, wallet);
      await sql.raw(alteration.statement(id, otherWallet)).execute(trx);
      if (isHidden) for (const touched of [wallet, otherWallet]) await makeConsistent(trx, touched);
      found = (await proveBooks(trx)).verdict === 'wrong';
      throw new RolledBack();
    });
  } catch (error) {
    if (!(error instanceof RolledBack) && !isConstraint(error)) throw error;
  }
  return { alteration, isHidden, found };
}

/** Returns the alterations in rotation. Every second one also recomputes later entries and the balance. */
export function nextAlteration(
  number: number,
  random: () => number,
): Pick<Attempt, 'alteration' | 'isHidden'> {
  const alteration = ALTERATIONS[number % ALTERATIONS.length] ?? oneOf(random, ALTERATIONS);
  return { alteration, isHidden: alteration.table === 'wallet_entries' && random() < 0.7 };
}

function entry(name: string, statement: Alteration['statement']): Alteration {
  return { name, table: 'wallet_entries', statement };
}

function row(table: Alteration['table'], name: string, statement: Alteration['statement']): Alteration {
  return { name, table, statement };
}

/** The SQL for the id of another row than this one. */
function other(table: string, id: string): string {
  return `(select id from ${table} as others where others.id <> ${id} limit 1)`;
}

/** Returns the id of a random row. */
async function pick(db: Db, table: string, mark: string, exceptId = NO_ID): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select id from ${sql.table(table)} where id <> ${exceptId} order by md5(id::text || ${mark}) limit 1
  `.execute(db);
  if (rows[0] === undefined) throw new Error(`${table} has no row to alter`);
  return rows[0].id;
}

/** Returns the wallet of an entry. Other rows have none. */
async function walletOf(db: Db, id: string): Promise<string> {
  const { rows } = await sql<{
    wallet_id: string;
  }>`select wallet_id from wallet_entries where id = ${id}`.execute(db);
  return rows[0]?.wallet_id ?? NO_ID;
}

const NO_ID = '00000000-0000-0000-0000-000000000000';

/** True for SQLSTATE class 23: a constraint of the database refused the change. */
function isConstraint(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('23');
}
