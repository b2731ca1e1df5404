import { sql } from 'kysely';
import { bulkInsert } from '../../../core/database/bulk.ts';
import { type Db, queueSql, type Trx } from '../../../core/database/index.ts';
import type { MailOutcome, SealedLetter, WaitingMail } from './model.ts';

export type MailRepository = ReturnType<typeof mailRepository>;

type NewMail = {
  readonly id: string;
  readonly digest: Buffer;
  readonly userId: string | null;
  readonly template: string;
  readonly urgent: boolean;
  readonly content: string;
  readonly expiresAt: Temporal.Instant;
};

/** In the order of the digests: transactions that store the same mails wait for each other in one direction. */
const queueInsert = bulkInsert<NewMail, string>(
  'mails',
  {
    id: ['uuid', ({ id }) => id],
    digest: ['bytea', ({ digest }) => digest],
    user_id: ['uuid', ({ userId }) => userId],
    template: ['text', ({ template }) => template],
    urgent: ['boolean', ({ urgent }) => urgent],
    content: ['text', ({ content }) => content],
    queued_at: ['timestamptz', (_, now) => now],
    expires_at: ['timestamptz', ({ expiresAt }) => expiresAt.toString()],
    due_at: ['timestamptz', (_, now) => now],
  },
  'order by digest on conflict on constraint mails_are_sent_once do nothing',
);

export function mailRepository() {
  /**
   * Claims up to `limit` due mails by moving their due time to `until`, urgent ones first. Mails that another process is
   * claiming are skipped.
   */
  async function claimDue(
    trx: Trx,
    claim: { readonly now: Temporal.Instant; readonly until: Temporal.Instant; readonly limit: number },
  ): Promise<WaitingMail[]> {
    const { rows } = await sql<{
      id: string;
      template: string;
      content: string;
      expires_at: Temporal.Instant;
      attempts: bigint;
    }>`
      update mails
      set due_at = ${claim.until.toString()}::timestamptz, attempts = attempts + 1
      where id in (
        select id
        from mails
        where ended_at is null and due_at <= ${claim.now.toString()}::timestamptz
        order by urgent desc, due_at
        limit ${claim.limit}
        for update skip locked
      )
      returning id, template, content, expires_at, attempts
    `.execute(trx);
    return rows.map((row) => ({
      id: row.id,
      template: row.template,
      content: row.content,
      expiresAt: row.expires_at,
      attempts: Number(row.attempts),
    }));
  }

  /** Moves the next attempt, unless another process has claimed the mail meanwhile. */
  function queueRetry(
    trx: Trx,
    { id, attempts, dueAt }: Pick<WaitingMail, 'id' | 'attempts'> & { readonly dueAt: Temporal.Instant },
  ): void {
    queueSql(trx)`
      update mails
      set due_at = ${dueAt.toString()}::timestamptz
      where id = ${id} and attempts = ${attempts} and ended_at is null
    `;
  }

  /** Ends a mail and removes its content. */
  function queueEnd(
    trx: Trx,
    {
      id,
      outcome,
      now,
    }: { readonly id: string; readonly outcome: MailOutcome; readonly now: Temporal.Instant },
  ): void {
    queueSql(trx)`
      update mails
      set content = null, outcome = ${outcome}, ended_at = ${now.toString()}::timestamptz
      where id = ${id} and ended_at is null
    `;
  }

  /** Deletes up to `limit` mails that have ended before an instant, and returns their number. */
  async function deleteEnded(trx: Trx, before: Temporal.Instant, limit: number): Promise<number> {
    const { numAffectedRows = 0n } = await sql`
      delete from mails
      where id in (
        select id
        from mails
        where ended_at < ${before.toString()}::timestamptz
        order by ended_at
        limit ${limit}
        for update skip locked
      )
    `.execute(trx);
    return Number(numAffectedRows);
  }

  /** When the oldest mail that waits was queued. */
  async function oldestWaiting(db: Db): Promise<Temporal.Instant | undefined> {
    const { rows } = await sql<{ oldest: Temporal.Instant | null }>`
      select min(queued_at) as oldest from mails where ended_at is null
    `.execute(db);
    return rows[0]?.oldest ?? undefined;
  }

  /** Ends the waiting mails of these users without sending them. */
  function queueDiscard(trx: Trx, userIds: readonly string[], now: Temporal.Instant): void {
    queueSql(trx)`
      update mails
      set content = null, outcome = 'discarded', ended_at = ${now.toString()}::timestamptz
      where user_id = any(${userIds}::uuid[]) and ended_at is null
    `;
  }

  /** Locks mails whose content another key than this one has encrypted. */
  async function lockEncryptedOtherwise(trx: Trx, keyId: string, limit: number): Promise<SealedLetter[]> {
    const { rows } = await sql<SealedLetter>`
      select id, content
      from mails
      where ended_at is null and split_part(content, '.', 1) <> ${keyId}
      order by id
      limit ${limit}
      for update
    `.execute(trx);
    return rows;
  }

  function queueUpdateContent(trx: Trx, { id, content }: SealedLetter): void {
    queueSql(trx)`update mails set content = ${content} where id = ${id}`;
  }

  return {
    queueInsert,
    claimDue,
    queueRetry,
    queueEnd,
    deleteEnded,
    oldestWaiting,
    queueDiscard,
    lockEncryptedOtherwise,
    queueUpdateContent,
  };
}
