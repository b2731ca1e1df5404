import { runSql } from './database.ts';
import { until } from './until.ts';

/**
 * Until no transaction of the server is older than the events of this database. The end of the feed may wait for any of
 * them, also for those of tests in other databases.
 */
export async function untilFeedIsComplete(url: string): Promise<void> {
  await until(async () => {
    const [row] = await runSql(
      url,
      `select not exists (
         select from audit_logs where recorded_in >= recording_position(pg_snapshot_xmin(pg_current_snapshot()))
       ) as is_complete`,
    );
    return row?.is_complete === true;
  });
}
