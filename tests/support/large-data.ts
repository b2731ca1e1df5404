import { load } from '../../demo/large/load.ts';
import { openAsOwner } from './database.ts';
import type { startTestPlatform } from './platform.ts';

/** Three months of purchases as `npm run seed-large` makes them, in the database of a test platform. */
export async function loadLargeData(
  { database, config, admin, registerUser }: Awaited<ReturnType<typeof startTestPlatform>>,
  purchases: number,
) {
  const hot = await registerUser();
  const plan = {
    purchases,
    start: Temporal.ZonedDateTime.from('2025-12-01T00:00[UTC]'),
    end: Temporal.Instant.from('2026-03-10T12:00:00Z'),
    adminId: admin.id,
    hotEmail: hot.email,
    currency: 'EUR',
    encryptionKeys: config.encryptionKeys,
  };
  await load(openAsOwner(database).db, plan, async (_title, work) => void (await work()));
  return { hot, plan };
}
