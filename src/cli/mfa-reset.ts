/* Removes the second factor of an account that has lost it, and ends its sessions: npm run mfa-reset -- email. */
import { createPlatform } from '../app.ts';
import { readConfig } from '../config.ts';
import { systemClock } from '../core/clock.ts';
import { DomainError } from '../core/errors.ts';
import { createLogger } from '../core/observability/logging.ts';
import { StartupError } from '../core/startup-error.ts';
import { joinExistingDatabase } from '../startup/open-database.ts';
import { run } from '../startup/run.ts';

await run(main);

async function main(): Promise<void> {
  const [email, ...others] = process.argv.slice(2);
  const config = readConfig(process.env);
  if (email === undefined || others.length > 0) throw new StartupError('Usage: npm run mfa-reset -- email');
  const logger = createLogger({ level: 'error', readable: false });
  const { database, close } = await joinExistingDatabase(config, logger);
  try {
    const platform = await createPlatform({ config, database, clock: systemClock, logger });
    try {
      const user = await platform.modules.users.service.findByEmail(email);
      if (user === undefined) throw new StartupError('No account has this email address: nothing was done.');
      await platform.modules.auth.resetFactor(user.id);
      console.log(`${user.email} has no second factor any more, and has to log in again.`);
    } finally {
      await platform.close();
    }
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new StartupError('The account has no second factor: nothing was done.');
  } finally {
    await close();
  }
}
