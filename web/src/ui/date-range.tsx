import { addDays, type Days, today } from '#lib/dates.ts';
import * as common from '#messages/common.ts';
import { useMessages } from './locale.tsx';
import { Select } from './select.tsx';
import { TextField } from './text-field.tsx';

export type DateRangeProps = {
  readonly value: Partial<Days>;
  readonly onChange: (days: Partial<Days>) => void;
};

/** Two native dates, and the ranges that people mean most. */
export function DateRange({ value, onChange }: DateRangeProps) {
  const t = useMessages(common);
  const now = today();
  const presets: Readonly<Record<string, Partial<Days>>> = {
    all: {},
    week: { from: addDays(now, -6), to: now },
    month: { from: addDays(now, -29), to: now },
    calendarMonth: { from: `${now.slice(0, 7)}-01`, to: now },
  };
  const preset = Object.keys(presets).find(
    (name) => presets[name]?.from === value.from && presets[name]?.to === value.to,
  );
  return (
    <>
      <Select
        label={t.period}
        value={preset ?? 'other'}
        onChange={({ target }) => onChange({ from: undefined, to: undefined, ...presets[target.value] })}
        options={[
          { value: 'all', label: t.all },
          { value: 'week', label: t.last7Days },
          { value: 'month', label: t.last30Days },
          { value: 'calendarMonth', label: t.thisMonth },
          ...(preset === undefined ? [{ value: 'other', label: t.otherPeriod }] : []),
        ]}
      />
      <TextField
        label={t.from}
        type="date"
        max={value.to}
        value={value.from ?? ''}
        onChange={({ target }) => onChange({ ...value, from: target.value || undefined })}
      />
      <TextField
        label={t.to}
        type="date"
        min={value.from}
        value={value.to ?? ''}
        onChange={({ target }) => onChange({ ...value, to: target.value || undefined })}
      />
    </>
  );
}
