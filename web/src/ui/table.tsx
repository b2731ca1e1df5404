import {
  type ColumnDef,
  type RowSelectionState,
  rowSelectionFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useMemo } from 'react';
import * as common from '#messages/common.ts';
import { Checkbox } from './checkbox.tsx';
import { classes } from './classes.ts';
import { Link } from './link.tsx';
import { useMessages } from './locale.tsx';
import { CELL, HEAD, placed, ROW, type TableProps } from './table-parts.ts';

const features = tableFeatures({ rowSelectionFeature });
type Features = typeof features;

/** A native table: its header sticks, its rows are links, and on phones each row becomes a card. */
export function Table<Row extends object>({
  label,
  rows,
  columns,
  rowId,
  rowLink,
  selection,
}: TableProps<Row>) {
  const t = useMessages(common);
  const definitions = useMemo(
    () =>
      columns.map(
        ({ id, header, cell }): ColumnDef<Features, Row> => ({
          id,
          header,
          cell: ({ row }) => cell(row.original),
        }),
      ),
    [columns],
  );
  const rowSelection = useMemo(
    () => Object.fromEntries((selection?.ids ?? []).map((id) => [id, true])) as RowSelectionState,
    [selection?.ids],
  );
  const table = useTable({
    features,
    data: rows as Row[],
    columns: definitions,
    getRowId: rowId,
    enableRowSelection: (row) => selection?.isSelectable?.(row.id) ?? true,
    state: { rowSelection },
    onRowSelectionChange: (update) => {
      const next = typeof update === 'function' ? update(rowSelection) : update;
      selection?.onChange(Object.keys(next).filter((id) => next[id]));
    },
  });
  const shape = (id: string) => columns.find((column) => column.id === id);

  return (
    <div className="overflow-x-auto lg:overflow-x-visible">
      {/* biome-ignore-start lint/a11y/noRedundantRoles: as blocks on phones, tables would lose their roles. */}
      <table role="table" aria-label={label} className="w-full border-collapse max-sm:block">
        <thead role="rowgroup" className="max-sm:sr-only">
          {table.getHeaderGroups().map((group) => (
            <tr role="row" key={group.id}>
              {selection && (
                <th role="columnheader" scope="col" className={classes(HEAD, 'w-10 pl-4')}>
                  <Checkbox
                    label={t.selectAll}
                    hidesLabel
                    checked={table.getIsAllRowsSelected()}
                    partial={table.getIsSomeRowsSelected() && !table.getIsAllRowsSelected()}
                    onChange={table.getToggleAllRowsSelectedHandler()}
                  />
                </th>
              )}
              {group.headers.map((header) => (
                <th
                  role="columnheader"
                  scope="col"
                  key={header.id}
                  className={classes(HEAD, placed(shape(header.id)))}
                >
                  <table.FlexRender header={header} />
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody role="rowgroup" className="max-sm:block">
          {table.getRowModel().rows.map((row) => (
            <tr
              role="row"
              key={row.id}
              data-row={row.id}
              className={classes(ROW, selection ? 'max-sm:pl-12' : 'max-sm:pl-5')}
            >
              {selection && (
                <td role="cell" className="relative z-1 pl-4 max-sm:absolute max-sm:top-2.5 max-sm:left-1">
                  {row.getCanSelect() && (
                    <Checkbox
                      label={t.selectRow}
                      hidesLabel
                      checked={row.getIsSelected()}
                      onChange={row.getToggleSelectedHandler()}
                    />
                  )}
                </td>
              )}
              {row.getAllCells().map((cell, index) => (
                <td role="cell" key={cell.id} className={classes(CELL, placed(shape(cell.column.id)))}>
                  <span aria-hidden="true" className="text-small text-muted sm:hidden">
                    {shape(cell.column.id)?.header}
                  </span>
                  {index === 0 && rowLink ? (
                    <span className="[&>a]:after:absolute [&>a]:after:inset-0">
                      <Link plain {...rowLink(row.original)}>
                        <table.FlexRender cell={cell} />
                      </Link>
                    </span>
                  ) : (
                    <table.FlexRender cell={cell} />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {/* biome-ignore-end lint/a11y/noRedundantRoles: see above. */}
    </div>
  );
}
