/*
 * Creates an administrator: npm run admin-create [-- email]. Asks for missing values, or reads them from piped input.
 * The password is never an argument, because the list of processes and the shell history would show it.
 */
import { readFileSync } from 'node:fs';
import { createPlatform } from '../app.ts';
import { type Config, readConfig } from '../config.ts';
import { systemClock } from '../core/clock.ts';
import { DomainError, type Violation } from '../core/errors.ts';
import { itemReader } from '../core/http/items.ts';
import { createLogger } from '../core/observability/logging.ts';
import { onlyValue } from '../core/outcome.ts';
import { StartupError } from '../core/startup-error.ts';
import { RegistrationBody, type User } from '../modules/identity/users/index.ts';
import { DEMO_PASSWORD } from '../startup/demo-accounts.ts';
import { joinExistingDatabase } from '../startup/open-database.ts';
import { run } from '../startup/run.ts';
import { openQuestions } from './questions.ts';

const readAccount = itemReader(RegistrationBody);

await run(main);

async function main(): Promise<void> {
  const [email, ...others] = process.argv.slice(2);
  if (others.length > 0) throw new StartupError('Usage: npm run admin-create [-- email]');
  const config = readConfig(process.env);
  const account = await askForAccount(email, config.adminPasswordFile);
  if (config.mode === 'production' && account.password === DEMO_PASSWORD) {
    throw new StartupError('This password is published with the demo data: choose another one.');
  }
  const admin = await createAdmin(config, account);
  console.log(`${admin.email} is an administrator, and can log in.`);
}

async function askForAccount(givenEmail: string | undefined, passwordFile: string | undefined) {
  const questions = openQuestions(process.stdin, process.stderr);
  try {
    const email = givenEmail ?? (await questions.ask('Email: '));
    if (passwordFile !== undefined) return { email, password: readPassword(passwordFile) };
    const password = await questions.askSecret('Password: ');
    if (questions.isTerminal && (await questions.askSecret('Password again: ')) !== password) {
      throw new StartupError('The two passwords differ: nothing was done.');
    }
    return { email, password };
  } finally {
    questions.close();
  }
}

/** Reads a file without the byte order mark and the final line break that editors add. */
function readPassword(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF|\r?\n$/g, '');
  } catch {
    throw new StartupError('ADMIN_PASSWORD_FILE must be a file that can be read.');
  }
}

/** Applies the rules of every registration. Uses the database of a running platform, or starts the embedded one. */
async function createAdmin(config: Config, account: { email: string; password: string }): Promise<User> {
  const logger = createLogger({ level: 'error', readable: false });
  const { database, close } = await joinExistingDatabase(config, logger);
  try {
    const platform = await createPlatform({ config, database, clock: systemClock, logger });
    try {
      return await platform.modules.users.service.createAdmin(onlyValue([readAccount(account)]));
    } finally {
      await platform.close();
    }
  } catch (error) {
    throw error instanceof DomainError ? new StartupError(sentencesOf(error)) : error;
  } finally {
    await close();
  }
}

/** The refusal as text for a person: one line for each violation, without the values that were typed. */
function sentencesOf({ message, details }: DomainError): string {
  const { violations = [] } = details as { violations?: readonly Violation[] };
  return [message, ...violations.map(({ field, reason }) => `  ${field} ${reason}`)].join('\n');
}
