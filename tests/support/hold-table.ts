import { after } from 'node:test';
import pg from 'pg';
import { runSql } from './database.ts';

/** Locks a whole table, so that requests which need it are under way until it is released. */
export async function holdTable(url: string, table: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  after(() => client.end().catch(() => undefined));
  await client.query(`begin; lock table ${table} in access exclusive mode`);
  return {
    async waiting(): Promise<number> {
      const [row] = await runSql(
        url,
        'select count(*)::int as count from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())',
      );
      return Number(row?.count);
    },
    async release(): Promise<void> {
      await client.query('commit');
      await client.end();
    },
  };
}
