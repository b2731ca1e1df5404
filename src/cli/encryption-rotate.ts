/* Encrypts all data again that uses an older key of ENCRYPTION_KEYS, with the first key. Then the older key can be removed. */
import { readConfig } from '../config.ts';
import { createLogger } from '../core/observability/logging.ts';
import { reencryptSecondFactors } from '../modules/identity/auth/index.ts';
import { reencryptSigningSecrets } from '../modules/identity/partners/index.ts';
import { reencryptBankDetails } from '../modules/money/payouts/index.ts';
import { reencryptWebhookSecrets } from '../modules/outbound/webhooks/index.ts';
import { reencryptMails } from '../modules/platform/mail/index.ts';
import { joinExistingDatabase } from '../startup/open-database.ts';
import { run } from '../startup/run.ts';

/** All data that is stored encrypted. New encrypted data must be added here. */
const SECRETS = [
  { name: 'bank details of payouts', reencrypt: reencryptBankDetails },
  { name: 'signing secrets of partners', reencrypt: reencryptSigningSecrets },
  { name: 'second factors of accounts', reencrypt: reencryptSecondFactors },
  { name: 'secrets of webhook endpoints', reencrypt: reencryptWebhookSecrets },
  { name: 'mails that wait to be sent', reencrypt: reencryptMails },
];

await run(main);

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger({ level: 'error', readable: false });
  const { database, close } = await joinExistingDatabase(config, logger);
  try {
    for (const { name, reencrypt } of SECRETS) {
      console.log(`${name}: ${await reencrypt(database, config.encryptionKeys)} encrypted again`);
    }
    console.log(`Everything is protected by the key "${config.encryptionKeys[0]?.id}".`);
  } finally {
    await close();
  }
}
