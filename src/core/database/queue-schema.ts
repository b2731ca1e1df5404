import pg from 'pg';
import { PgBoss } from 'pg-boss';

/** Creates or upgrades the tables of the job queue, in their own schema, as their owner. */
export async function migrateQueue(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  const queue = new PgBoss({
    db: { executeSql: (text, values) => client.query(text, values as unknown[]) },
    supervise: false,
    schedule: false,
  });
  const faults: unknown[] = [];
  queue.on('error', (error) => faults.push(error));
  try {
    await queue.start();
    await queue.stop({ graceful: false });
    if (faults.length > 0) throw faults[0];
  } finally {
    await client.end();
  }
}
