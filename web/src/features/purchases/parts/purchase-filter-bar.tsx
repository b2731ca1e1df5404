import * as messages from '#messages/purchases.ts';
import { useMessages } from '#ui/locale.tsx';
import { SearchBox } from '#ui/search-box.tsx';
import { Select } from '#ui/select.tsx';
import { TextField } from '#ui/text-field.tsx';
import { type PurchaseFilters, STATES } from '../queries.ts';

export type PurchaseFilterBarProps = {
  readonly filters: PurchaseFilters;
  readonly set: (change: Partial<PurchaseFilters>) => void;
};

export function PurchaseFilterBar({ filters, set }: PurchaseFilterBarProps) {
  const t = useMessages(messages);
  const { state, external_id, start_date, end_date } = filters;
  return (
    <>
      <SearchBox
        label={t.columns.order}
        value={external_id}
        onSearch={(text) => set({ external_id: text })}
      />
      <Select
        label={t.columns.state}
        value={state ?? ''}
        onChange={({ target }) => set({ state: STATES.find((one) => one === target.value) })}
        options={[
          { value: '', label: t.filters.all },
          ...STATES.map((one) => ({ value: one, label: t.states[one] })),
        ]}
      />
      <TextField
        label={t.filters.from}
        type="date"
        value={start_date ?? ''}
        onChange={({ target }) => set({ start_date: target.value || undefined })}
      />
      <TextField
        label={t.filters.to}
        type="date"
        value={end_date ?? ''}
        onChange={({ target }) => set({ end_date: target.value || undefined })}
      />
    </>
  );
}
