import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, parse as parsePath } from 'node:path';
import { readTable, type Table } from './csv.ts';
import { DemoError } from './demo-error.ts';
import type { PartialReturn } from './partial-return.ts';
import { COLUMNS, type FeedLine, understandTable } from './purchase-lines.ts';
import { quoteValue, type Refusal, refusalSentence } from './refusal.ts';

export type Feed = {
  /** Lower-case letters, digits and dashes. Used in the domain of the emails and in the name of the merchant. */
  readonly name: string;
  /** The customers to import. The platform refuses a line with any other customer. */
  readonly customers: readonly string[];
  /** In the order of arrival, which decides about caps. */
  readonly lines: readonly FeedLine[];
  /** Within each moment in the order of arrival. A file has none. */
  readonly partialReturns: readonly PartialReturn[];
  /** The refusals of lines that are not purchases. */
  readonly refusals: readonly Refusal[];
};

const DIGEST_LENGTH = 8;
/** A label of a domain name has at most 63 characters, including a dash and the digest. */
const MAX_TITLE_LENGTH = 63 - 1 - DIGEST_LENGTH;
const MAX_REFUSALS_NAMED = 10;

/** @throws DemoError if there is no such file, or it contains no purchase. */
export async function readFeed(path: string, today = Temporal.Now.plainDateISO('UTC')): Promise<Feed> {
  const bytes = await readBytes(path);
  const table = readTable(bytes.toString('utf8'), COLUMNS);
  requireColumns(path, table);
  const { lines, refusals } = understandTable(table, today);
  if (lines.length === 0) throw new DemoError(emptySentence(path, refusals));
  const customers = new Set(lines.map(({ customerId }) => customerId));
  return { name: feedName(path, bytes), customers: [...customers], lines, partialReturns: [], refusals };
}

async function readBytes(path: string): Promise<Buffer> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new DemoError(`There is no file ${path}.`);
    throw new DemoError(`${path} cannot be read (${error.code}).`);
  });
  // Invalid bytes would be replaced, so that two external ids could become equal.
  if (!isUtf8(bytes)) throw new DemoError(`${path} is not a text in UTF-8.`);
  return bytes;
}

function requireColumns(path: string, { columns, headerLine }: Table): void {
  const wanted = COLUMNS.join(',');
  if (columns.length === 0) throw new DemoError(`${path} is empty: its first line must name ${wanted}.`);
  const missing = COLUMNS.filter((column) => !columns.includes(column));
  if (missing.length === 0) return;
  throw new DemoError(
    `${path} lacks the column${missing.length > 1 ? 's' : ''} ${missing.join(', ')}: line ${headerLine} names ${quoteValue(columns.join(','))} and must name ${wanted}.`,
  );
}

function emptySentence(path: string, refusals: readonly Refusal[]): string {
  if (refusals.length === 0) return `${path} holds no purchase, only the names of columns.`;
  const named = refusals.slice(0, MAX_REFUSALS_NAMED).map((refusal) => `  ${refusalSentence(refusal)}`);
  const rest = refusals.length - named.length;
  return [
    `${path} holds no purchase that can be played:`,
    ...named,
    ...(rest > 0 ? [`  … and ${rest} more`] : []),
  ].join('\n');
}

/**
 * Builds the name from the file name and the content. Feeds with a common merchant or customer would use up each other's
 * caps, so files with the same name or the same content must get different names.
 */
function feedName(path: string, bytes: Buffer): string {
  const title = parsePath(path)
    .name.toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_TITLE_LENGTH)
    .replace(/^-+|-+$/g, '');
  const digest = createHash('sha256')
    .update(`${basename(path)}\n`)
    .update(bytes)
    .digest('hex');
  return `${title || 'feed'}-${digest.slice(0, DIGEST_LENGTH)}`;
}

/** The first and last year of the purchases in the feed. */
export function yearsOf({ lines }: Feed): { readonly first: string; readonly last: string } {
  const years = lines.map(({ date }) => date.slice(0, 4)).sort();
  return { first: years[0] ?? '', last: years.at(-1) ?? '' };
}
