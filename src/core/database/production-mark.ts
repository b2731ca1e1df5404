import type { Database, Db } from './index.ts';

const UNDEFINED_TABLE = '42P01';

/** Whether the database has ever served in production. */
export async function hasServedInProduction(db: Db): Promise<boolean> {
  try {
    return (await db.selectFrom('production_mark').select('marked_at').executeTakeFirst()) !== undefined;
  } catch (error) {
    if ((error as { code?: string }).code === UNDEFINED_TABLE) return false;
    throw error;
  }
}

export async function markAsProduction({ transaction }: Database): Promise<void> {
  await transaction((trx) =>
    trx
      .insertInto('production_mark')
      .defaultValues()
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );
}
