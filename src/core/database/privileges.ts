import pg from 'pg';

/** A role that owns nothing, and what it may do with each table, such as `select, insert`. */
export type ServingRole = { readonly name: string; readonly privileges: Readonly<Record<string, string>> };

/** The tables of the job queue. It proves nothing, so its rows may be changed, but not its tables. */
const QUEUE_SCHEMA = 'pgboss';

/** Any fixed number: owners that start at once grant one after the other. */
const LOCK = 4_720_053;

/**
 * Grants the role what it needs, and revokes all else. In one transaction, so processes that serve notice nothing.
 * @throws pg.DatabaseError if the role does not exist.
 */
export async function grantPrivileges(ownerUrl: string, role: ServingRole): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const name = client.escapeIdentifier(role.name);
    const database = client.escapeIdentifier(decodeURIComponent(new URL(ownerUrl).pathname.slice(1)));
    await client.query(`
      begin;
      select pg_advisory_xact_lock(${LOCK});
      revoke all on all tables in schema public, ${QUEUE_SCHEMA} from ${name};
      revoke create on schema public from public, ${name};
      grant connect on database ${database} to ${name};
      grant usage on schema public, ${QUEUE_SCHEMA} to ${name};
      ${Object.entries(role.privileges)
        .map(([table, privileges]) => `grant ${privileges} on ${table} to ${name};`)
        .join('\n')}
      grant select, insert, update, delete on all tables in schema ${QUEUE_SCHEMA} to ${name};
      grant usage on all sequences in schema ${QUEUE_SCHEMA} to ${name};
      commit;
    `);
  } finally {
    await client.end();
  }
}
