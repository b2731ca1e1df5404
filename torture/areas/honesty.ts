import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_DIRECTORY } from '../../src/config.ts';
import { type Area, type AreaContext, type AreaResult, isMet, scaled } from '../area.ts';
import { FAULTS, type Fault } from '../faults/index.ts';
import type { Report } from '../report.ts';

/** The files that a copy needs to run. */
const TREE = [
  'src',
  'demo',
  'bench',
  'torture',
  'scripts',
  'tests/support',
  'migrations',
  'package.json',
  'openapi.json',
];

/** The smallest scale of an area that still proves something. */
const SMALLEST = '0.000001';
const RUN_WITHIN_MS = 180_000;

export const honesty: Area = {
  name: 'honesty',
  title: 'planted faults are caught, and the same runs pass without them',
  run,
};

/** The result of a run in a copy of the tree. Undefined if the run did not finish. */
type Verdict = { readonly passed: boolean; readonly text: string } | undefined;

async function run(context: AreaContext): Promise<AreaResult> {
  const { say } = context;
  const faults = FAULTS.slice(0, scaled(context, FAULTS.length, 1));
  const violations: string[] = [];
  let caught = 0;
  for (const fault of faults) {
    const verdict = await runPatched(context, fault);
    const isCaught = verdict !== undefined && !verdict.passed && fault.shows.test(verdict.text);
    if (isCaught) caught += 1;
    else
      violations.push(
        `${fault.name} was not caught: ${verdict?.text.slice(0, 1_000) ?? 'the run reported nothing'}`,
      );
    say(`${fault.name}: ${isCaught ? 'caught' : 'NOT CAUGHT'}`);
  }

  const areas = new Set(faults.map(({ area }) => area));
  let clean = 0;
  for (const area of areas) {
    const verdict = await runCopy(context, `without a fault, ${area}`, area);
    if (verdict?.passed === true) clean += 1;
    else
      violations.push(
        `${area} fails without a fault: ${verdict?.text.slice(0, 1_000) ?? 'it reported nothing'}`,
      );
  }
  return {
    figures: [
      { name: 'faults caught', value: caught, goal: { exactly: faults.length } },
      { name: 'runs that pass without a fault', value: clean, goal: { exactly: areas.size } },
    ],
    violations,
  };
}

async function runPatched(context: AreaContext, fault: Fault): Promise<Verdict> {
  return runCopy(context, fault.name, fault.area, fault.patch);
}

async function runCopy(
  { directory, seed }: AreaContext,
  name: string,
  area: string,
  patch?: string,
): Promise<Verdict> {
  const copy = join(directory, name.replaceAll(/\W+/g, '-'));
  copyTree(copy);
  if (patch !== undefined)
    await command('git', ['apply', join(PROJECT_DIRECTORY, 'torture/faults', patch)], copy);
  const report = join(copy, 'report.json');
  const args = [
    'torture/main.ts',
    '--only',
    area,
    '--scale',
    SMALLEST,
    '--seed',
    String(seed),
    '--json',
    report,
  ];
  await command(process.execPath, args, copy).catch(() => undefined);
  return readReport(report);
}

function copyTree(copy: string): void {
  mkdirSync(copy, { mode: 0o755 });
  for (const path of TREE) cpSync(join(PROJECT_DIRECTORY, path), join(copy, path), { recursive: true });
  symlinkSync(join(PROJECT_DIRECTORY, 'node_modules'), join(copy, 'node_modules'));
}

function readReport(file: string): Verdict {
  try {
    const { passed, areas } = JSON.parse(readFileSync(file, 'utf8')) as { passed: boolean; areas: Report[] };
    return { passed, text: areas.flatMap(complaintsOf).join('\n') };
  } catch {
    return undefined;
  }
}

/** The missed goals and the violations, in the words of the report. */
function complaintsOf({ figures, violations }: Report): string[] {
  const missed = figures.filter((figure) => !isMet(figure));
  return [...violations, ...missed.map(({ name, value }) => `missed: ${name} ${value}`)];
}

function command(program: string, args: readonly string[], directory: string): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd: directory, timeout: RUN_WITHIN_MS }, (error, stdout, stderr) => {
      if (error === null) resolve();
      else reject(new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`, { cause: error }));
    });
  });
}
