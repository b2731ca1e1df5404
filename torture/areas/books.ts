import { execFile } from 'node:child_process';
import { PROJECT_DIRECTORY } from '../../src/config.ts';
import { openDatabase } from '../../src/core/database/index.ts';
import { verifyLedger as proveBooks } from '../../src/modules/insight/proof/index.ts';
import { DEMO_PASSWORD } from '../../src/startup/demo-accounts.ts';
import { type Area, type AreaContext, scaled } from '../area.ts';
import { type Attempt, attemptAlteration, nextAlteration } from '../harness/alterations.ts';
import { verifyLedger } from '../harness/books.ts';
import { openClient } from '../harness/client.ts';
import { startPlatform } from '../harness/platform.ts';
import { startPostgres } from '../harness/postgres.ts';
import { newSecrets } from '../harness/programme.ts';
import { adjustment } from '../harness/requests.ts';

const ENTRIES_PER_PURCHASE = 2;
const PROVEN_WITHIN_S = 60;
const ADJUSTMENTS = 20;
/** Proves the books with a million entries, and finds every single altered row in smaller books. */
export const books: Area = {
  name: 'books',
  title: 'a million entries proven, and every altered row found',
  run: proveAndAlter,
};

async function proveAndAlter(context: AreaContext) {
  const large = await proveLargeBooks(context);
  const altered = await alterSmallBooks(context);
  const missed = altered.attempts.filter(({ found }) => found === false);
  return {
    figures: [
      { name: 'entries', value: large.entries, goal: { atLeast: large.wanted } },
      { name: 'proven', value: large.seconds, unit: 's', goal: { atMost: PROVEN_WITHIN_S } },
      { name: 'altered rows', value: altered.attempts.length },
      { name: 'with all traces hidden', value: altered.attempts.filter(({ isHidden }) => isHidden).length },
      {
        name: 'found',
        value: altered.attempts.length - missed.length,
        goal: { exactly: altered.attempts.length },
      },
    ],
    violations: [
      ...large.violations,
      ...altered.violations,
      ...missed.map(
        ({ alteration, isHidden }) => `${alteration.name}${isHidden ? ', hidden' : ''} was not found`,
      ),
    ],
  };
}

async function proveLargeBooks(context: AreaContext) {
  const { directory, say } = context;
  const wanted = scaled(context, 1_000_000, 20_000);
  const postgres = await startPostgres(`${directory}/large`, { max_wal_size: '4GB' });
  const secrets = newSecrets();
  say(`making ${wanted} entries`);
  await seed(postgres.url, Math.ceil(wanted / ENTRIES_PER_PURCHASE));
  const [row] = await postgres.query<{ entries: number }>(
    'select count(*)::int as entries from wallet_entries',
  );
  say('proving them');
  const started = performance.now();
  const violations = await verifyLedger(postgres.url, { secrets });
  const seconds = (performance.now() - started) / 1000;
  await postgres.stop();
  return { wanted, entries: row?.entries ?? 0, seconds, violations };
}

async function alterSmallBooks(context: AreaContext) {
  const { directory, random, say } = context;
  const postgres = await startPostgres(`${directory}/small`);
  await seed(postgres.url, 500);
  await adjustSome(postgres.servingUrl, directory);
  const database = openDatabase({ url: postgres.url, maxConnections: 2, onLostConnection: () => undefined });
  const count = scaled(context, 100, 16);
  say(`altering ${count} rows`);
  const attempts: Attempt[] = [];
  for (let number = 0; attempts.length < count && number < count * 10; number += 1) {
    const attempt = await attemptAlteration(database, random, nextAlteration(number, random));
    if (attempt.found !== undefined) attempts.push(attempt);
  }
  // The books must be right before and after the alterations. Otherwise a found fault would prove nothing.
  const { verdict, faults } = await proveBooks(database);
  await database.close();
  await postgres.stop();
  const violations = [
    verdict !== 'right' && `unaltered books are ${verdict}: ${faults[0]?.sentence}`,
    attempts.length < count && `only ${attempts.length} of ${count} alterations passed the constraints`,
  ].filter((violation) => violation !== false);
  return { attempts, violations };
}

/** Loads purchases with rewards, caps, wallets, journal, payouts and audit log by `npm run seed-large`. */
function seed(databaseUrl: string, purchases: number): Promise<void> {
  const environment = {
    PATH: process.env.PATH,
    NODE_ENV: 'development',
    DATABASE_URL: databaseUrl,
    DEMO_DATA: 'true',
  };
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ['demo/large/main.ts', '--purchases', String(purchases)],
      { cwd: PROJECT_DIRECTORY, env: environment },
      (error, stdout, stderr) => (error === null ? resolve() : reject(new Error(`${stdout}${stderr}`))),
    );
  });
}

/** Makes some adjustments, because the loaded programme has none. */
async function adjustSome(databaseUrl: string, directory: string): Promise<void> {
  const platform = await startPlatform({ databaseUrl, secrets: newSecrets(), directory });
  await platform.ready();
  const client = openClient();
  const login = { email: 'carol@clicknback.com', password: DEMO_PASSWORD };
  const { body } = await client.send(platform.url, { method: 'POST', path: '/auth/login', body: login });
  const token: string = body.access_token;
  const users = await client.send(platform.url, { method: 'GET', path: '/users?role=user&limit=5', token });
  for (let number = 0; number < ADJUSTMENTS; number += 1) {
    const userId: string = users.body.data[number % users.body.data.length].id;
    const order = { userId, cents: 1_000 + number, direction: 'credit', reason: 'For the books.' } as const;
    const reply = await client.send(platform.url, adjustment(token, order));
    if (reply.status !== 201) throw new Error(`an adjustment got ${reply.status}`);
  }
  client.close();
  await platform.terminate();
}
