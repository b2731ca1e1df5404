import { styleText } from 'node:util';
import { type Area, type AreaResult, type Figure, type Goal, isMet } from './area.ts';

/** The result of one area. */
export type Report = AreaResult & { readonly area: string; readonly seconds: number };

/** Violations of an area that are printed. The rest is in the file of results. */
const MAX_VIOLATIONS = 10;

export function hasPassed({ figures, violations }: Pick<AreaResult, 'figures' | 'violations'>): boolean {
  return violations.length === 0 && figures.every(isMet);
}

/** One line of figures, and one line for each violation. */
export function announcement({ title }: Pick<Area, 'title'>, report: Report): string {
  const { seconds, figures, violations, skipped } = report;
  if (skipped !== undefined)
    return `${styleText('yellow', '-')} ${title}: skipped, shows nothing: ${skipped}`;
  const mark = hasPassed(report) ? styleText('green', '✔') : styleText('red', '✖');
  const first = violations.slice(0, MAX_VIOLATIONS).map((violation) => styleText('red', `    ${violation}`));
  const hidden = violations.length - MAX_VIOLATIONS;
  const more = hidden > 0 ? [`    … and ${hidden} more`] : [];
  const words = figures.map((figure) => `${figure.name} ${shown(figure)}`).join(', ');
  return [`${mark} ${title} (${Math.round(seconds)} s): ${words}`, ...first, ...more].join('\n');
}

/** All figures of all areas with their goals. */
export function table(reports: readonly Report[]): string {
  const rows = reports.flatMap((report) => [
    ...report.figures.map((figure) => [
      report.area,
      figure.name,
      shown(figure),
      goalInWords(figure.goal),
      isMet(figure) ? '' : 'MISSED',
    ]),
    report.skipped === undefined ? verdictOf(report) : [report.area, 'skipped', '-', '', report.skipped],
  ]);
  const all = [['area', 'figure', 'value', 'goal', ''], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) =>
          column === 2 ? cell.padStart(widths[2] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** What failed: each missed goal and each broken invariant, a line each. Empty if all is well. */
export function failures(reports: readonly Report[]): string[] {
  return reports.flatMap(({ area, figures, violations }) => [
    ...figures
      .filter((figure) => !isMet(figure))
      .map((figure) => `${area}: ${figure.name} is ${shown(figure)}, not ${goalInWords(figure.goal)}`),
    ...violations.slice(0, MAX_VIOLATIONS).map((violation) => `${area}: ${violation}`),
  ]);
}

function verdictOf({ area, violations }: Report): string[] {
  const { length } = violations;
  return [area, 'broken invariants', String(length), '0', length === 0 ? '' : 'BROKEN'];
}

function shown({ value, unit }: Figure): string {
  const text = Number.isInteger(value) ? value.toLocaleString('en') : value.toFixed(2);
  return unit === undefined ? text : `${text} ${unit}`;
}

function goalInWords(goal: Goal | undefined): string {
  if (goal === undefined) return '';
  const parts = [
    goal.exactly !== undefined && String(goal.exactly),
    goal.atLeast !== undefined && `≥ ${goal.atLeast}`,
    goal.atMost !== undefined && `≤ ${goal.atMost}`,
  ];
  return parts.filter((part) => part !== false).join(', ');
}
