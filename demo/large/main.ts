/*
 * Loads a programme with millions of purchases and consistent rewards, caps, wallets, journal and audit log, to measure the
 * platform at that size. Requests would take hours, so SQL writes the rows, month by month.
 */
import { parseArgs } from 'node:util';
import { createPlatform } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { type Database, type Db, openDatabase } from '../../src/core/database/index.ts';
import { createLogger } from '../../src/core/observability/logging.ts';
import { StartupError } from '../../src/core/startup-error.ts';
import { DEMO_PASSWORD } from '../../src/startup/demo-accounts.ts';
import { openMigratedDatabase } from '../../src/startup/open-database.ts';
import { run } from '../../src/startup/run.ts';
import { findContent, load } from './load.ts';

const ADMIN_EMAIL = 'carol@clicknback.com';
/** One of eighty purchases belongs to this user. */
const HOT_EMAIL = 'alice@clicknback.com';
const MONTHS = 36;
const MOST_PURCHASES = 50_000_000;
/** A month of ten million purchases takes longer than any request may. */
const TIMEOUT_MS = 3_600_000;

await run(main);

async function main(): Promise<void> {
  const purchases = readPurchases();
  const config = readConfig(process.env);
  if (config.mode === 'production') throw new StartupError('Made-up purchases are not loaded in production.');

  if (config.databaseUrl !== undefined && !config.demoData) {
    throw new StartupError(
      'The made-up users have a published password: set DEMO_DATA=true to load them into the database of DATABASE_URL.',
    );
  }
  const started = performance.now();
  const logger = createLogger({ level: 'warn', readable: true });
  const { database, ownerUrl, location, close } = await openMigratedDatabase(
    { ...config, databaseTimeout_ms: TIMEOUT_MS },
    logger,
  );
  try {
    const content = await findContent(database.db, [ADMIN_EMAIL, HOT_EMAIL]);
    if (content === 'other') {
      throw new StartupError(`${location} holds other data. DATA_DIR=path names an empty place.`);
    }
    if (content === 'seeded') {
      console.log(`${location} is seeded already. For another size begin with an empty database.`);
      return;
    }
    const end = Temporal.Now.instant();
    const start = firstOfMonth(end).subtract({ months: MONTHS - 1 });
    // All users are created at the start of the period.
    const clock = () => start.toInstant();
    const platform = await createPlatform({ config, database, clock, logger });
    const { users } = platform.modules;
    const password = DEMO_PASSWORD;
    // The administrator exists if an earlier load was interrupted.
    const admin =
      (await users.service.findByEmail(ADMIN_EMAIL)) ??
      (await users.service.createAdmin({ email: ADMIN_EMAIL, password }));
    if ((await users.service.findByEmail(HOT_EMAIL)) === undefined) {
      await users.service.register({ email: HOT_EMAIL, password }, null);
    }
    await platform.close();

    const {
      supportedCurrencies: [currency],
      encryptionKeys,
    } = config;
    const plan = { purchases, start, end, adminId: admin.id, hotEmail: HOT_EMAIL, currency, encryptionKeys };
    await asOwner(ownerUrl, database, (db) => load(db, plan, printed));
  } finally {
    await close();
  }
  const minutes = (performance.now() - started) / 60_000;
  console.log(`${purchases} purchases in ${location}, after ${minutes.toFixed(1)} minutes.`);
}

/** Triggers and indexes are out of the way of the load, which takes their owner. */
async function asOwner(
  ownerUrl: string | undefined,
  serving: Database,
  work: (db: Db) => Promise<void>,
): Promise<void> {
  if (ownerUrl === undefined) return work(serving.db);
  const owner = openDatabase({
    url: ownerUrl,
    maxConnections: 1,
    timeout_ms: TIMEOUT_MS,
    onLostConnection: () => undefined,
  });
  await work(owner.db);
  await owner.close();
}

function readPurchases(): number {
  const { purchases } = parseArgs({
    options: { purchases: { type: 'string', default: '10000000' } },
  }).values;
  const count = Number(purchases);
  if (Number.isInteger(count) && count >= 1 && count <= MOST_PURCHASES) return count;
  throw new StartupError(`--purchases must be a whole number from 1 to ${MOST_PURCHASES}.`);
}

function firstOfMonth(instant: Temporal.Instant): Temporal.ZonedDateTime {
  return instant.toZonedDateTimeISO('UTC').with({ day: 1 }).startOfDay();
}

/** Prints one line for each step, with its duration in seconds. */
async function printed(title: string, work: () => Promise<unknown>): Promise<void> {
  process.stdout.write(title.padEnd(40));
  const started = performance.now();
  await work();
  console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(7)} s`);
}
