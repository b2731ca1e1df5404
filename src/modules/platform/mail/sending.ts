import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import type { Logger } from '../../../core/observability/logging.ts';
import type { Encryption } from '../../../core/secrets/encryption.ts';
import type { Letter, WaitingMail } from './model.ts';
import { encryptionContext, LEASE, nextAttemptAfter } from './policies.ts';
import type { MailRepository } from './repository.ts';
import { DeliveryFailure, type Transport } from './transport.ts';

/** Sent at the same time, through the connections of the transport. */
const BATCH = 16;

/** A delivery is given up before the lease of its mail ends. */
const DELIVERY_TIMEOUT_MS = 20_000;

/** How the attempt to send a mail ended. */
export type AttemptResult = 'sent' | 'refused' | 'expired' | 'deferred' | 'unreachable';

/**
 * Sends the mails of the outbox, each at least once. A process claims mails by moving their due time on: if it dies,
 * they are due again for another one. A mail that was sent before the death is sent again, with the same Message-ID.
 */
export function mailSending(deps: {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly repository: MailRepository;
  readonly encryption: Encryption;
  readonly transport: Transport;
  readonly count: (template: string, result: AttemptResult) => void;
}) {
  const { database, clock, logger, repository, encryption, transport, count } = deps;

  /**
   * Tries a batch of due mails. Returns how many of them the server has answered: 0 if it is away, so that the next
   * batch follows after a pause.
   */
  async function sendDue(): Promise<number> {
    const now = clock();
    const claimed = await database.transaction((trx) =>
      repository.claimDue(trx, { now, until: now.add(LEASE), limit: BATCH }),
    );
    const timeout = AbortSignal.timeout(DELIVERY_TIMEOUT_MS);
    const results = await Promise.all(
      claimed.map(async (mail) => {
        const result = await attempt(mail, timeout);
        await record(mail, result);
        count(mail.template, result);
        return result;
      }),
    );
    return results.filter((result) => result !== 'unreachable').length;
  }

  async function attempt(mail: WaitingMail, signal: AbortSignal): Promise<AttemptResult> {
    const { id, template, content, attempts, expiresAt } = mail;
    const log = logger.child({ mail: id, template, attempts });
    if (Temporal.Instant.compare(clock(), expiresAt) >= 0) {
      log.error('a mail was given up: it could not be sent in time');
      return 'expired';
    }
    try {
      const letter = JSON.parse(encryption.decrypt(content, encryptionContext(id))) as Letter;
      await transport.deliver({ id, template, letter }, signal);
      return 'sent';
    } catch (error) {
      if (!(error instanceof DeliveryFailure)) {
        log.error({ err: error }, 'a mail could not be sent, and is tried again');
        return 'unreachable';
      }
      const { kind, facts } = error;
      if (kind === 'refused') log.error(facts, 'a mail was refused for good, and is not sent');
      else log.warn(facts, 'a mail was not taken, and is tried again');
      return kind;
    }
  }

  async function record({ id, attempts }: WaitingMail, result: AttemptResult): Promise<void> {
    const now = clock();
    await database.transaction(async (trx) => {
      if (result === 'deferred' || result === 'unreachable') {
        repository.queueRetry(trx, { id, attempts, dueAt: nextAttemptAfter(attempts, now) });
      } else repository.queueEnd(trx, { id, outcome: result, now });
    });
  }

  return { sendDue };
}
