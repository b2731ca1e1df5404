import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { systemClock } from '../src/core/clock.ts';
import { tokenIssuer } from '../src/modules/identity/auth/tokens.ts';
import { newKey } from '../src/modules/identity/partners/keys.ts';
import { passwordHasher } from '../src/modules/identity/users/passwords.ts';

/** 10,000 shoppers and 100 merchants, as in the measurements that the goals come from. */
export const USERS = 10_000;
export const MERCHANTS = 100;
const BCRYPT_COST = 12;
/** The start of all offers, so that a shopper's purchases can be on many days. */
const OPENED_AT = '2020-01-01T00:00:00Z';

/** Ids of the users and merchants of purchases, and of the partner that reports them. */
export type Programme = {
  readonly users: readonly string[];
  readonly merchants: readonly string[];
  readonly partnerId: string;
  /** An API key of that partner, who may send and settle purchases. */
  readonly partnerKey: string;
};

/** A programme whose shoppers have a password and money to withdraw. */
export type SeededProgramme = Programme & {
  readonly emails: readonly string[];
  readonly password: string;
  /** Access tokens of the first shoppers; good for a quarter of an hour. */
  readonly tokensOfUsers: (count: number) => string[];
  readonly tokenOfAdmin: () => string;
};

/** Settings with which the platform accepts the tokens made here. */
export type Secrets = { readonly jwtSecret: string; readonly encryptionKey: string };

const KINDS = { user: 1, admin: 2, session: 3, merchant: 4, partner: 9 } as const;

export function newSecrets(): Secrets {
  return {
    jwtSecret: randomBytes(32).toString('hex'),
    encryptionKey: randomBytes(32).toString('base64'),
  };
}

/**
 * Fills a migrated, empty database. The load generator needs no more than the defaults; `make torture` wants fewer
 * shoppers, whose tokens outlive an area.
 */
export async function seedProgramme(
  url: string,
  { jwtSecret }: Secrets,
  { users = USERS, merchants = MERCHANTS, accessTtlSeconds = 900 } = {},
): Promise<SeededProgramme> {
  const key = newKey();
  const password = 'Str0ng!Pass';
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const values: Readonly<Record<string, string>> = {
      users: String(users),
      merchants: String(merchants),
      password_hash: client.escapeLiteral(await passwordHasher({ cost: BCRYPT_COST }).hashPassword(password)),
      opened_at: client.escapeLiteral(OPENED_AT),
      key_prefix: client.escapeLiteral(key.prefix),
      key_hash: `'\\x${key.hash.toString('hex')}'`,
    };
    const script = readFileSync(join(import.meta.dirname, 'programme.sql'), 'utf8');
    await client.query(script.replaceAll(/(?<!:):([a-z_]+)/g, (text, name: string) => values[name] ?? text));
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }

  const tokens = tokenIssuer({
    clock: systemClock,
    keys: [{ id: 'bench', secret: jwtSecret }],
    encryptionKeys: [],
    accessTtlSeconds,
  });
  const numbers = Array.from({ length: users }, (_, index) => index + 1);
  return {
    users: numbers.map((n) => benchId('user', n)),
    merchants: numbers.slice(0, merchants).map((n) => benchId('merchant', n)),
    partnerId: benchId('partner', 1),
    partnerKey: key.text,
    emails: numbers.map((n) => `shopper-${n}@bench.example`),
    password,
    tokensOfUsers: (count) =>
      numbers
        .slice(0, count)
        .map((n) =>
          tokens.signAccessToken({ userId: benchId('user', n), sessionId: benchId('session', n) }, 'user'),
        ),
    tokenOfAdmin: () =>
      tokens.signAccessToken({ userId: benchId('admin', 1), sessionId: benchId('session', 0) }, 'admin'),
  };
}

/** The same number of shoppers and merchants of a full database, spread over all it has, and a new key. */
export async function adoptProgramme(url: string): Promise<Programme> {
  const key = newKey();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const idsOf = async (query: string, count: number) =>
      (await client.query<{ id: string }>(`${query} order by md5(id::text) limit ${count}`)).rows.map(
        ({ id }) => id,
      );
    const users = await idsOf(
      `select id from users
       where active and role = 'user' and id in (select user_id from wallets where currency = 'EUR')`,
      USERS,
    );
    const merchants = await idsOf(
      `select id from merchants
       where active and id in (
         select merchant_id from offers
         where active and currency = 'EUR' and current_date - 30 >= start_date and current_date <= end_date
       )`,
      MERCHANTS,
    );
    const { rows } = await client.query<{ id: string }>(
      `with partner as (
         insert into partners (id, name, created_at) values (uuidv7(), 'Bench ' || now(), now()) returning id
       )
       insert into partner_keys (id, partner_id, prefix, key_hash, scopes, created_at)
       select uuidv7(), id, $1, $2, '{purchases:write}', now() from partner
       returning partner_id as id`,
      [key.prefix, key.hash],
    );
    return { users, merchants, partnerId: rows[0]?.id ?? '', partnerKey: key.text };
  } finally {
    await client.end();
  }
}

/** The id of the n-th of a kind, as `bench_id` of programme.sql makes it. */
function benchId(kind: keyof typeof KINDS, n: number): string {
  const digits = (value: number, length: number) => value.toString(16).padStart(length, '0');
  return `01800000-0000-7000-8${digits(KINDS[kind], 3)}-${digits(n, 12)}`;
}
