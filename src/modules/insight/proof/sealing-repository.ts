import { sql } from 'kysely';
import type { Trx } from '../../../core/database/index.ts';
import { CONTENT_DIGEST, firstIdAt, sealDigest, statementOfSeal } from './sealed-content-repository.ts';

export type SealingRepository = ReturnType<typeof sealingRepository>;

export type Seal = { readonly number: bigint; readonly records: bigint; readonly digest: string };

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

export function sealingRepository() {
  /**
   * Seals the next records of the audit log that are `lag_seconds` old, at most `limit`. It covers what finished transactions
   * have stored. A record with an older id that is stored later, because a clock is wrong, belongs to no seal.
   * Returns undefined if there are none, or if another process seals them.
   */
  async function sealNext(
    trx: Trx,
    { lag_seconds, limit }: { readonly lag_seconds: number; readonly limit: number },
  ): Promise<Seal | undefined> {
    const digest = sealDigest({
      previous: sql`bounds.digest`,
      statement: statementOfSeal({ number: sql`number + 1`, upTo: sql`next_up_to`, records: sql`records` }),
      content: sql`content.digest`,
    });
    const { rows } = await sql<Seal>`
      with previous as (
        (select number, up_to, digest from audit_seals order by number desc limit 1)
        union all select 0, ${FIRST_ID}::uuid, ''::bytea
        order by number desc limit 1
      ),
      bounds as (
        select
          previous.*,
          coalesce(
            (select id from audit_logs where id >= up_to and id < latest order by id offset ${limit} limit 1),
            latest
          ) as next_up_to,
          now() as sealed_at,
          recording_position(pg_snapshot_xmin(pg_current_snapshot())) as before
        from previous
        cross join lateral (select ${firstIdAt(sql`now() - make_interval(secs => ${lag_seconds})`)} as latest) as bound
      ),
      content as (
        select count(*) as records, ${CONTENT_DIGEST} as digest
        from bounds join audit_logs
          on audit_logs.id >= up_to and audit_logs.id < next_up_to and recorded_in < before
      )
      insert into audit_seals (number, up_to, before, records, sealed_at, digest)
      select number + 1, next_up_to, before, records, sealed_at, ${digest}
      from bounds, content
      where records > 0
      on conflict (number) do nothing
      returning number, records, encode(digest, 'hex') as digest
    `.execute(trx);
    return rows[0];
  }

  return { sealNext };
}
