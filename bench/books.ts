import { sql } from 'kysely';
import type { Database, Db } from '../src/core/database/index.ts';
import { verifyLedger } from '../src/modules/insight/proof/index.ts';

/** The books to compare with the platform's responses. */
export type Books = {
  readonly countPurchases: () => Promise<number>;
  /** What `ledger-verify` finds. */
  readonly countFaults: () => Promise<number>;
};

export class WrongBooks extends Error {}

export function booksOf({ db, snapshot }: Pick<Database, 'db' | 'snapshot'>): Books {
  return {
    countPurchases: async () => {
      const { rows } = await sql<{ count: number }>`select count(*)::int as count from purchases`.execute(db);
      return rows[0]?.count ?? 0;
    },
    countFaults: async () => (await verifyLedger({ snapshot })).faultCount,
  };
}

/** The same for one partner's purchases only: a replay of tens of millions of entries would take too long. */
export function booksOfPartner(db: Db, partnerId: string): Books {
  return {
    countPurchases: async () => {
      const { rows } = await sql<{ count: number }>`
        select count(*)::int as count from purchases where partner_id = ${partnerId}
      `.execute(db);
      return rows[0]?.count ?? 0;
    },
    countFaults: async () => 0,
  };
}

/**
 * @throws WrongBooks unless all acknowledged purchases are recorded, at most the unanswered ones beside them, and every
 * balance equals its journal.
 */
export async function requireTrueBooks(
  books: Books,
  load: { before: number; acknowledged: number; unanswered: number; lost: number },
): Promise<void> {
  const { before, acknowledged, unanswered, lost } = load;
  const recorded = (await books.countPurchases()) - before;
  const faults = await books.countFaults();
  const problems = [
    lost > 0 && `${lost} connections were lost`,
    (recorded < acknowledged || recorded > acknowledged + unanswered) &&
      `${acknowledged} purchases were acknowledged, ${unanswered} left unanswered, ${recorded} are recorded`,
    faults > 0 && `the books have ${faults} faults`,
  ].filter((problem) => problem !== false);
  if (problems.length > 0) throw new WrongBooks(problems.join('; '));
}
