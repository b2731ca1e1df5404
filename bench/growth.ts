/*
 * Compares the cost of a purchase in a database of millions with an almost empty one: the same loads on both,
 * alternately. `--large` is a DATA_DIR that `npm run seed-large` filled; new purchases stay in it.
 */
import { parseArgs } from 'node:util';
import { StartupError } from '../src/core/startup-error.ts';
import { run } from '../src/startup/run.ts';
import { booksOf, booksOfPartner } from './books.ts';
import { type DatabaseServer, startDatabaseServer } from './database-server.ts';
import type { Measurement } from './measurement.ts';
import { type Measure, measuring } from './measuring.ts';
import { type Api, startApi } from './platform.ts';
import { adoptProgramme, newSecrets, type Programme, seedProgramme } from './programme.ts';
import { growthGoalsOf } from './report/goals.ts';
import { announcement, table } from './report/table.ts';
import { buying, inWords, send, warmUp } from './sections/section.ts';

const ROUNDS = 3;
const LOADS = [
  { name: 'batch', connections: 4, batch: 100 },
  { name: 'single', connections: 128 },
] as const;
/** Purchases sent before each measurement: they bring the pages that they touch into memory and into the log. */
const FIRST_PURCHASES = 30_000;

type Site = {
  readonly size: 'small' | 'large';
  readonly server: DatabaseServer;
  readonly api: Api;
  readonly programme: Programme;
  readonly measure: Measure;
};

await run(main);

async function main(): Promise<void> {
  const { seconds, dataDirectory } = readOptions();
  const measurements: Measurement[] = [];
  const announce = (measurement: Measurement) => {
    measurements.push(measurement);
    console.log(announcement(measurement));
  };
  const small = await startDatabaseServer();
  const large = await startDatabaseServer(dataDirectory);
  try {
    const secrets = newSecrets();
    const open = async (size: Site['size'], server: DatabaseServer, programme: Programme): Promise<Site> => {
      const api = await startApi(server, secrets, 'src/main.ts', { RUN_JOBS: 'false' });
      const books = booksOfPartner(server.database.db, programme.partnerId);
      return { size, server, api, programme, measure: measuring({ database: server, books, announce }) };
    };
    const sites = [
      await open('small', small, await seedProgramme(small.url, secrets)),
      await open('large', large, await adoptProgramme(large.url)),
    ];
    for (const site of sites) await prepare(site);
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const load of LOADS) {
        for (const site of sites) await measureLoad(site, load, { round, seconds });
      }
    }
    const goals = LOADS.flatMap(({ name }) => growthGoalsOf(measurements, name));
    console.log(`\n${table(measurements, goals)}`);
    await Promise.all(sites.map(({ api }) => api.stop()));
  } finally {
    await Promise.all([small.stop(), large.stop()]);
  }
}

async function measureLoad(
  { size, api, programme, measure }: Site,
  { name, connections, ...options }: (typeof LOADS)[number],
  { round, seconds }: { readonly round: number; readonly seconds: number },
): Promise<void> {
  const scenario = { kind: 'purchases', ...buying(programme), ...options } as const;
  await measure({
    name: `${name} ${size}`,
    load: `${inWords(connections)}, round ${round}`,
    apis: [api],
    run: () => send([api], scenario, { connections, seconds }),
  });
}

async function prepare({ size, server, api, programme }: Site): Promise<void> {
  await warmUp(api, programme);
  for (let sent = 0; sent < FIRST_PURCHASES; ) {
    const batches = { kind: 'purchases', ...buying(programme), batch: 100 } as const;
    sent += (await send([api], batches, { connections: 4, seconds: 2 })).purchases;
  }
  const purchases = await booksOf(server.database).countPurchases();
  console.log(`${size}: ${purchases.toLocaleString('en')} purchases`);
}

/** @throws StartupError for invalid arguments. */
function readOptions() {
  const { seconds, large } = parseArgs({
    options: { seconds: { type: 'string', default: '8' }, large: { type: 'string' } },
  }).values;
  if (large === undefined)
    throw new StartupError('--large must name a DATA_DIR that npm run seed-large filled.');
  if (!(Number(seconds) > 0)) throw new StartupError('--seconds must be a number above 0.');
  return { seconds: Number(seconds), dataDirectory: large };
}
