import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import type { Loop } from '../../../core/loops.ts';
import type { MailClient } from '../../platform/mail/index.ts';
import { normalizeEmail } from '../users/index.ts';
import type { LoginBudgets } from './login-budgets.ts';
import type { PasswordResetService } from './password-reset.ts';
import type { ResetRequestRepository } from './reset-requests-repository.ts';

export type ResetRequests = ReturnType<typeof resetRequests>;

const BATCH = 50;

/**
 * Requests of people who forgot their password. The request is stored whether its address has an account or not, and a loop
 * searches the account afterwards. So the response is the same, and takes equally long (ADR 0063).
 */
export function resetRequests(deps: {
  database: Database;
  clock: Clock;
  repository: ResetRequestRepository;
  resets: Pick<PasswordResetService, 'mailTokens'>;
  mail: Pick<MailClient, 'isConfigured'>;
  budgets: Pick<LoginBudgets, 'countMail'>;
}) {
  const { database, clock, repository, resets, mail, budgets } = deps;

  /** `address` is the network address of the sender. @throws RATE_LIMITED. */
  async function requestReset(email: string, address: string): Promise<void> {
    const normalized = normalizeEmail(email);
    await budgets.countMail('reset', normalized, address);
    if (!mail.isConfigured) return;
    await database.transaction((trx) => repository.insert(trx, normalized, clock()));
  }

  /** Mails a link to each address that has an account. */
  const loop: Loop = {
    name: 'mail-password-resets',
    interval_ms: 500,
    run: () =>
      database.transaction(async (trx) => {
        const emails = await repository.take(trx, BATCH);
        if (emails.length > 0) await resets.mailTokens(trx, emails);
        return emails.length;
      }),
  };

  return { requestReset, loop };
}
