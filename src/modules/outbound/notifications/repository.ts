import { type SqlBool, sql } from 'kysely';
import { type Db, queueSql, type Trx } from '../../../core/database/index.ts';
import { firstIdAt } from '../../../core/id.ts';
import { moneyFromNumeric } from '../../../core/money.ts';
import {
  type Choices,
  type Contact,
  KINDS,
  type PayoutFacts,
  type PreferencesChange,
  type WaitingPayouts,
  type WeekInCurrency,
} from './model.ts';
import { preferencesOf } from './policies.ts';

export type NotificationRepository = ReturnType<typeof notificationRepository>;

type ContactRow = Choices & {
  readonly id: string;
  readonly email: string;
  readonly locale: string;
};

export type StaffContact = Contact & { readonly staffRoles: readonly string[] };

export function notificationRepository() {
  async function findChoices(db: Db, userId: string): Promise<Choices | undefined> {
    return db
      .selectFrom('notification_settings')
      .select(KINDS)
      .where('user_id', '=', userId)
      .executeTakeFirst();
  }

  /** Stores what is given. `monday` keeps a summary that is chosen now from being about the days before. */
  async function putChoices(
    trx: Trx,
    userId: string,
    change: PreferencesChange,
    monday: Temporal.PlainDate,
  ): Promise<Choices> {
    const chosen = KINDS.map((kind) => change[kind] ?? null);
    const { rows } = await sql<Choices>`
      insert into notification_settings as settings (
        user_id, cashback_recorded, cashback_available, weekly_summary, payouts_waiting, summarized_on
      )
      values (${userId}, ${chosen[0]}, ${chosen[1]}, ${chosen[2]}, ${chosen[3]}, ${monday.toString()}::date)
      on conflict (user_id) do update set
        cashback_recorded = coalesce(excluded.cashback_recorded, settings.cashback_recorded),
        cashback_available = coalesce(excluded.cashback_available, settings.cashback_available),
        weekly_summary = coalesce(excluded.weekly_summary, settings.weekly_summary),
        payouts_waiting = coalesce(excluded.payouts_waiting, settings.payouts_waiting),
        summarized_on = case
          when excluded.weekly_summary and settings.weekly_summary is not true then excluded.summarized_on
          else settings.summarized_on
        end
      returning cashback_recorded, cashback_available, weekly_summary, payouts_waiting
    `.execute(trx);
    return rows[0] as Choices;
  }

  /** Removes the choices of users who are erased. */
  function queueForget(trx: Trx, userIds: readonly string[]): void {
    queueSql(trx)`delete from notification_settings where user_id = any(${userIds}::uuid[])`;
  }

  /** True if a user wants mails about recorded cashback. Otherwise no such event needs to be read. */
  async function wantsRecorded(db: Db): Promise<boolean> {
    const { rows } = await sql<{ wanted: boolean }>`
      select exists (select from notification_settings where cashback_recorded) as wanted
    `.execute(db);
    return rows[0]?.wanted ?? false;
  }

  /** Active users whose address is proven, with what they have chosen. */
  async function findContacts(db: Db, userIds: readonly string[]): Promise<Contact[]> {
    const { rows } = await contacts<ContactRow>(sql`users.id = any(${userIds}::uuid[])`, sql``).execute(db);
    return rows.map(toContact);
  }

  /** Active members of staff whose address is proven. */
  async function findStaff(db: Db): Promise<StaffContact[]> {
    const { rows } = await contacts<ContactRow & { readonly staff_roles: string[] }>(
      sql`users.role = 'admin'`,
      sql`, users.staff_roles`,
    ).execute(db);
    return rows.map((row) => ({ ...toContact(row), staffRoles: row.staff_roles }));
  }

  function contacts<Row>(where: ReturnType<typeof sql<SqlBool>>, more: ReturnType<typeof sql>) {
    return sql<Row>`
      select
        users.id, users.email, users.locale, settings.cashback_recorded, settings.cashback_available,
        settings.weekly_summary, settings.payouts_waiting ${more}
      from users
      left join notification_settings as settings on settings.user_id = users.id
      where ${where} and users.active and users.email_verified_at is not null
    `;
  }

  /** The name of the merchant of each purchase. */
  async function findMerchantNames(
    db: Db,
    purchaseIds: readonly string[],
  ): Promise<ReadonlyMap<string, string>> {
    const { rows } = await sql<{ id: string; name: string }>`
      select purchases.id, merchants.name
      from purchases join merchants on merchants.id = purchases.merchant_id
      where purchases.id = any(${purchaseIds}::uuid[])
    `.execute(db);
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  async function findPayouts(db: Db, ids: readonly string[]): Promise<PayoutFacts[]> {
    const { rows } = await sql<PayoutFacts>`
      select id, external_reference as reference, failure_reason as "failureReason", return_reason as "returnReason"
      from payouts
      where id = any(${ids}::uuid[])
    `.execute(db);
    return rows;
  }

  /** Payouts that were requested before an instant and are not being paid yet, by currency. */
  async function findWaitingPayouts(db: Db, before: Temporal.Instant): Promise<WaitingPayouts[]> {
    const { rows } = await sql<{
      currency: string;
      count: bigint;
      total: string;
      oldest: Temporal.Instant;
    }>`
      select currency, count(*) as count, sum(amount) as total, min(requested_at) as oldest
      from payouts
      where status = 'requested' and requested_at <= ${before.toString()}::timestamptz
      group by currency
      order by currency
    `.execute(db);
    return rows.map(({ currency, count, total, oldest }) => ({
      count: Number(count),
      total: { minor: moneyFromNumeric(total, currency), currency },
      oldestRequestedAt: oldest,
    }));
  }

  /** Marks up to `limit` users as summarized for the week that begins on `monday`, and returns their ids. */
  async function takeUnsummarized(trx: Trx, monday: Temporal.PlainDate, limit: number): Promise<string[]> {
    const { rows } = await sql<{ user_id: string }>`
      update notification_settings
      set summarized_on = ${monday.toString()}::date
      where user_id in (
        select user_id
        from notification_settings
        where weekly_summary and summarized_on < ${monday.toString()}::date
        limit ${limit}
        for update skip locked
      )
      returning user_id
    `.execute(trx);
    return rows.map(({ user_id }) => user_id);
  }

  /** The purchases of users that were recorded from one instant to another, and their balances now. */
  async function findWeeks(
    db: Db,
    userIds: readonly string[],
    from: Temporal.Instant,
    to: Temporal.Instant,
  ): Promise<WeekInCurrency[]> {
    const { rows } = await sql<{
      user_id: string;
      currency: string;
      purchases: bigint;
      earned: string;
      pending: string;
      available: string;
    }>`
      select
        wallets.user_id, wallets.currency, count(reward.id) as purchases, coalesce(sum(reward.amount), 0) as earned,
        wallets.pending, wallets.available
      from wallets
      left join (
        select cashback_transactions.id, cashback_transactions.amount, purchases.user_id, cashback_transactions.currency
        from purchases join cashback_transactions on cashback_transactions.purchase_id = purchases.id
        where purchases.user_id = any(${userIds}::uuid[])
          and purchases.id >= ${firstIdAt(from)} and purchases.id < ${firstIdAt(to)}
          and purchases.status <> 'reversed'
      ) as reward using (user_id, currency)
      where wallets.user_id = any(${userIds}::uuid[])
      group by wallets.id
      order by wallets.currency
    `.execute(db);
    return rows.map(({ user_id, currency, purchases, ...amounts }) => ({
      userId: user_id,
      purchases: Number(purchases),
      earned: { minor: moneyFromNumeric(amounts.earned, currency), currency },
      pending: { minor: moneyFromNumeric(amounts.pending, currency), currency },
      available: { minor: moneyFromNumeric(amounts.available, currency), currency },
    }));
  }

  return {
    findChoices,
    putChoices,
    queueForget,
    wantsRecorded,
    findContacts,
    findStaff,
    findMerchantNames,
    findPayouts,
    findWaitingPayouts,
    takeUnsummarized,
    findWeeks,
  };
}

function toContact({ id, email, locale, ...choices }: ContactRow): Contact {
  return { userId: id, email, locale: locale as Contact['locale'], preferences: preferencesOf(choices) };
}
