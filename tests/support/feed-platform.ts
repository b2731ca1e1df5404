import { platformClient } from '../../demo/feeds/platform-client.ts';
import { verifyLedger } from '../../src/modules/insight/proof/index.ts';
import { testClock } from './clock.ts';
import { runSql } from './database.ts';
import { PASSWORD, startTestPlatform } from './platform.ts';

type Table =
  | 'users'
  | 'merchants'
  | 'offers'
  | 'purchases'
  | 'purchase_revisions'
  | 'payouts'
  | 'wallet_entries'
  | 'audit_logs';

/** A platform on a port of its own, at a moment after every feed that tests play, and the demo's client to it. */
export async function startFeedPlatform(environment: Readonly<Record<string, string>> = {}) {
  const clock = testClock('2026-09-01T09:00:00Z');
  const { platform, database, admin } = await startTestPlatform({ clock, environment });
  const url = await platform.server.listen({ port: 0, host: '127.0.0.1' });
  const client = platformClient({ url, email: admin.email, password: PASSWORD });

  /** How much is written down: what a run that changes nothing leaves as it is. */
  async function countRows() {
    const count = async (table: Table) => {
      const { rows } = await database.db
        .selectFrom(table)
        .select(({ fn }) => fn.countAll<bigint>().as('rows'))
        .executeTakeFirstOrThrow();
      return Number(rows);
    };
    // A run that changes nothing still reads wallets, which is recorded.
    const [{ reads = 0 } = {}] = await runSql(
      database.url,
      "select count(*)::int as reads from audit_logs where action = 'personal_data.read'",
    );
    return {
      users: await count('users'),
      merchants: await count('merchants'),
      offers: await count('offers'),
      purchases: await count('purchases'),
      revisions: await count('purchase_revisions'),
      payouts: await count('payouts'),
      audit: (await count('audit_logs')) - Number(reads),
      entries: await count('wallet_entries'),
    };
  }

  /** The purchases that are held, and those that the rule of fifty a day holds, worked out from their rows alone. */
  async function readHolds() {
    const held = await runSql(
      database.url,
      'select external_id, resolution from purchase_holds join purchases on id = purchase_id order by 1',
    );
    const expected = await runSql(
      database.url,
      `select external_id from (
        select *, row_number() over (partition by user_id, (created_at at time zone 'utc')::date order by id) as place
        from purchases
      ) as placed
      where place > 50 order by 1`,
    );
    return { held, expected };
  }

  const countLedgerFaults = async () => (await verifyLedger(database)).faultCount;

  return { url, clock, client, admin, database, countRows, readHolds, countLedgerFaults };
}
