import type { Clock } from '../../../core/clock.ts';
import type { Database, Trx } from '../../../core/database/index.ts';
import { newId } from '../../../core/id.ts';
import type { Encryption } from '../../../core/secrets/encryption.ts';
import type { Mail } from './model.ts';
import { digestOf, encryptionContext, expiryOf, isUrgent, KEPT_FOR } from './policies.ts';
import type { MailRepository } from './repository.ts';
import { letterOf, type Sender } from './templates/index.ts';

export type MailService = ReturnType<typeof mailService>;

/** The outbox of mail. */
export function mailService(deps: {
  readonly database: Database;
  readonly clock: Clock;
  readonly repository: MailRepository;
  readonly encryption: Encryption;
  readonly sender: Sender;
  readonly isConfigured: boolean;
}) {
  const { database, clock, repository, encryption, sender, isConfigured } = deps;

  /**
   * Stores mails in the caller's transaction, written in the language of each recipient. The INSERT is queued, not
   * awaited. Stores nothing if mail is not configured, nor a mail that was stored before.
   */
  function queue(trx: Trx, mails: readonly Mail[]): void {
    if (!isConfigured) return;
    const now = clock();
    const rows = mails.map((mail) => {
      const id = newId();
      return {
        id,
        digest: digestOf(mail),
        userId: mail.to.userId,
        template: mail.template,
        urgent: isUrgent(mail.template),
        content: encryption.encrypt(JSON.stringify(letterOf(mail, sender)), encryptionContext(id)),
        expiresAt: expiryOf(mail, now),
      };
    });
    repository.queueInsert(trx, rows, now.toString());
  }

  /** Discards the waiting mails of users who are erased. */
  function queueDiscard(trx: Trx, userIds: readonly string[]): void {
    repository.queueDiscard(trx, userIds, clock());
  }

  /** Deletes up to `limit` mails that have ended long ago, and returns their number. */
  function purgeEnded(limit: number): Promise<number> {
    return database.transaction((trx) => repository.deleteEnded(trx, clock().subtract(KEPT_FOR), limit));
  }

  return { isConfigured, queue, queueDiscard, purgeEnded };
}
