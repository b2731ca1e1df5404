import { type SqlBool, sql } from 'kysely';
import { pageCounted } from '../../../core/database/counted-page.ts';
import { type Db, queueSql, type Trx } from '../../../core/database/index.ts';
import type { RowOf } from '../../../core/database/rows.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { FlagFilter, FlagScope, FlagSetting, FlagSubject } from './model.ts';

export type FlagRepository = ReturnType<typeof flagRepository>;

type FlagRow = RowOf<'feature_flags'>;

export function flagRepository() {
  /** Locks all settings of this flag until the transaction ends, including settings that do not exist yet. */
  function queueLockKey(trx: Trx, key: string): void {
    queueSql(trx)`select pg_advisory_xact_lock(hashtextextended(${`feature_flags ${key}`}, 0))`;
  }

  async function find(db: Db, key: string, scope: FlagScope): Promise<FlagSetting | undefined> {
    const { userId, merchantId } = columnsOf(scope);
    const row = await db
      .selectFrom('feature_flags')
      .selectAll()
      .where('key', '=', key)
      .where('user_id', userId === null ? 'is' : '=', userId)
      .where('merchant_id', merchantId === null ? 'is' : '=', merchantId)
      .executeTakeFirst();
    return row && toSetting(row);
  }

  async function put(trx: Trx, setting: FlagSetting): Promise<void> {
    const { userId, merchantId } = columnsOf(setting.scope);
    const changeable = {
      enabled: setting.enabled,
      description: setting.description,
      updated_at: setting.updatedAt.toString(),
    };
    await trx
      .insertInto('feature_flags')
      .values({
        id: setting.id,
        key: setting.key,
        user_id: userId,
        merchant_id: merchantId,
        created_at: setting.createdAt.toString(),
        ...changeable,
      })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(changeable))
      .execute();
  }

  async function remove(trx: Trx, id: string): Promise<void> {
    await trx.deleteFrom('feature_flags').where('id', '=', id).execute();
  }

  async function list(db: Db, filter: FlagFilter, page: PageRequest): Promise<PageOf<FlagSetting>> {
    let matching = db.selectFrom('feature_flags');
    const { keys, scopeTypes, scopeIds } = filter;
    if (keys !== undefined) matching = matching.where('key', 'in', keys);
    if (scopeTypes !== undefined)
      matching = matching.where(sql<SqlBool>`(${sql.join(scopeTypes.map(isOfScopeType), sql` or `)})`);
    if (scopeIds !== undefined)
      matching = matching.where(sql<SqlBool>`coalesce(user_id, merchant_id) = any (${scopeIds}::uuid[])`);
    return pageCounted(matching, (query) => query.selectAll().orderBy('id', 'desc'), toSetting, page);
  }

  /** Returns the settings of the flag that apply to at least one of the subjects. */
  async function findForSubjects(
    db: Db,
    key: string,
    subjects: readonly FlagSubject[],
  ): Promise<FlagSetting[]> {
    const userIds = [...new Set(subjects.flatMap(({ userId }) => userId ?? []))];
    const merchantIds = [...new Set(subjects.flatMap(({ merchantId }) => merchantId ?? []))];
    const rows = await db
      .selectFrom('feature_flags')
      .selectAll()
      .where('key', '=', key)
      .where(
        sql<SqlBool>`(
          (user_id is null and merchant_id is null)
          or user_id = any(${userIds}::uuid[])
          or merchant_id = any(${merchantIds}::uuid[])
        )`,
      )
      .execute();
    return rows.map(toSetting);
  }

  return { queueLockKey, find, put, remove, list, findForSubjects };
}

function columnsOf({ type, id }: FlagScope) {
  return { userId: type === 'user' ? id : null, merchantId: type === 'merchant' ? id : null };
}

function isOfScopeType(type: FlagScope['type']) {
  switch (type) {
    case 'user':
      return sql<SqlBool>`user_id is not null`;
    case 'merchant':
      return sql<SqlBool>`merchant_id is not null`;
    case 'global':
      return sql<SqlBool>`(user_id is null and merchant_id is null)`;
  }
}

function toSetting(row: FlagRow): FlagSetting {
  return {
    id: row.id,
    key: row.key,
    scope: toScope(row),
    enabled: row.enabled,
    description: row.description,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function toScope({ user_id, merchant_id }: FlagRow): FlagScope {
  if (user_id !== null) return { type: 'user', id: user_id };
  if (merchant_id !== null) return { type: 'merchant', id: merchant_id };
  return { type: 'global', id: null };
}
