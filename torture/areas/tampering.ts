import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_DIRECTORY } from '../../src/config.ts';
import { type Area, type AreaContext, scaled } from '../area.ts';

const TEST = 'tests/modules/insight/proof/tamperings.test.ts';

/** Makes up tamperings with books that have something of everything, as a superuser and as the role that serves. */
export const tampering: Area = {
  name: 'tampering',
  title: 'made-up tamperings found, or refused',
  run: tamper,
};

type Report = {
  readonly as: string;
  readonly counts: Readonly<Record<'found' | 'not found' | 'refused' | 'without effect', number>>;
  readonly missed: readonly string[];
};

/** The test of the proof does it, with as many as it is asked for. */
async function tamper(context: AreaContext) {
  const { directory, seed, say } = context;
  const count = scaled(context, 1_000, 60);
  const file = join(directory, 'tamperings.jsonl');
  say(`${count} tamperings, as a superuser and as the role that serves`);
  const output = await runTest({
    TAMPERINGS: String(count),
    TAMPERINGS_SEED: String(seed),
    TAMPERINGS_REPORT: file,
  });
  const reports: Report[] = existsSync(file)
    ? readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];
  const tried = reports.map(({ counts }) => Object.values(counts).reduce((sum, each) => sum + each, 0));
  return {
    figures: [
      { name: 'tamperings of each', value: Math.min(...tried), goal: { atLeast: count } },
      ...reports.flatMap(({ as, counts }) => [
        { name: `found, ${as}`, value: counts.found },
        { name: `refused, ${as}`, value: counts.refused },
        { name: `without effect, ${as}`, value: counts['without effect'] },
        { name: `not found, ${as}`, value: counts['not found'], goal: { exactly: 0 } },
      ]),
    ],
    violations: [
      ...reports.flatMap(({ as, missed }) => missed.map((title) => `${as}: ${title} was not found`)),
      ...(output === undefined ? [] : [output]),
    ],
  };
}

/** Undefined if the test passed, otherwise its output. */
function runTest(environment: Readonly<Record<string, string>>): Promise<string | undefined> {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--test', '--test-global-setup=tests/support/global-setup.ts', TEST],
      { cwd: PROJECT_DIRECTORY, env: { PATH, HOME, ...environment }, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => resolve(error === null ? undefined : stdout + stderr),
    );
  });
}
