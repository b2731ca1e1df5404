import { useQuery } from '@tanstack/react-query';
import { appInfoQuery } from '#app/app-info.ts';
import { EntryList } from '#app/entry-list.tsx';
import { useFilters } from '#app/list-page.tsx';
import * as messages from '#messages/activity.ts';
import { useMessages } from '#ui/locale.tsx';
import { activityFilters, movementsQuery } from '../queries.ts';
import { MonthSelect } from './month-select.tsx';
import { MovementEntry } from './movement-entry.tsx';

/** Every movement of money, with the balance after it: corrections are among them. */
export function MovementList() {
  const t = useMessages(messages);
  const [filters, set] = useFilters(activityFilters);
  const { data: info } = useQuery(appInfoQuery);
  const currency = filters.currency ?? info?.currencies[0]?.code;
  return (
    <>
      <search className="no-print grid gap-3 sm:grid-cols-3">
        <MonthSelect value={filters.month} onChange={(month) => set({ month })} />
      </search>
      {currency !== undefined && (
        <EntryList
          query={movementsQuery({ ...filters, currency })}
          place={filters}
          empty={t.noMovements}
          onClear={filters.month === undefined ? undefined : () => set({ month: undefined })}
        >
          {(movement) => <MovementEntry key={movement.id} movement={movement} currency={currency} />}
        </EntryList>
      )}
    </>
  );
}
