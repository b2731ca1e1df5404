import { sql } from 'kysely';
import { bulkInsert } from '../../../core/database/bulk.ts';
import { queueSql, type Trx } from '../../../core/database/index.ts';
import type { SealedLetter } from './model.ts';

export type MailRepository = ReturnType<typeof mailRepository>;

type NewMail = {
  readonly id: string;
  readonly digest: Buffer;
  readonly userId: string | null;
  readonly template: string;
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
    content: ['text', ({ content }) => content],
    queued_at: ['timestamptz', (_, now) => now],
    expires_at: ['timestamptz', ({ expiresAt }) => expiresAt.toString()],
    due_at: ['timestamptz', (_, now) => now],
  },
  'order by digest on conflict on constraint mails_are_sent_once do nothing',
);

export function mailRepository() {
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

  return { queueInsert, queueDiscard, lockEncryptedOtherwise, queueUpdateContent };
}
