import type { Row, Table } from './csv.ts';
import { byLine, type Refusal } from './refusal.ts';

/** One purchase of the feed, as text. The platform validates the amount. */
export type FeedLine = {
  readonly lineNumber: number;
  readonly externalId: string;
  readonly customerId: string;
  /** `YYYY-MM-DD`, the day of the purchase in UTC. */
  readonly date: string;
  readonly amount: string;
};

/** The columns that a feed must have. All others are ignored. */
export const COLUMNS = ['external_id', 'customer_id', 'date', 'amount'] as const;

type Column = (typeof COLUMNS)[number];

const MAX_VALUE_LENGTH = 255;
/** A date further from the middle of the feed is a typing error, such as 0025 for 2025. */
const MAX_YEARS_FROM_MIDDLE = 10;
/** Older dates are ignored when the middle is computed. */
const LIFETIME_YEARS = 100;

/** Reads the purchases of a table with all required columns. Refuses every invalid row and keeps the others. */
export function understandTable(
  { columns, rows, broken }: Table,
  today: Temporal.PlainDate,
): { readonly lines: readonly FeedLine[]; readonly refusals: readonly Refusal[] } {
  const refusals = broken.map(({ line, column, text }) =>
    refuse(line, columns[column] || `column ${column + 1}`, text, BROKEN_QUOTES),
  );
  const lines: FeedLine[] = [];
  for (const row of rows) {
    const understood = understandRow(columns, row);
    if (Array.isArray(understood)) refusals.push(...understood);
    else lines.push(understood);
  }

  const isProportionate = within(MAX_YEARS_FROM_MIDDLE, middleDate(lines, today));
  for (const { lineNumber, date } of lines) {
    if (!isProportionate(date)) refusals.push(refuse(lineNumber, 'date', date, DATE_TOO_FAR));
  }
  return { lines: lines.filter(({ date }) => isProportionate(date)), refusals: refusals.sort(byLine) };
}

type Fault = readonly [code: string, reason: string];

const BROKEN_QUOTES: Fault = ['BROKEN_QUOTES', 'has a quote that is not closed or not doubled'];
const LINE_TOO_SHORT: Fault = ['LINE_TOO_SHORT', 'is missing, because the line is too short'];
const LINE_TOO_LONG: Fault = [
  'LINE_TOO_LONG',
  'is one value too many: quote a value that holds the delimiter',
];
const COLUMNS_DIFFER: Fault = ['COLUMNS_DIFFER', 'must be equal in all columns of this name'];
const VALUE_MISSING: Fault = ['VALUE_MISSING', 'must not be empty'];
const VALUE_TOO_LONG: Fault = ['VALUE_TOO_LONG', `must have at most ${MAX_VALUE_LENGTH} characters`];
const DATE_INVALID: Fault = ['DATE_INVALID', 'must be a day of the calendar such as 2025-03-31'];
const DATE_TOO_FAR: Fault = [
  'DATE_TOO_FAR',
  `must be within ${MAX_YEARS_FROM_MIDDLE} years of the middle date of the feed`,
];

/** Returns the purchase, or the reasons why the row is not one. */
function understandRow(columns: readonly string[], { line, fields }: Row): FeedLine | Refusal[] {
  const { length } = columns;
  if (fields.length < length) {
    const missing = columns[fields.length] || `column ${fields.length + 1}`;
    return [refuse(line, missing, '', LINE_TOO_SHORT)];
  }
  if (fields.length > length) {
    return [refuse(line, `column ${length + 1}`, fields[length] ?? '', LINE_TOO_LONG)];
  }
  const valuesOf = (column: Column) => fields.filter((_, index) => columns[index] === column);
  const faults = COLUMNS.flatMap((column) => {
    const values = valuesOf(column);
    const fault = faultOf(column, values);
    return fault === undefined ? [] : [refuse(line, column, [...new Set(values)].join(' | '), fault)];
  });
  if (faults.length > 0) return faults;
  const value = (column: Column) => valuesOf(column)[0] ?? '';
  return {
    lineNumber: line,
    externalId: value('external_id'),
    customerId: value('customer_id'),
    date: value('date'),
    amount: value('amount'),
  };
}

/** Returns the first rule that a value breaks. The platform validates amounts. */
function faultOf(column: Column, [value = '', ...others]: readonly string[]): Fault | undefined {
  if (others.some((other) => other !== value)) return COLUMNS_DIFFER;
  if (value === '') return VALUE_MISSING;
  if (value.length > MAX_VALUE_LENGTH) return VALUE_TOO_LONG;
  if (column === 'date' && !isDate(value)) return DATE_INVALID;
  return undefined;
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  try {
    Temporal.PlainDate.from(text);
    return true;
  } catch {
    return false;
  }
}

/** Returns the median date, which one wrong date hardly changes. Dates before a person's lifetime are ignored. */
function middleDate(lines: readonly FeedLine[], today: Temporal.PlainDate): Temporal.PlainDate {
  const isLikely = within(LIFETIME_YEARS, today);
  const dates = lines.map(({ date }) => date).filter((date) => isLikely(date) && date <= today.toString());
  const middle = dates.sort()[Math.floor(dates.length / 2)];
  return middle === undefined ? today : Temporal.PlainDate.from(middle);
}

function within(years: number, middle: Temporal.PlainDate): (date: string) => boolean {
  const [first, last] = [middle.subtract({ years }).toString(), middle.add({ years }).toString()];
  return (date) => first <= date && date <= last;
}

function refuse(line: number, column: string, value: string, [code, reason]: Fault): Refusal {
  return { stage: 'ingestion', line, column, value, code, reason };
}
