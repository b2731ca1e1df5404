import { CsvError, parse } from 'csv-parse/sync';

/** A record of the file, with the line where it begins. Quoted values may contain line breaks. */
export type Row = { readonly line: number; readonly fields: readonly string[] };

export type Table = {
  /** The column names of the first record, in lower case with underscores. Empty if the file is empty. */
  readonly columns: readonly string[];
  readonly headerLine: number;
  readonly rows: readonly Row[];
  /** The lines with a quote that is not closed or not doubled. `column` is the index of the field. */
  readonly broken: readonly { readonly line: number; readonly column: number; readonly text: string }[];
};

const DELIMITERS = [',', ';', '\t'] as const;

const OPTIONS = { bom: true, trim: true, skip_empty_lines: true, relax_column_count: true } as const;

/** Reads a CSV file as spreadsheets write it. Chooses the delimiter that finds most of the wanted columns. */
export function readTable(text: string, wanted: readonly string[]): Table {
  // The parser counts a quoted CRLF as two lines, so all line breaks are normalized first.
  const lines = text.split(/\r\n?|\n/);
  const delimiter = findDelimiter(lines.find((line) => !isBlank(line)) ?? '', wanted);
  const rows: Row[] = [];
  const broken: Table['broken'][number][] = [];
  let linesRead = 0;

  function readFrom(start: number): void {
    parse(lines.slice(start).join('\n'), {
      ...OPTIONS,
      delimiter,
      on_record(fields: string[], { lines: lastLine }) {
        linesRead = start + lastLine;
        const breaks = fields.join('').split('\n').length - 1;
        // Also within quotes: an id that is padded is still the same id.
        const values = fields.map((field) => field.trim());
        if (values.some((value) => value !== '')) rows.push({ line: linesRead - breaks, fields: values });
        return null;
      },
    });
    linesRead = lines.length;
  }

  while (linesRead < lines.length) {
    try {
      readFrom(linesRead);
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      // A quote that is never closed would include the rest of the file. Only its own line is refused.
      const index = lines.findIndex((line, at) => at >= linesRead && !isBlank(line));
      const column = Number(error.index);
      broken.push({ line: index + 1, column, text: lines[index]?.split(delimiter)[column] ?? '' });
      linesRead = index + 1;
    }
  }
  const [header, ...records] = rows;
  return {
    columns: header?.fields.map(columnName) ?? [],
    headerLine: header?.line ?? 1,
    rows: records,
    broken,
  };
}

function findDelimiter(header: string, wanted: readonly string[]): string {
  const found = DELIMITERS.map((delimiter) => {
    const [fields = []] = parse(header, { ...OPTIONS, relax_quotes: true, quote: null, delimiter });
    return { delimiter, count: fields.filter((field) => wanted.includes(columnName(field))).length };
  });
  return found.reduce((best, other) => (other.count > best.count ? other : best)).delimiter;
}

/** "External ID" becomes `external_id`. */
function columnName(text: string): string {
  return text
    .toLowerCase()
    .replace(/^"|"$/g, '')
    .trim()
    .replace(/[\s-]+/g, '_');
}

function isBlank(line: string): boolean {
  return line.trim() === '';
}
