import type { TestEvent } from 'node:test/reporters';
import { dot } from 'node:test/reporters';

/** A dot for each test, the failures in full, and one closing line; with coverage, its totals and the files with least. */
export default async function* dots(source: AsyncGenerator<TestEvent, void>): AsyncGenerator<string, void> {
  let closing = '';
  let coverage = '';
  async function* watched(): AsyncGenerator<TestEvent, void> {
    for await (const event of source) {
      if (event.type === 'test:summary' && event.data.file === undefined) {
        const { tests, passed, skipped, todo } = event.data.counts;
        const failed = tests - passed - skipped - todo;
        const seconds = (event.data.duration_ms / 1_000).toFixed(0);
        closing = `\n${passed} passed, ${failed} failed, ${skipped} skipped\n(${seconds} s)\n`;
      }
      if (event.type === 'test:coverage') coverage = coverageText(event.data.summary);
      yield event;
    }
  }
  yield* dot(watched());
  yield closing;
  yield coverage;
}

type Coverage = Extract<TestEvent, { type: 'test:coverage' }>['data']['summary'];

const LEAST_COVERED = 15;

function coverageText({ totals, files, workingDirectory }: Coverage): string {
  const least = files
    .toSorted((one, other) => one.coveredLinePercent - other.coveredLinePercent)
    .slice(0, LEAST_COVERED)
    .map(
      ({ path, coveredLinePercent, coveredBranchPercent }) =>
        `${percent(coveredLinePercent)} ${percent(coveredBranchPercent)}  ${path.replace(`${workingDirectory}/`, '')}`,
    );
  const total = `${percent(totals.coveredLinePercent)} ${percent(totals.coveredBranchPercent)}  all ${files.length} files`;
  return `\n  lines branches\n${[...least, total].join('\n')}\n`;
}

function percent(value: number): string {
  return `${value.toFixed(1)} %`.padStart(8);
}
