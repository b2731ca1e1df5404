/*
 * Prints a token with which an account gets a new password: npm run password-reset -- email. For staff, whose tokens the
 * API does not issue.
 */
import { createPlatform } from '../app.ts';
import { readConfig } from '../config.ts';
import { formatInstant, systemClock } from '../core/clock.ts';
import { createLogger } from '../core/observability/logging.ts';
import { StartupError } from '../core/startup-error.ts';
import { joinExistingDatabase } from '../startup/open-database.ts';
import { run } from '../startup/run.ts';

await run(main);

async function main(): Promise<void> {
  const [email, ...others] = process.argv.slice(2);
  const config = readConfig(process.env);
  if (email === undefined || others.length > 0)
    throw new StartupError('Usage: npm run password-reset -- email');
  const logger = createLogger({ level: 'error', readable: false });
  const { database, close } = await joinExistingDatabase(config, logger);
  try {
    const platform = await createPlatform({ config, database, clock: systemClock, logger });
    try {
      const user = await platform.modules.users.service.findByEmail(email);
      if (user === undefined) throw new StartupError('No account has this email address: nothing was done.');
      const { token, expiresAt } = await platform.modules.auth.issueResetTokenOnServer(user.id);
      console.error(
        `${user.email} can set a password once, until ${formatInstant(expiresAt)}, with this token:`,
      );
      console.log(token);
    } finally {
      await platform.close();
    }
  } finally {
    await close();
  }
}
