import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Area, type AreaContext, type AreaResult, scaled } from '../area.ts';
import { compareBalances } from '../harness/balances.ts';
import { verifyLedger } from '../harness/books.ts';
import { startCrossings } from '../harness/crossings.ts';
import { useOldRows } from '../harness/old-rows.ts';
import { makePast, PAST_SETTINGS } from '../harness/past.ts';
import type { PlatformProcess } from '../harness/platform.ts';
import { openScene, type Scene } from '../harness/scene.ts';
import { takeVersion, type Version } from '../harness/version.ts';
import { startWriters } from '../harness/writers.ts';
import { oneOf } from '../random.ts';

/** The last version that knows no revisions, and no offer beyond its dates. Its latest migration is 0029. */
const OLD_COMMIT = '0d3478eb83bf815a3e72a9c639ba3c6e0c58b57a';

const PURCHASES = 100_000;
const SECONDS = { before: 10, both: 45, after: 15 };
const ANSWERED_WITHIN_MS = 15_000;
/** Shops of the crossings, which the other writers leave alone. */
const CROSSED_MERCHANTS = [18, 19, 20];

export const upgrade: Area = {
  name: 'upgrade',
  title: 'data of an old version, migrated under load, with processes of both versions',
  run,
};

async function run(context: AreaContext): Promise<AreaResult> {
  const { directory, say } = context;
  const old = await takeVersion(OLD_COMMIT, join(directory, 'old'));
  if ('missing' in old) return { skipped: old.missing, figures: [], violations: [] };
  const { version, packages } = old;
  if (packages.other.length > 0) say(`the old version runs with other ${packages.other.join(', ')}`);
  const scene = await openScene(directory, { version });
  try {
    return await upgradeScene(context, scene, version);
  } finally {
    await scene.close();
  }
}

async function upgradeScene(context: AreaContext, scene: Scene, version: Version): Promise<AreaResult> {
  const { random, say } = context;
  const before = await scene.start({ version, environment: PAST_SETTINGS });
  await before.ready();
  const count = scaled(context, PURCHASES, 300);
  say(`making ${count} purchases by the old version`);
  const past = await makePast(scene, before.url, { count, random });
  const provenBefore = await verifyLedger(scene.postgres.url, scene.programme, version);
  const migrationsBefore = await migrationsOf(scene);

  const serving = new Set<PlatformProcess>([before]);
  const writers = startWriters(withoutCrossed(scene), {
    random,
    target: () => oneOf(random, [...serving]).url,
    pause_ms: 20,
  });
  await sleep(scaled(context, SECONDS.before, 1) * 1_000);
  say('migrating');
  const startedAt = performance.now();
  const after = await scene.start({ environment: PAST_SETTINGS });
  await after.ready().catch(async (error) => {
    await writers.stop();
    throw error;
  });
  const upgraded_s = (performance.now() - startedAt) / 1_000;
  const slowest_ms = writers.counts().slowest_ms;
  const acknowledgedBefore = writers.counts().acknowledged;

  serving.add(after);
  const crossings = startCrossings(past, {
    older: before.url,
    newer: after.url,
    random,
    merchantNumbers: CROSSED_MERCHANTS,
  });
  await sleep(scaled(context, SECONDS.both, 4) * 1_000);
  await crossings.stop();
  const acknowledgedByBoth = writers.counts().acknowledged - acknowledgedBefore;

  serving.delete(before);
  const { code } = await before.terminate();
  await sleep(scaled(context, SECONDS.after, 1) * 1_000);
  await writers.stop();
  say('comparing');
  const failedPayouts = past.payouts.filter(({ status }) => status === 'failed').map(({ id }) => id);
  const upgradedViolations = [
    ...(await compareBalances(scene, after.url, {
      adjustments: past.adjustments,
      failedPayouts: new Set(failedPayouts),
      amended: crossings.amended(),
    })),
    ...(await unheldSelfReports(scene)),
    ...(await scene.compare()),
  ];
  const { tried, violations } = await useOldRows(past, after.url);
  const { repeats, refused, leftToNewer, internalErrors } = crossings.counts();
  return {
    figures: [
      { name: 'purchases of the old version', value: past.purchases.length, goal: { atLeast: count } },
      { name: 'held', value: past.purchases.filter(({ isHeld }) => isHeld).length, goal: { atLeast: 1 } },
      { name: 'migrations', value: (await migrationsOf(scene)) - migrationsBefore, goal: { atLeast: 1 } },
      { name: 'the new version is ready after', value: upgraded_s, unit: 's' },
      {
        name: 'slowest answer of the old one meanwhile',
        value: slowest_ms,
        unit: 'ms',
        goal: { atMost: ANSWERED_WITHIN_MS },
      },
      { name: 'acknowledged by the old one alone', value: acknowledgedBefore, goal: { atLeast: 1 } },
      { name: 'acknowledged by both', value: acknowledgedByBoth, goal: { atLeast: 1 } },
      { name: 'repeats', value: repeats, goal: { atLeast: 1 } },
      { name: 'repeats answered with the first purchase', value: refused, goal: { exactly: repeats } },
      { name: 'amended', value: crossings.amended().size, goal: { atLeast: 1 } },
      { name: 'settlements of them that the old one left to the new one', value: leftToNewer },
      {
        name: 'answers with 500',
        value: writers.counts().internalErrors + internalErrors,
        goal: { exactly: 0 },
      },
      { name: 'exit code of the old version', value: code ?? -1, goal: { exactly: 0 } },
      { name: 'new features on old rows', value: tried - violations.length, goal: { exactly: tried } },
    ],
    violations: [
      ...provenBefore.map((violation) => `before the upgrade, ${violation}`),
      ...writers.violations(),
      ...crossings.violations(),
      ...upgradedViolations,
      ...violations,
      ...(await scene.compare()).map((violation) => `after new features, ${violation}`),
      ...scene.unwantedExits(),
    ],
  };
}

/** The writers' view: merchants keep their numbers, the last ones are for the crossings. */
function withoutCrossed({ programme, ...clerk }: Scene) {
  const merchants = programme.merchants.slice(0, Math.min(...CROSSED_MERCHANTS) - 1);
  return { ...clerk, programme: { ...programme, merchants } };
}

async function migrationsOf({ postgres }: Scene): Promise<number> {
  const [row] = await postgres.query<{ count: number }>(
    'select count(*)::int as count from schema_migrations',
  );
  return row?.count ?? 0;
}

/** The pending purchases that only their shopper has reported, and no administrator has released. */
async function unheldSelfReports({ postgres }: Scene): Promise<string[]> {
  const rows = await postgres.query<{ external_id: string; created_at: Date }>(`
    select external_id, created_at from purchases
    where status = 'pending' and not held
      and exists (
        select from audit_logs
        where resource_id = purchases.id and resource_type = 'purchase' and action = 'purchase.recorded'
          and actor_type = 'user'
      )
      and not exists (select from purchase_holds where purchase_id = purchases.id and resolution = 'released')`);
  return rows.map(({ external_id }) => `${external_id} of a shopper is not held for review`);
}
