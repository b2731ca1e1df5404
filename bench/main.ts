/*
 * Measures the platform on this machine, over HTTP, with a durable database, and compares it with one transaction per
 * purchase. It starts everything that it needs, and leaves nothing but its results. A missed goal is reported; a wrong book is an error.
 *
 *   sections/     what is measured, and how
 *   load/         makes requests, in a process of its own
 *   ceiling/      one transaction a purchase, without HTTP
 *   report/       goals, table, chart
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { StartupError } from '../src/core/startup-error.ts';
import { run } from '../src/startup/run.ts';
import { booksOf, WrongBooks } from './books.ts';
import { startDatabaseServer } from './database-server.ts';
import { type Measurement, ofName } from './measurement.ts';
import { measuring } from './measuring.ts';
import { startApi } from './platform.ts';
import { newSecrets, seedProgramme } from './programme.ts';
import { throughputChart } from './report/chart.ts';
import { goalsOf } from './report/goals.ts';
import { describeMachine, type Machine } from './report/machine.ts';
import { announcement, table } from './report/table.ts';
import { measureCeiling } from './sections/ceiling.ts';
import { SECTIONS } from './sections/index.ts';
import { type Bench, type Section, warmUp } from './sections/section.ts';

const CEILING = 'ceiling';

type Options = ReturnType<typeof readOptions>;

await run(async () => {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof WrongBooks)) throw error;
    console.error(styleText(['bold', 'red'], `\nTHE BOOKS ARE WRONG: ${error.message}.`));
    process.exit(1);
  }
});

async function main(): Promise<void> {
  const options = readOptions();
  const database = await startDatabaseServer();
  try {
    const machine = await describeMachine(database.database.db);
    console.log(introduction(machine));
    const secrets = newSecrets();
    const programme = await seedProgramme(database.url, secrets);
    const measurements: Measurement[] = [];
    const measure = measuring({
      database,
      books: booksOf(database.database),
      announce: (measurement) => {
        measurements.push(measurement);
        console.log(announcement(measurement));
      },
    });
    const bench: Bench = {
      ...options,
      database,
      programme,
      measure,
      measurements,
      startApi: async (program, environment) => {
        const api = await startApi(database, secrets, program, environment);
        await warmUp(api, programme);
        return api;
      },
    };
    await measureAll(bench, options);
    report(options, machine, measurements);
  } finally {
    await database.stop();
  }
}

async function measureAll(bench: Bench, { sections, withCeiling }: Options): Promise<void> {
  if (withCeiling) await measureCeiling(bench, 'before');
  if (sections.length > 0) {
    const api = await bench.startApi();
    for (const section of sections) await section.run(bench, api);
    await api.stop();
  }
  if (withCeiling) await measureCeiling(bench, 'after');
}

/** @throws StartupError for invalid arguments. */
function readOptions() {
  const { seconds, only, output, long } = parseArgs({
    options: {
      seconds: { type: 'string', default: '8' },
      only: { type: 'string' },
      output: { type: 'string', default: join(import.meta.dirname, 'results') },
      long: { type: 'boolean', default: false },
    },
  }).values;
  const names = [CEILING, ...SECTIONS.map(({ name }) => name)];
  const wanted = only?.split(',') ?? names;
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new StartupError(`--only takes ${names.join(', ')}; there is no ${unknown}.`);
  if (!(Number(seconds) > 0)) throw new StartupError('--seconds must be a number above 0.');
  return {
    seconds: Number(seconds),
    long,
    outputDirectory: resolve(output),
    withCeiling: wanted.includes(CEILING),
    sections: SECTIONS.filter((section) => isWanted(section, wanted)),
  };
}

/** With the sections that a requested one is compared with. */
function isWanted({ name }: Section, wanted: readonly string[]): boolean {
  return (
    wanted.includes(name) || SECTIONS.some((other) => other.needs === name && wanted.includes(other.name))
  );
}

function introduction({ cpus, model, memory_gib, node, commit, postgres }: Machine): string {
  const { server_version, fsync, synchronous_commit, full_page_writes } = postgres;
  return [
    `${cpus} × ${model}, ${memory_gib} GiB, Node ${node}, PostgreSQL ${server_version}, commit ${commit}`,
    `fsync ${fsync}, synchronous_commit ${synchronous_commit}, full_page_writes ${full_page_writes}`,
    '',
  ].join('\n');
}

function report({ outputDirectory }: Options, machine: Machine, measurements: readonly Measurement[]): void {
  const goals = goalsOf(measurements);
  console.log(`\n${table(measurements, goals)}\n`);
  mkdirSync(outputDirectory, { recursive: true });
  const results = {
    machine,
    goals: goals.map(({ of, ...goal }) => ({ section: of.name, load: of.load, ...goal })),
    measurements,
  };
  writeFileSync(join(outputDirectory, 'bench.json'), `${JSON.stringify(results, undefined, 2)}\n`);
  if (ofName(measurements, 'single').length > 0) {
    writeFileSync(join(outputDirectory, 'throughput.svg'), throughputChart(measurements, machine));
  }
  console.log(`Written to ${outputDirectory}.`);
}
