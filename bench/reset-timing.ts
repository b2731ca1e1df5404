/*
 * Measures whether the time of a request for a password reset reveals if its address has an account. Prints both medians,
 * and fails if they differ by more than 5 ms: node $(scripts/node-flags) bench/reset-timing.ts
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createPlatform } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { systemClock } from '../src/core/clock.ts';
import { openDatabase } from '../src/core/database/index.ts';
import { migrate } from '../src/core/database/migrations.ts';
import { startEmbeddedPostgres } from '../src/embedded-postgres/index.ts';

const REQUESTS = 300;
const BOUND_MS = 5;

const postgres = await startEmbeddedPostgres({
  // Beside the made folder: the server's own account cannot enter it.
  dataDirectory: `${mkdtempSync(join(tmpdir(), 'clicknback-reset-'))}-postgres`,
  database: 'clicknback',
  ephemeral: true,
});
await migrate(postgres.url);
const database = openDatabase({ url: postgres.url, maxConnections: 10, onLostConnection: () => undefined });
const config = readConfig({ NODE_ENV: 'test', BCRYPT_COST: '4', LOGIN_FAILURES: '1000000' });
const logger = pino({ level: 'silent' });
const platform = await createPlatform({ config, database, clock: systemClock, logger });
await platform.modules.users.service.register({ email: 'known@example.com', password: 'Str0ng!Pass' }, null);

/** In milliseconds. */
async function timeOf(email: string): Promise<number> {
  const start = performance.now();
  await platform.server.inject({
    method: 'POST',
    url: '/api/v1/auth/password-reset-requests',
    payload: { email },
  });
  return performance.now() - start;
}

const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
for (let count = 0; count < REQUESTS; count += 1) {
  times.known.push(await timeOf('known@example.com'));
  times.unknown.push(await timeOf('unknown@example.com'));
}
const median = (list: readonly number[]) => list.toSorted((one, other) => one - other)[list.length >> 1] ?? 0;
const [known, unknown] = [median(times.known), median(times.unknown)];
console.log(`known ${known.toFixed(2)} ms, unknown ${unknown.toFixed(2)} ms`);
if (Math.abs(known - unknown) > BOUND_MS) process.exitCode = 1;
await platform.close();
await database.close();
await postgres.stop();
