/*
 * Fault injection. Each area starts a real PostgreSQL and real processes, injects faults, and compares the clients' log of
 * acknowledgements with rows, journal and `ledger-verify`. Exits with 1 if a goal is missed or an invariant is broken.
 * All started processes end with this one. Only the results are kept.
 *
 *   areas/     the faults, and the invariants that must hold
 *   harness/   servers, processes, the proxy, clients, books
 *   faults/    planted faults that the harness must catch
 */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { seededRandom } from '../demo/random.ts';
import { StartupError } from '../src/core/startup-error.ts';
import { startGuardian } from '../src/embedded-postgres/guardian.ts';
import { run } from '../src/startup/run.ts';
import type { Area, AreaResult } from './area.ts';
import { AREAS } from './areas/index.ts';
import { seedOf } from './random.ts';
import { announcement, failures, hasPassed, type Report, table } from './report.ts';

const RESULTS = join(import.meta.dirname, 'results');

type Options = ReturnType<typeof readOptions>;

await run(main);

async function main(): Promise<void> {
  const options = readOptions();
  console.log(`seed ${options.seed}, scale ${options.scale}, ${availableParallelism()} processors\n`);
  const scratch = mkdtempSync(join(tmpdir(), 'clicknback-torture-'));
  // The account of PostgreSQL must be able to enter this directory.
  chmodSync(scratch, 0o755);
  // Removes the directory when this process ends, for any reason.
  const guardian = startGuardian({ signal: 'QUIT', remove: scratch });
  rmSync(join(RESULTS, 'logs'), { recursive: true, force: true });
  const reports: Report[] = [];
  try {
    for (const area of options.areas) {
      const report = await runArea(area, options, scratch);
      reports.push(report);
      console.log(announcement(area, report));
    }
  } finally {
    await guardian.end();
  }
  console.log(`\n${table(reports)}\n`);
  write(options, reports);
  // Last, for readers who get only the end of the output.
  for (const failure of failures(reports)) console.log(styleText('red', `✖ ${failure}`));
  // Sockets of killed processes may still keep this process alive.
  process.exit(reports.every(hasPassed) ? 0 : 1);
}

/** @throws StartupError if an argument is unknown or invalid. */
function readOptions() {
  const { scale, only, seed, json } = parseArgs({
    options: {
      scale: { type: 'string', default: '1' },
      only: { type: 'string' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
      json: { type: 'string', default: join(RESULTS, 'torture.json') },
    },
  }).values;
  const names = AREAS.map(({ name }) => name);
  const wanted = only?.split(',') ?? names;
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new StartupError(`--only takes ${names.join(', ')}; there is no ${unknown}.`);
  if (!(Number(scale) > 0)) throw new StartupError('--scale must be a number above 0.');
  if (!Number.isSafeInteger(Number(seed))) throw new StartupError('--seed must be a whole number.');
  return {
    scale: Number(scale),
    seed: Number(seed),
    jsonFile: resolve(json),
    areas: AREAS.filter(({ name }) => wanted.includes(name)),
  };
}

async function runArea(area: Area, { scale, seed }: Options, scratch: string): Promise<Report> {
  const directory = join(scratch, area.name);
  mkdirSync(directory, { mode: 0o755 });
  const started = performance.now();
  const say = (text: string) => console.log(`  ${area.name}: ${text}`);
  const random = seededRandom(seedOf(seed, area.name));
  const result = await area.run({ scale, seed, random, directory, say }).catch(failedArea);
  if (!hasPassed(result)) keepLogs(area, directory);
  rmSync(directory, { recursive: true, force: true });
  return { area: area.name, seconds: (performance.now() - started) / 1000, ...result };
}

/** The result of an area that could not continue: one violation, because nothing was proved. */
function failedArea(error: unknown): AreaResult {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { figures: [], violations: [`the area ended with an error: ${reason}`] };
}

function keepLogs(area: Area, directory: string): void {
  const logs = join(RESULTS, 'logs', area.name);
  mkdirSync(logs, { recursive: true });
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (/\.(log|jsonl)$/.test(name)) cpSync(join(directory, name), join(logs, name.replaceAll('/', '-')));
  }
}

function write({ scale, seed, jsonFile }: Options, reports: readonly Report[]): void {
  mkdirSync(dirname(jsonFile), { recursive: true });
  const results = { scale, seed, passed: reports.every(hasPassed), areas: reports };
  writeFileSync(jsonFile, `${JSON.stringify(results, undefined, 2)}\n`);
  console.log(`Written to ${jsonFile}.`);
}
