import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { pageCounted } from '../../../core/database/counted-page.ts';
import { foldedUnlessKept, hasNameLike, nameContains } from '../../../core/database/folded-name.ts';
import { type Db, queueSql, type Trx } from '../../../core/database/index.ts';
import { anyOf, type RowOf } from '../../../core/database/rows.ts';
import { foldName } from '../../../core/fold-name.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type {
  KeyOfPartner,
  Partner,
  PartnerFilter,
  PartnerKey,
  PartnerUse,
  Scope,
  TakenMessage,
} from './model.ts';

/** Separates these advisory locks from other advisory locks in the same database. */
const LOCK_SEED = 3_081_947_226;

export type PartnerRepository = ReturnType<typeof partnerRepository>;

const PARTNER_COLUMNS = [
  'id',
  'name',
  'active',
  'signature_required',
  'merchant_ids',
  'external_id_scope',
  'signing_secret',
  'previous_signing_secret',
  'previous_signing_secret_until',
  'created_at',
] as const;

type PartnerRow = RowOf<'partners', typeof PARTNER_COLUMNS>;

type SigningRow = Pick<
  PartnerRow,
  'signing_secret' | 'previous_signing_secret' | 'previous_signing_secret_until'
>;

const KEY_COLUMNS = [
  'id',
  'partner_id',
  'name',
  'prefix',
  'scopes',
  'created_at',
  'expires_at',
  'revoked_at',
  'last_used_at',
] as const;

type KeyRow = RowOf<'partner_keys', typeof KEY_COLUMNS>;

export function partnerRepository() {
  /** Returns false if the name is taken. */
  async function insert(trx: Trx, partner: Partner): Promise<boolean> {
    const inserted = await trx
      .insertInto('partners')
      .values({
        id: partner.id,
        name: partner.name,
        name_folded: foldName(partner.name),
        active: partner.active,
        signature_required: partner.signatureRequired,
        merchant_ids: copyOf(partner.merchantIds),
        external_id_scope: partner.externalIdScope,
        signing_secret: partner.signing.current,
        created_at: partner.createdAt.toString(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    return inserted !== undefined;
  }

  async function find(db: Db, id: string): Promise<Partner | undefined> {
    const row = await db
      .selectFrom('partners')
      .select(PARTNER_COLUMNS)
      .where('id', '=', id)
      .executeTakeFirst();
    return row && toPartner(row);
  }

  async function findAll(db: Db, ids: readonly string[]): Promise<Partner[]> {
    const rows = await db
      .selectFrom('partners')
      .select(PARTNER_COLUMNS)
      .where('id', '=', anyOf(ids))
      .execute();
    return rows.map(toPartner);
  }

  async function findByName(db: Db, name: string): Promise<Partner | undefined> {
    const row = await db
      .selectFrom('partners')
      .select(PARTNER_COLUMNS)
      .where(hasNameLike(name))
      .executeTakeFirst();
    return row && toPartner(row);
  }

  async function findNames(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await db
      .selectFrom('partners')
      .select(['id', 'name'])
      .where('id', '=', anyOf(ids))
      .execute();
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  /** By partner: the keys that are neither revoked nor expired, and the last use of any key. */
  async function findKeyUse(
    db: Db,
    partnerIds: readonly string[],
    now: Temporal.Instant,
  ): Promise<ReadonlyMap<string, Pick<PartnerUse, 'keys' | 'lastUsedAt'>>> {
    const { rows } = await sql<{ partner_id: string; keys: number; last_used_at: Temporal.Instant | null }>`
      select
        partner_id,
        count(*) filter (
          where revoked_at is null and (expires_at is null or expires_at > ${now.toString()}::timestamptz)
        )::int as keys,
        max(last_used_at) as last_used_at
      from partner_keys
      where partner_id = any (${partnerIds}::uuid[])
      group by partner_id
    `.execute(db);
    return new Map(rows.map((row) => [row.partner_id, { keys: row.keys, lastUsedAt: row.last_used_at }]));
  }

  async function list(db: Db, { active, name }: PartnerFilter, page: PageRequest): Promise<PageOf<Partner>> {
    let matching = db.selectFrom('partners');
    if (name !== undefined) matching = matching.where(nameContains(name));
    if (active !== undefined) matching = matching.where('active', '=', active);
    return pageCounted(
      matching,
      (query) => query.select(PARTNER_COLUMNS).orderBy('id', 'desc'),
      toPartner,
      page,
    );
  }

  /**
   * Holds off changes of these partners until the transaction ends. Advisory locks, because they are fair: locks of rows
   * that are shared all the time would never let a change through.
   */
  function queueLockStanding(trx: Trx, ids: readonly string[]): void {
    queueSql(trx)`
      select pg_advisory_xact_lock_shared(hash)
      from (
        select distinct hashtextextended(id, ${LOCK_SEED}) as hash from unnest(${ids}::text[]) as partner (id) order by hash
      ) as ordered
    `;
  }

  /** Locks a partner for a change, once no transaction counts on its standing. */
  async function lock(trx: Trx, id: string): Promise<Partner | undefined> {
    queueSql(trx)`select pg_advisory_xact_lock(hashtextextended(${id}, ${LOCK_SEED}))`;
    const row = await trx
      .selectFrom('partners')
      .select(PARTNER_COLUMNS)
      .where('id', '=', id)
      .forNoKeyUpdate()
      .executeTakeFirst();
    return row && toPartner(row);
  }

  /** Locks up to `limit` partners with a secret that is not encrypted with this key. */
  async function lockEncryptedOtherwise(trx: Trx, keyId: string, limit: number): Promise<Partner[]> {
    const rows = await trx
      .selectFrom('partners')
      .select(PARTNER_COLUMNS)
      .where(
        sql<SqlBool>`split_part(signing_secret, '.', 1) <> ${keyId}
          or split_part(previous_signing_secret, '.', 1) <> ${keyId}`,
      )
      .orderBy('id')
      .limit(limit)
      .forNoKeyUpdate()
      .execute();
    return rows.map(toPartner);
  }

  async function update(trx: Trx, partner: Partner): Promise<void> {
    await trx
      .updateTable('partners')
      .set({
        name: partner.name,
        name_folded: foldedUnlessKept(partner.name),
        active: partner.active,
        signature_required: partner.signatureRequired,
        merchant_ids: copyOf(partner.merchantIds),
        external_id_scope: partner.externalIdScope,
        signing_secret: partner.signing.current,
        previous_signing_secret: partner.signing.previous,
        previous_signing_secret_until: partner.signing.previousUntil?.toString() ?? null,
      })
      .where('id', '=', partner.id)
      .execute();
  }

  async function insertKey(trx: Trx, key: PartnerKey, hash: Buffer): Promise<void> {
    await trx
      .insertInto('partner_keys')
      .values({
        id: key.id,
        partner_id: key.partnerId,
        name: key.name,
        prefix: key.prefix,
        key_hash: hash,
        scopes: [...key.scopes],
        created_at: key.createdAt.toString(),
        expires_at: key.expiresAt?.toString() ?? null,
      })
      .execute();
  }

  async function listKeys(db: Db, partnerId: string, page: PageRequest): Promise<PageOf<PartnerKey>> {
    const matching = db.selectFrom('partner_keys').where('partner_id', '=', partnerId);
    return pageCounted(matching, (query) => query.select(KEY_COLUMNS).orderBy('id', 'desc'), toKey, page);
  }

  async function findKey(db: Db, partnerId: string, id: string): Promise<PartnerKey | undefined> {
    const row = await db
      .selectFrom('partner_keys')
      .select(KEY_COLUMNS)
      .where('id', '=', id)
      .where('partner_id', '=', partnerId)
      .executeTakeFirst();
    return row && toKey(row);
  }

  async function lockKey(trx: Trx, partnerId: string, id: string): Promise<PartnerKey | undefined> {
    const row = await trx
      .selectFrom('partner_keys')
      .select(KEY_COLUMNS)
      .where('id', '=', id)
      .where('partner_id', '=', partnerId)
      .forNoKeyUpdate()
      .executeTakeFirst();
    return row && toKey(row);
  }

  async function revokeKey(trx: Trx, id: string, now: Temporal.Instant): Promise<void> {
    await trx.updateTable('partner_keys').set({ revoked_at: now.toString() }).where('id', '=', id).execute();
  }

  /** Returns the keys with these hashes, each with its partner. */
  function findKeys(db: Db, hashes: readonly Buffer[]): Promise<KeyOfPartner[]> {
    return findKeysWhere(db, sql`partner_keys.key_hash = any(${hashes}::bytea[])`);
  }

  function findKeysById(db: Db, ids: readonly string[]): Promise<KeyOfPartner[]> {
    return findKeysWhere(db, sql`partner_keys.id = any(${ids}::uuid[])`);
  }

  async function findKeysWhere(db: Db, condition: RawBuilder<SqlBool>): Promise<KeyOfPartner[]> {
    const rows = await db
      .selectFrom('partner_keys')
      .innerJoin('partners', 'partners.id', 'partner_keys.partner_id')
      .select([
        'partner_keys.id',
        'partner_keys.key_hash',
        'partner_keys.scopes',
        'partner_keys.expires_at',
        'partner_keys.revoked_at',
        'partners.id as partner_id',
        'partners.active',
        'partners.signature_required',
        'partners.merchant_ids',
        'partners.external_id_scope',
        'partners.signing_secret',
        'partners.previous_signing_secret',
        'partners.previous_signing_secret_until',
      ])
      .where(condition)
      .execute();
    return rows.map((row) => ({
      id: row.id,
      hash: row.key_hash,
      scopes: row.scopes as Scope[],
      expiresAt: row.expires_at,
      revokedAt: row.revoked_at,
      partner: {
        id: row.partner_id,
        active: row.active,
        signatureRequired: row.signature_required,
        merchantIds: row.merchant_ids,
        externalIdScope: row.external_id_scope,
        signing: toSigning(row),
      },
    }));
  }

  /** Several processes may see the same key. The condition limits them to one write per minute. */
  function queueMarkKeyUsed(trx: Trx, id: string, now: Temporal.Instant): void {
    queueSql(trx)`
      update partner_keys set last_used_at = ${now.toString()}::timestamptz
      where id = ${id}
        and (last_used_at is null or last_used_at <= ${now.toString()}::timestamptz - interval '1 minute')
    `;
  }

  /** Stores the messages that were not stored before, and returns these. */
  async function insertMessages(trx: Trx, messages: readonly TakenMessage[]): Promise<TakenMessage[]> {
    const { rows } = await sql<{ partner_id: string; message_id: string; sent_at: Temporal.Instant }>`
      insert into partner_messages (partner_id, message_id, sent_at)
      select
        unnest(${messages.map(({ partnerId }) => partnerId)}::uuid[]) as partner_id,
        unnest(${messages.map(({ messageId }) => messageId)}::text[]) as message_id,
        unnest(${messages.map(({ sentAt }) => sentAt.toString())}::timestamptz[]) as sent_at
      order by partner_id, message_id, sent_at
      on conflict do nothing
      returning partner_id, message_id, sent_at
    `.execute(trx);
    return rows.map((row) => ({
      partnerId: row.partner_id,
      messageId: row.message_id,
      sentAt: row.sent_at,
    }));
  }

  /** Deletes up to `limit` messages that were sent before this moment, the oldest first. Returns their number. */
  async function deleteMessages(trx: Trx, sentBefore: Temporal.Instant, limit: number): Promise<number> {
    const { rows } = await sql`
      delete from partner_messages
      where (partner_id, message_id, sent_at) in (
        select partner_id, message_id, sent_at from partner_messages
        where sent_at < ${sentBefore.toString()}::timestamptz
        order by sent_at
        limit ${limit}
        for update skip locked
      )
      returning message_id
    `.execute(trx);
    return rows.length;
  }

  return {
    insert,
    find,
    findAll,
    findByName,
    findNames,
    findKeyUse,
    list,
    lock,
    lockEncryptedOtherwise,
    update,
    insertKey,
    listKeys,
    findKey,
    lockKey,
    revokeKey,
    findKeys,
    findKeysById,
    queueLockStanding,
    queueMarkKeyUsed,
    insertMessages,
    deleteMessages,
  };
}

function copyOf(merchantIds: Partner['merchantIds']): string[] | null {
  return merchantIds && [...merchantIds];
}

function toPartner(row: PartnerRow): Partner {
  return {
    id: row.id,
    name: row.name,
    active: row.active,
    signatureRequired: row.signature_required,
    merchantIds: row.merchant_ids,
    externalIdScope: row.external_id_scope,
    createdAt: row.created_at,
    signing: toSigning(row),
  };
}

function toSigning(row: SigningRow) {
  return {
    current: row.signing_secret,
    previous: row.previous_signing_secret,
    previousUntil: row.previous_signing_secret_until,
  };
}

function toKey(row: KeyRow): PartnerKey {
  return {
    id: row.id,
    partnerId: row.partner_id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes as Scope[],
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
  };
}
