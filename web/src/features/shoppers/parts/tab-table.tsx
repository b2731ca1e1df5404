import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Loaded } from '#app/loaded.tsx';
import { Card } from '#ui/card.tsx';
import { Empty } from '#ui/empty.tsx';
import { Table } from '#ui/table.tsx';
import type { TableProps } from '#ui/table-parts.ts';

export type TabTableProps<Row extends object> = Omit<TableProps<Row>, 'rows'> & {
  readonly query: UseQueryResult<{ readonly data: readonly Row[] }>;
  readonly empty: string;
  /** Below the rows: the way to all of them. */
  readonly foot?: ReactNode;
};

/** The list of a tab, with its states. */
export function TabTable<Row extends object>({ query, empty, foot, ...table }: TabTableProps<Row>) {
  return (
    <Loaded query={query}>
      {({ data }) => (
        <Card flush>
          {data.length === 0 ? <Empty>{empty}</Empty> : <Table rows={data} {...table} />}
          {data.length > 0 && foot && <div className="border-t border-line px-5 py-3">{foot}</div>}
        </Card>
      )}
    </Loaded>
  );
}
