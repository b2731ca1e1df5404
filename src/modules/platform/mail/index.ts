import { Counter } from 'prom-client';
import type { Database } from '../../../core/database/index.ts';
import { purgeJob } from '../../../core/jobs.ts';
import type { Loop } from '../../../core/loops.ts';
import { type Encryption, type EncryptionKey, encryption } from '../../../core/secrets/encryption.ts';
import type { Kernel } from '../../../kernel.ts';
import { devMailRoutes } from './dev-routes.ts';
import { mailFolder } from './folder.ts';
import { type MailRepository, mailRepository } from './repository.ts';
import { reencrypt } from './rotation.ts';
import { mailSending } from './sending.ts';
import { type MailService, mailService } from './service.ts';
import { type Address, type SmtpServer, smtpTransport } from './smtp.ts';
import type { Transport } from './transport.ts';

export type { Mail } from './model.ts';

export type MailClient = Pick<
  MailService,
  /** False in production without `SMTP_URL`. */
  'isConfigured' | 'queue' | 'queueDiscard'
>;

export function mailModule(
  kernel: Pick<Kernel, 'database' | 'clock' | 'logger' | 'metrics'>,
  needs: {
    readonly encryptionKeys: readonly EncryptionKey[];
    readonly from: Address;
    readonly subjectPrefix: string;
    readonly isConfigured: boolean;
    readonly smtp: SmtpServer | undefined;
    /** Where mails are written if there is no server. */
    readonly directory: string | undefined;
  },
) {
  const { from, subjectPrefix, isConfigured, smtp, directory } = needs;
  const deps = { ...kernel, repository: mailRepository(), encryption: encryption(needs.encryptionKeys) };
  const folder = directory === undefined ? undefined : mailFolder(directory);
  const transport = smtp === undefined ? folder?.transport : smtpTransport(smtp, from);
  const service = mailService({
    ...deps,
    sender: { product: from.name, subjectPrefix },
    isConfigured,
  });
  return {
    client: service satisfies MailClient,
    loops: transport === undefined ? [] : [sendingLoop(deps, transport)],
    jobs: [purgeJob('purge-mails', service.purgeEnded)],
    /** Pages with the mails that were written to files. For development alone. */
    devRoutes: folder && devMailRoutes(folder),
    close: () => transport?.close(),
  };
}

function sendingLoop(
  deps: Pick<Kernel, 'database' | 'clock' | 'logger' | 'metrics'> & {
    readonly repository: MailRepository;
    readonly encryption: Encryption;
  },
  transport: Transport,
): Loop {
  const { database, clock, metrics, repository } = deps;
  const mails = new Counter({
    name: 'clicknback_mails_total',
    help: 'Attempts to send a mail: sent, refused for good, expired, or deferred or unreachable and tried again',
    labelNames: ['template', 'result'],
    registers: [metrics.registry],
  });
  metrics.observeOnScrape(
    'clicknback_mails_waiting_seconds',
    'Age of the oldest mail that waits to be sent',
    async () => {
      const oldest = await repository.oldestWaiting(database.db);
      return oldest === undefined ? 0 : clock().since(oldest).total('seconds');
    },
  );
  const sending = mailSending({
    ...deps,
    transport,
    count: (template, result) => mails.inc({ template, result }),
  });
  return { name: 'send-mail', interval_ms: 1_000, run: sending.sendDue };
}

/** For the command that rotates keys: encrypts waiting mails again with the first of `keys`. Returns their number. */
export function reencryptMails(database: Database, keys: readonly EncryptionKey[]): Promise<number> {
  return reencrypt({ database, repository: mailRepository(), keys });
}
