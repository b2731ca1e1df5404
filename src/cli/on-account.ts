import { createPlatform, type Platform } from '../app.ts';
import { readConfig } from '../config.ts';
import { systemClock } from '../core/clock.ts';
import { createLogger } from '../core/observability/logging.ts';
import { StartupError } from '../core/startup-error.ts';
import { joinExistingDatabase } from '../startup/open-database.ts';

type Account = NonNullable<Awaited<ReturnType<Platform['modules']['users']['service']['findByEmail']>>>;

/**
 * Runs a command on the account whose email address is its only argument: `npm run <name> -- email`.
 * @throws StartupError if the arguments or the account are missing.
 */
export async function onAccount(
  name: string,
  work: (account: Account, modules: Platform['modules']) => Promise<void>,
): Promise<void> {
  const [email, ...others] = process.argv.slice(2);
  const config = readConfig(process.env);
  if (email === undefined || others.length > 0) throw new StartupError(`Usage: npm run ${name} -- email`);
  const logger = createLogger({ level: 'error', readable: false });
  const { database, close } = await joinExistingDatabase(config, logger);
  try {
    const platform = await createPlatform({ config, database, clock: systemClock, logger });
    try {
      const account = await platform.modules.users.service.findByEmail(email);
      if (account === undefined)
        throw new StartupError('No account has this email address: nothing was done.');
      await work(account, platform.modules);
    } finally {
      await platform.close();
    }
  } finally {
    await close();
  }
}
