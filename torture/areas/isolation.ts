import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Area, type AreaContext, scaled } from '../area.ts';
import { ACCOUNT_RACES } from '../harness/account-races.ts';
import { compareSources, verifyLedger } from '../harness/books.ts';
import { CATALOGUE_RACES } from '../harness/catalogue-races.ts';
import { openClient } from '../harness/client.ts';
import { startContractProcess } from '../harness/contract-platform.ts';
import { playHistory } from '../harness/histories.ts';
import { MONEY_RACES, MONTHLY_LIMIT } from '../harness/money-races.ts';
import { startPlatform } from '../harness/platform.ts';
import { startPostgres } from '../harness/postgres.ts';
import { openProgramme } from '../harness/programme.ts';
import { startProxy } from '../harness/proxy.ts';
import { openCourse } from '../harness/races.ts';

const RACES = [...MONEY_RACES, ...ACCOUNT_RACES, ...CATALOGUE_RACES];
const OPERATIONS = 2_000;
const WALLETS = 10;

/** Races use cases that read before they write. Then checks the history of each wallet under faults. */
export const isolation: Area = {
  name: 'isolation',
  title: 'races between use cases, and histories under faults',
  run: raceAndCheck,
};

async function raceAndCheck(context: AreaContext) {
  const races = await runRaces(context);
  const histories = await checkHistories(context);
  return {
    figures: [...races.figures, ...histories.figures],
    violations: [...races.violations, ...histories.violations],
  };
}

async function runRaces(context: AreaContext) {
  const { say } = context;
  const directory = join(context.directory, 'races');
  mkdirSync(directory);
  const rounds = scaled(context, 12, 2);
  const limits = { PAYOUT_MONTHLY_LIMIT: MONTHLY_LIMIT };
  const platform = await startContractProcess(directory, limits, { processes: 2 });
  const course = openCourse(platform);
  say(`${RACES.length} races, ${rounds} rounds each, in two processes`);
  const violations: string[] = [];
  for (const { name, run } of RACES) {
    for (let round = 0; round < rounds; round += 1) {
      const impossible = await run(course);
      if (impossible) violations.push(`${name}: ${impossible}`);
    }
  }
  violations.push(...(await compareSources(platform.postgres)));
  await platform.stop();
  return {
    figures: [
      { name: 'races', value: RACES.length },
      { name: 'rounds of each', value: rounds },
    ],
    violations,
  };
}

async function checkHistories(context: AreaContext) {
  const { directory, random, say } = context;
  const count = scaled(context, 5, 1);
  const postgres = await startPostgres(`${directory}/histories`);
  const programme = await openProgramme(postgres.url, { users: WALLETS * count });
  const proxy = await startProxy(postgres.servingUrl);
  const options = { databaseUrl: proxy.url, secrets: programme.secrets, directory };
  const platforms = await Promise.all([startPlatform(options), startPlatform(options)]);
  await Promise.all(platforms.map(({ ready }) => ready()));
  const client = openClient();
  const theatre = { urls: platforms.map(({ url }) => url), client, postgres, proxy, programme, random };

  const played: Awaited<ReturnType<typeof playHistory>>[] = [];
  for (let number = 0; number < count; number += 1) {
    say(`history ${number + 1} of ${count}, ${OPERATIONS} operations`);
    const users = programme.users.slice(number * WALLETS, (number + 1) * WALLETS);
    played.push(await playHistory(theatre, { operations: OPERATIONS, users }));
  }
  client.close();
  const exits = platforms
    .filter(({ ending }) => ending() !== undefined)
    .map(({ name }) => `${name} ended unexpectedly`);
  await Promise.all(platforms.map((platform) => platform.terminate()));
  await proxy.close();
  const violations = [
    ...played.flatMap(({ contradictions }) => contradictions),
    ...exits,
    ...(await compareSources(postgres)),
    ...(await verifyLedger(postgres.url, programme)),
  ];
  await postgres.stop();
  const total = (of: (one: (typeof played)[number]) => number) =>
    played.reduce((sum, one) => sum + of(one), 0);
  return {
    figures: [
      { name: 'operations in histories', value: count * OPERATIONS },
      { name: 'faults', value: total(({ faults }) => faults) },
      { name: 'unknown outcomes', value: total(({ unknown }) => unknown) },
    ],
    violations,
  };
}
