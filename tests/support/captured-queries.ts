import { after } from 'node:test';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Db } from '../../src/core/database/index.ts';
import type { DB } from '../../src/core/database/schema.generated.ts';

type Query = { readonly sql: string; readonly parameters: readonly unknown[] };

export type PlanNode = {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
};

/** A connection that remembers what it is asked, so that a test can look at the plans of the very same queries. */
export function capturingDb(url: string): {
  readonly db: Db;
  /** The plan nodes that read tables, of each query that `work` sends. */
  readonly scansOf: (work: (db: Db) => Promise<unknown>) => Promise<readonly (readonly PlanNode[])[]>;
} {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  // The database is dropped under it when the file is done.
  pool.on('connect', (client) => client.on('error', () => undefined));
  pool.on('error', () => undefined);
  let captured: Query[] = [];
  const db = new Kysely<DB>({
    dialect: new PostgresDialect({ pool }),
    log({ query }) {
      captured.push(query);
    },
  });
  after(() => db.destroy());

  async function scansOf(work: (db: Db) => Promise<unknown>) {
    captured = [];
    await work(db);
    const plans: PlanNode[][] = [];
    for (const { sql, parameters } of captured.filter(
      (query) => !query.sql.trimStart().startsWith('explain'),
    )) {
      const { rows } = await pool.query(`explain (analyze, format json) ${sql}`, [...parameters]);
      plans.push(
        [...nodesOf(rows[0]['QUERY PLAN'][0].Plan)].filter((node) => node['Relation Name'] !== undefined),
      );
    }
    return plans;
  }

  return { db, scansOf };
}

/** Rows that a scan looked at, also those it threw away. */
export function rowsRead(scans: readonly PlanNode[]): number {
  return scans.reduce(
    (sum, node) => sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
    0,
  );
}

function* nodesOf(node: PlanNode): Generator<PlanNode> {
  yield node;
  for (const child of node.Plans ?? []) yield* nodesOf(child);
}
