import { useQuery } from '@tanstack/react-query';
import { appInfoQuery } from '#app/app-info.ts';
import { addDays } from '#lib/dates.ts';
import * as common from '#messages/common.ts';
import * as messages from '#messages/overview.ts';
import { Button } from '#ui/button.tsx';
import { FilterBar } from '#ui/filter-bar.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Select } from '#ui/select.tsx';
import { TextField } from '#ui/text-field.tsx';
import { utcToday } from '../chart-data.ts';
import type { OverviewFilters } from '../queries.ts';

export type OverviewFilterBarProps = {
  readonly filters: OverviewFilters;
  readonly onChange: (change: Partial<OverviewFilters>) => void;
};

/** The currency and the days of what depends on days. */
export function OverviewFilterBar({ filters, onChange }: OverviewFilterBarProps) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const { data: info } = useQuery(appInfoQuery);
  const today = utcToday();
  const from = filters.from ?? addDays(filters.to ?? today, -29);
  return (
    <FilterBar
      active={Object.keys(filters).length}
      onClear={() => onChange({ currency: undefined, from: undefined, to: undefined })}
    >
      {info !== undefined && info.currencies.length > 1 && (
        <Select
          label={t.currency}
          value={filters.currency ?? info.currencies[0]?.code}
          onChange={({ target: { value } }) => onChange({ currency: value })}
          options={info.currencies.map(({ code }) => ({ value: code, label: code }))}
        />
      )}
      <TextField
        label={shared.from}
        type="date"
        value={from}
        onChange={({ target: { value } }) => onChange({ from: value || undefined })}
      />
      <TextField
        label={shared.to}
        type="date"
        value={filters.to ?? today}
        onChange={({ target: { value } }) => onChange({ to: value || undefined })}
      />
      <div className="flex gap-1">
        <Button kind="quiet" onClick={() => onChange({ from: addDays(today, -6), to: today })}>
          {shared.last7Days}
        </Button>
        <Button kind="quiet" onClick={() => onChange({ from: undefined, to: undefined })}>
          {shared.last30Days}
        </Button>
      </div>
    </FilterBar>
  );
}
