/* CSV as RFC 4180 has it. Pure. */

export const CSV_TYPE = 'text/csv; charset=utf-8';

/** A spreadsheet takes a cell that begins with one of these as a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** A text from outside as a cell that no spreadsheet runs. Numbers and names of our own need no guard. */
export function guardedCell(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** A line with its end. Cells with commas, quotes or line breaks are quoted. */
export function csvLine(cells: readonly string[]): string {
  const quoted = cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell));
  return `${quoted.join(',')}\r\n`;
}
