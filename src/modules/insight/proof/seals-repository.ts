import { sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import type { SealedLog, SealMismatch } from './model.ts';
import { CONTENT_DIGEST, firstIdAt, sealDigest, statementOfSeal } from './sealed-content-repository.ts';

/* Computes the seals of the audit log again, from its records. */

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** The last of the seals after this one that together cover about `rowsPerRange` records. Undefined at the end. */
export async function lastSealOfRange(
  db: Db,
  after: bigint,
  rowsPerRange: number,
): Promise<bigint | undefined> {
  const { rows } = await sql<{ number: bigint }>`
    select number from (
      select number, sum(records) over (order by number) - records as records_before
      from audit_seals where number > ${after} order by number limit 1000
    ) as following
    where records_before < ${rowsPerRange}
    order by number desc limit 1
  `.execute(db);
  return rows[0]?.number;
}

/** The seals after `after`, up to `to`, that differ from what they seal. */
export async function findSealMismatches(db: Db, after: bigint, to: bigint): Promise<SealMismatch[]> {
  const digest = sealDigest({
    previous: sql`previous_digest`,
    statement: statementOfSeal({ number: sql`number`, upTo: sql`up_to`, records: sql`seals.records` }),
    content: sql`found.digest`,
  });
  const { rows } = await sql<SealMismatch>`
    with seals as (
      select
        *,
        lag(number, 1, 0::bigint) over (order by number) as previous,
        lag(up_to, 1, ${FIRST_ID}::uuid) over (order by number) as since,
        lag(digest, 1, ''::bytea) over (order by number) as previous_digest
      from audit_seals
      where number >= ${after} and number <= ${to}
    ),
    compared as (
      select
        seals.*,
        found.records as found,
        ${digest} as demanded_digest,
        -- A bound beyond its time would keep later records from being sealed.
        ${firstIdAt(sql`sealed_at`)} as latest
      from seals
      cross join lateral (
        select count(*) as records, ${CONTENT_DIGEST} as digest
        from audit_logs
        where audit_logs.id >= since and audit_logs.id < up_to and recorded_in < before
      ) as found
      where number > ${after}
    )
    select number, problem, records as stated, found
    from compared
    cross join lateral (
      select case
        when number <> previous + 1 or up_to <= since then 'out of order'
        when up_to > latest or sealed_at > now() + interval '1 day' then 'of the future'
        when found <> records then 'other number of records'
        when digest <> demanded_digest then 'other records'
      end as problem
    ) as judged
    where problem is not null
    order by number
  `.execute(db);
  return rows;
}

/** The digest of a seal; undefined if there is no such seal. */
export async function findSeal(db: Db, number: bigint): Promise<string | undefined> {
  const { rows } = await sql<{ digest: string }>`
    select encode(digest, 'hex') as digest from audit_seals where number = ${number}
  `.execute(db);
  return rows[0]?.digest;
}

export async function summariseSeals(db: Db): Promise<SealedLog> {
  const { rows } = await sql<{
    seals: bigint;
    records: bigint;
    unsealed: bigint;
    number: bigint | null;
    digest: string;
    sealed_at: string;
  }>`
    select
      totals.seals, totals.records, last.number, encode(last.digest, 'hex') as digest,
      to_char(last.sealed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as sealed_at,
      (select count(*) from audit_logs where id >= coalesce(last.up_to, ${FIRST_ID}::uuid)) as unsealed
    from (select count(*) as seals, coalesce(sum(records), 0)::bigint as records from audit_seals) as totals
    left join (select * from audit_seals order by number desc limit 1) as last on true
  `.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('the seals were not counted');
  const { number, digest, sealed_at: sealedAt } = row;
  return {
    seals: Number(row.seals),
    records: Number(row.records),
    unsealed: Number(row.unsealed),
    last: number === null ? null : { number, digest, sealedAt },
  };
}
