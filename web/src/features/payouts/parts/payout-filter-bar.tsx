import * as messages from '#messages/payouts.ts';
import { DateRange } from '#ui/date-range.tsx';
import { useMessages } from '#ui/locale.tsx';
import { SearchBox } from '#ui/search-box.tsx';
import { Select } from '#ui/select.tsx';
import { PAYOUT_STATES, type PayoutFilters } from '../queries.ts';

export type PayoutFilterBarProps = {
  readonly filters: PayoutFilters;
  readonly onChange: (change: Partial<PayoutFilters>) => void;
};

export function PayoutFilterBar({ filters, onChange }: PayoutFilterBarProps) {
  const t = useMessages(messages);
  const status = filters.status?.length === 1 ? filters.status[0] : undefined;
  return (
    <>
      <Select
        label={t.state}
        value={status ?? ''}
        onChange={({ target: { value } }) =>
          onChange({ status: value === '' ? undefined : [value as (typeof PAYOUT_STATES)[number]] })
        }
        options={[
          { value: '', label: t.toPay },
          ...PAYOUT_STATES.map((value) => ({ value, label: t.states[value] })),
          { value: 'all', label: t.everyState },
        ]}
      />
      <SearchBox
        label={t.reference}
        value={filters.external_reference}
        onSearch={(external_reference) => onChange({ external_reference })}
      />
      <DateRange value={{ from: filters.from, to: filters.to }} onChange={onChange} />
    </>
  );
}
