import type { ReactNode } from 'react';
import { classes } from './classes.ts';
import type { Place } from './link.tsx';

export type Column<Row> = {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** Amounts and counts stand at the right. */
  readonly align?: 'right';
  /** Hidden below 1024 px. */
  readonly lesser?: boolean;
};

export type Selection = {
  readonly ids: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
  /** Rows that cannot be chosen have no box. */
  readonly isSelectable?: (id: string) => boolean;
};

export type TableProps<Row> = {
  /** The name of the table for screen readers. */
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly rowId: (row: Row) => string;
  /** Where a row leads. Its first cell is then a link that covers the row. */
  readonly rowLink?: (row: Row) => Place;
  readonly selection?: Selection;
};

export const HEAD =
  'sticky top-(--bar-height) z-10 border-b border-line bg-surface px-3 py-2 text-left text-small font-medium text-muted whitespace-nowrap first:pl-5 last:pr-5';
export const ROW =
  'relative border-b border-line last:border-b-0 hover:bg-sunken has-[:checked]:bg-blue-fill has-[a:focus-visible]:bg-sunken max-sm:block max-sm:pr-5 max-sm:py-3';
export const CELL =
  'h-(--row-height) px-3 py-1.5 align-middle first:pl-5 last:pr-5 max-sm:flex max-sm:h-auto max-sm:items-baseline max-sm:justify-between max-sm:gap-4 max-sm:px-0! max-sm:py-1 max-sm:text-right';

/** The classes that a column gives to its cells. */
export function placed<Row>(column: Column<Row> | undefined): string {
  return classes(column?.align === 'right' && 'text-right', column?.lesser === true && 'max-lg:hidden');
}
