import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { parse as parsePath } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import { DemoError } from './demo-error.ts';

/** One purchase as the feed has it: text, not validated. The platform reports its faults. */
export type FeedLine = {
  readonly externalId: string;
  readonly customerId: string;
  /** `YYYY-MM-DD`, the day of the purchase in UTC. */
  readonly date: string;
  readonly amount: string;
};

export type Feed = {
  /** Lower-case letters, digits and dashes: part of a domain name and of the merchant's name. */
  readonly name: string;
  /** Customers to import. A line may name another one, which the platform then refuses. */
  readonly customers: readonly string[];
  /** In the order they arrive, which decides who meets a cap. */
  readonly lines: readonly FeedLine[];
};

const COLUMNS = ['external_id', 'customer_id', 'date', 'quantity', 'amount'] as const;

type Row = Readonly<Record<(typeof COLUMNS)[number], string>>;

const MAX_NAME_LENGTH = 63;

/** @throws DemoError when there is no such file, or what it holds is no feed. */
export async function readFeed(path: string): Promise<Feed> {
  const rows = parseRows(path, await readText(path));
  const lines = rows.map(
    ({ external_id, customer_id, date, amount }): FeedLine => ({
      externalId: external_id,
      customerId: customer_id,
      date,
      amount,
    }),
  );
  if (!lines.some(({ date }) => isDate(date))) {
    throw new DemoError(`${path} holds no line with a date (YYYY-MM-DD), so there is nothing to play.`);
  }
  const customers = new Set(lines.map(({ customerId }) => customerId).filter((id) => id !== ''));
  return { name: feedName(path), customers: [...customers], lines };
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new DemoError(`There is no file ${path}.`);
    throw new DemoError(`${path} cannot be read (${error.code}).`);
  });
  // A letter that is replaced in reading could make one purchase of two.
  if (!isUtf8(bytes)) throw new DemoError(`${path} is no text in UTF-8.`);
  return bytes.toString('utf8');
}

function parseRows(path: string, text: string): Row[] {
  try {
    return parse(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      columns: (header: string[]) => requireColumns(path, header),
    });
  } catch (error) {
    if (error instanceof CsvError) throw new DemoError(`${path} is no sound CSV: ${error.message}.`);
    throw error;
  }
}

function requireColumns(path: string, header: string[]): string[] {
  const missing = COLUMNS.filter((column) => !header.includes(column));
  if (missing.length === 0) return header;
  throw new DemoError(
    `${path} lacks the column${missing.length > 1 ? 's' : ''} ${missing.join(', ')}; its first line must name ${COLUMNS.join(',')}.`,
  );
}

function feedName(path: string): string {
  const name = parsePath(path)
    .name.toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_NAME_LENGTH)
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'feed' : name;
}

/** The years that the feed's purchases were made in; a date that is none does not count. */
export function yearsOf({ lines }: Feed): { readonly first: string; readonly last: string } {
  const years = lines
    .filter(({ date }) => isDate(date))
    .map(({ date }) => date.slice(0, 4))
    .sort();
  return { first: years[0] ?? '', last: years.at(-1) ?? '' };
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
