import * as messages from '#messages/purchases.ts';
import { DateRange } from '#ui/date-range.tsx';
import { useMessages } from '#ui/locale.tsx';
import { SearchBox } from '#ui/search-box.tsx';
import { Select } from '#ui/select.tsx';
import { filtersOf, type PurchaseFilters, STATES, stateOf } from '../queries.ts';

export type PurchaseFilterBarProps = {
  readonly filters: PurchaseFilters;
  readonly set: (change: Partial<PurchaseFilters>) => void;
};

export function PurchaseFilterBar({ filters, set }: PurchaseFilterBarProps) {
  const t = useMessages(messages);
  const { external_id, start_date, end_date } = filters;
  return (
    <>
      <SearchBox
        label={t.columns.order}
        value={external_id}
        onSearch={(text) => set({ external_id: text })}
      />
      <Select
        label={t.columns.state}
        value={stateOf(filters) ?? ''}
        onChange={({ target }) => set(filtersOf(STATES.find((one) => one === target.value)))}
        options={[
          { value: '', label: t.filters.all },
          ...STATES.map((one) => ({ value: one, label: t.choices[one] })),
        ]}
      />
      <DateRange
        value={{ from: start_date, to: end_date }}
        onChange={({ from, to }) => set({ start_date: from, end_date: to })}
      />
    </>
  );
}
