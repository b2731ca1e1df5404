import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import type { Job } from '../../../core/jobs.ts';
import type { Loop } from '../../../core/loops.ts';
import { type EncryptionKey, encryption } from '../../../core/secrets/encryption.ts';
import type { Kernel } from '../../../kernel.ts';
import type { FeedClient } from '../../platform/events/index.ts';
import type { MailClient } from '../../platform/mail/index.ts';
import { eventMails, queueBooksDiffer } from './mails.ts';
import { recurringMails } from './recurring.ts';
import { notificationRepository } from './repository.ts';
import { notificationRoutes } from './routes.ts';
import { type NotificationService, notificationService } from './service.ts';
import { unsubscribeRoutes } from './unsubscribe-routes.ts';
import { unsubscribing } from './unsubscribing.ts';

export type NotificationClient = Pick<NotificationService, 'queueForget'>;

/** Decides which events become mails, and who gets them. */
export function notificationsModule(
  kernel: Pick<Kernel, 'database' | 'clock'>,
  needs: {
    readonly feed: FeedClient;
    readonly mail: MailClient;
    readonly encryptionKeys: readonly EncryptionKey[];
    /** Under which users reach the platform. */
    readonly publicUrl: string;
  },
) {
  const { feed, mail, encryptionKeys, publicUrl } = needs;
  const repository = notificationRepository();
  const links = unsubscribing({ encryption: encryption(encryptionKeys), publicUrl });
  const deps = { ...kernel, mail, repository, links };
  const service = notificationService(deps);
  const recurring = recurringMails(deps);

  async function* writeAboutWaitingPayouts() {
    yield await recurring.writeAboutWaitingPayouts();
  }
  const jobs: readonly Job[] = [
    { name: 'weekly-summaries', schedule: '0 * * * *', run: recurring.writeWeeklySummaries },
    { name: 'payouts-waiting', schedule: '0 * * * *', run: writeAboutWaitingPayouts },
  ];
  const loops: readonly Loop[] = [feed.consumerLoop({ name: 'notifications', ...eventMails(deps) })];
  return {
    routes: notificationRoutes(service),
    /** Outside of the API. */
    pages: unsubscribeRoutes({ service, readToken: links.read }),
    client: service satisfies NotificationClient,
    loops,
    jobs,
  };
}

/** For the command that proves the books: mails to those who keep them. Returns how many. */
export function mailBooksDiffer(
  deps: { readonly database: Database; readonly clock: Clock; readonly mail: Pick<MailClient, 'queue'> },
  faults: number,
): Promise<number> {
  const repository = notificationRepository();
  return deps.database.transaction((trx) => queueBooksDiffer(trx, { ...deps, repository }, faults));
}
