import type { Database } from '../../../core/database/index.ts';
import { type EncryptionKey, encryption } from '../../../core/secrets/encryption.ts';
import type { Kernel } from '../../../kernel.ts';
import { mailRepository } from './repository.ts';
import { reencrypt } from './rotation.ts';
import { type MailService, mailService } from './service.ts';

export type { Mail } from './model.ts';

export type MailClient = Pick<
  MailService,
  /** False in production without `SMTP_URL`. */
  'isConfigured' | 'queue' | 'queueDiscard'
>;

export function mailModule(
  kernel: Pick<Kernel, 'database' | 'clock'>,
  needs: {
    readonly encryptionKeys: readonly EncryptionKey[];
    readonly from: { readonly name: string; readonly address: string };
    readonly subjectPrefix: string;
    /** The mail server. */
    readonly smtp: object | undefined;
    /** Where mails are written if there is no server. */
    readonly directory: string | undefined;
  },
) {
  const { encryptionKeys, from, subjectPrefix, smtp, directory } = needs;
  const service = mailService({
    ...kernel,
    repository: mailRepository(),
    encryption: encryption(encryptionKeys),
    sender: { product: from.name, subjectPrefix },
    isConfigured: smtp !== undefined || directory !== undefined,
  });
  return { client: service satisfies MailClient };
}

/** For the command that rotates keys: encrypts waiting mails again with the first of `keys`. Returns their number. */
export function reencryptMails(database: Database, keys: readonly EncryptionKey[]): Promise<number> {
  return reencrypt({ database, repository: mailRepository(), keys });
}
